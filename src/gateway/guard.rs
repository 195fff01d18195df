use contracts::runtime::{
    Failure, FailureBody, NoData, TraceId,
    server::{Rejection, kop, whole},
};
use poem::{
    Endpoint, IntoResponse, Middleware, Request, Response, Result,
    http::{Method, StatusCode, header::RETRY_AFTER},
    web::Json,
};
use serde::Serialize;

use super::{Access, Gateway, Refusal};

/// Lets through to the operations under `/kop` who may call them; the operation knows who it is.
pub struct Guard(pub Access);

impl<E: Endpoint<Output = Response>> Middleware<E> for Guard {
    type Output = Guarded<E>;

    fn transform(&self, inner: E) -> Guarded<E> {
        Guarded { inner, access: self.0.clone() }
    }
}

/// The endpoint of [`Guard`].
pub struct Guarded<E> {
    inner: E,
    access: Access,
}

impl<E: Endpoint<Output = Response>> Endpoint for Guarded<E> {
    type Output = Response;

    async fn call(&self, request: Request) -> Result<Response> {
        match &self.access {
            // Nothing but POST calls an operation.
            Access::Signed(gateway) if request.method() == Method::POST => guarded(&self.inner, gateway, request).await,
            _ => self.inner.call(request).await,
        }
    }
}

async fn guarded(
    inner: &impl Endpoint<Output = Response>,
    gateway: &Gateway,
    mut request: Request,
) -> Result<Response> {
    let trace = request.data::<TraceId>().copied().unwrap_or_else(|| TraceId(fastrand::u64(..)));
    let body = request.take_body();
    let body = match whole(&request, body).await {
        Ok(body) => body,
        Err(rejection) => return Ok(rejected(rejection, trace)),
    };
    let uri = request.uri();
    let api = uri.path().trim_start_matches('/');
    match gateway.admit(api, uri.query().unwrap_or_default(), body.as_ref()).await {
        Ok(caller) => {
            request.set_body(body);
            caller.calling(inner.call(request)).await
        }
        Err(refusal) => Ok(refused(&refusal, trace)),
    }
}

fn rejected(rejection: Rejection, trace: TraceId) -> Response {
    kop::failure_response(Failure::<NoData>::from(rejection), trace)
}

fn refused(refusal: &Refusal, trace: TraceId) -> Response {
    match refusal {
        Refusal::Db(error) => tracing::error!(%trace, %error, "the gateway cannot check a call"),
        refusal => tracing::info!(%trace, %refusal, "a call is refused"),
    }
    let failure = Failure::<NoData>::from(refusal);
    let mut response = match refusal.signed_text() {
        None => kop::failure_response(failure, trace),
        Some(signed_text) => {
            let status = StatusCode::from_u16(failure.code).unwrap_or(StatusCode::UNAUTHORIZED);
            Json(Explained { body: FailureBody::new(failure, trace), signed_text }).with_status(status).into_response()
        }
    };
    if let Some(seconds) = refusal.retry_after() {
        response.headers_mut().insert(RETRY_AFTER, seconds.into());
    }
    response.set_data(Refused(refusal.step()));
    response
}

/// Data of the response to a refused call: the step that failed.
#[derive(Debug, Clone, Copy)]
pub struct Refused(pub &'static str);

/// A failure with what the server has signed.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Explained<'a> {
    #[serde(flatten)]
    body: FailureBody<NoData>,
    signed_text: &'a str,
}
