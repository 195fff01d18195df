use std::{
    any::Any,
    panic::AssertUnwindSafe,
    sync::Arc,
    time::{Duration, Instant},
};

use contracts::runtime::TraceId;
use futures_util::FutureExt;
use poem::{Endpoint, EndpointExt, IntoEndpoint, Middleware, PathPattern, Request, Response, Result, http::StatusCode};
use tracing::Instrument;

use super::{
    failure::{self, Allow, Form},
    metrics::Metrics,
};
use crate::{backend::traced, gateway::Refused};

/// Surrounds every exchange: gives it its trace id, logs what became of it (the pattern of its path, never a
/// parameter, a query or a body), and turns what no operation answered, a panic included, into a failure of the
/// side's form.
#[derive(Debug, Clone, Default)]
pub(super) struct Exchange {
    /// How long it may take, the body that comes in included; then it is given up.
    pub(super) patience: Option<Duration>,
    /// Where it is counted.
    pub(super) metrics: Option<Metrics>,
}

impl<E: Endpoint<Output = Response>> Middleware<E> for Exchange {
    type Output = Exchanges<E>;

    fn transform(&self, inner: E) -> Exchanges<E> {
        Exchanges { inner, around: self.clone() }
    }
}

/// The endpoint of [`Exchange`].
pub(super) struct Exchanges<E> {
    inner: E,
    around: Exchange,
}

impl<E: Endpoint<Output = Response>> Endpoint for Exchanges<E> {
    type Output = Response;

    async fn call(&self, mut request: Request) -> Result<Response> {
        let started = Instant::now();
        let trace = TraceId(fastrand::u64(..));
        let span = tracing::debug_span!("exchange", %trace);
        let (form, method) = (Form::of(request.uri().path()), request.method().clone());
        request.set_data(trace);
        let answered = traced(trace, self.inner.call(request));
        let answered = AssertUnwindSafe(within(self.around.patience, answered)).catch_unwind();
        let outcome = answered.instrument(span.clone()).await;

        let _entered = span.entered();
        let pattern = match &outcome {
            Ok(Ok(response)) => response.data::<PathPattern>().cloned(),
            Ok(Err(error)) => error.data::<PathPattern>().cloned(),
            Err(_) => None,
        };
        let response = match outcome {
            Ok(Ok(response)) => response,
            Ok(Err(error)) => failure::answer(error, &method, form, trace),
            Err(panic) => {
                tracing::error!(%trace, reason = message(&*panic), "a handler panicked");
                form.failure(StatusCode::INTERNAL_SERVER_ERROR, trace)
            }
        };
        let operation = pattern.as_ref().map_or("(unknown)", |pattern| &pattern.0);
        tracing::debug!(%method, operation, status = response.status().as_u16(), latency = ?started.elapsed(), "answered");
        if let Some(metrics) = &self.around.metrics {
            let refused = response.data::<Refused>().map(|refused| refused.0);
            metrics.answered(operation, response.status().as_u16(), started.elapsed(), refused);
        }
        Ok(response)
    }
}

/// What is not answered in time is given up: a transaction that is under way changes nothing then.
async fn within(patience: Option<Duration>, answered: impl Future<Output = Result<Response>>) -> Result<Response> {
    match patience {
        None => answered.await,
        Some(patience) => {
            let late = |_| Err(poem::Error::from_status(StatusCode::SERVICE_UNAVAILABLE));
            tokio::time::timeout(patience, answered).await.unwrap_or_else(late)
        }
    }
}

fn message(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("(no message)")
}

/// `routes`, which know `methods` alone (written as in the header `Allow`).
pub(super) fn allowing(methods: &'static str, routes: impl IntoEndpoint<Endpoint: 'static>) -> impl Endpoint {
    routes.into_endpoint().around(move |routes: Arc<_>, request| async move {
        routes.call(request).await.map_err(|mut error| {
            error.set_data(Allow(methods));
            error
        })
    })
}

#[cfg(test)]
mod tests {
    use poem::{Route, endpoint::make_sync, http::Uri};

    use super::*;

    async fn answered(path: &'static str) -> (u16, String) {
        let broken = || make_sync(|_| -> Response { panic!("a fault in a handler") });
        let routes = Route::new().nest("/weichuang", broken()).nest("/kop", broken()).with(Exchange::default());
        let request = Request::builder().uri(Uri::from_static(path)).finish();
        let response = routes.get_response(request).await;
        let status = response.status().as_u16();
        (status, response.into_body().into_string().await.expect("text"))
    }

    #[tokio::test]
    async fn a_panic_is_answered_with_500_in_the_form_of_its_side() {
        assert_eq!(answered("/weichuang/x").await, (500, r#"{"result":500,"msg":"系统繁忙，请稍后再试"}"#.to_owned()));
        let (status, body) = answered("/kop/x").await;
        assert_eq!(status, 500);
        assert!(body.starts_with(r#"{"code":500,"msg":"系统繁忙，请稍后再试","data":null,"traceId":""#), "{body}");
    }
}
