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
use crate::server::{Capacity, Peer};

/// Lets through to the operations who may call them; the operation knows who it is. What the head of a call gives away is
/// refused before its body is read, and until the signature is checked a call has no place among those who are answered.
pub struct Guard {
    /// Who may call.
    pub access: Access,
    /// What there is for calls.
    pub capacity: Capacity,
}

impl<E: Endpoint<Output = Response>> Middleware<E> for Guard {
    type Output = Guarded<E>;

    fn transform(&self, inner: E) -> Guarded<E> {
        Guarded { inner, access: self.access.clone(), capacity: self.capacity.clone() }
    }
}

/// The endpoint of [`Guard`].
pub struct Guarded<E> {
    inner: E,
    access: Access,
    capacity: Capacity,
}

impl<E: Endpoint<Output = Response>> Endpoint for Guarded<E> {
    type Output = Response;

    async fn call(&self, mut request: Request) -> Result<Response> {
        match &self.access {
            // Nothing but POST calls an operation.
            Access::Signed(gateway) if request.method() == Method::POST => self.signed(gateway, request).await,
            _ => {
                let received = self.capacity.receive(&mut request).await?;
                let _place = self.capacity.place()?;
                drop(received);
                self.inner.call(request).await
            }
        }
    }
}

impl<E: Endpoint<Output = Response>> Guarded<E> {
    async fn signed(&self, gateway: &Gateway, mut request: Request) -> Result<Response> {
        let trace = request.data::<TraceId>().copied().unwrap_or_else(|| TraceId(fastrand::u64(..)));
        let uri = request.uri();
        let api = uri.path().trim_start_matches('/');
        let announced = match gateway.announced(api, uri.query().unwrap_or_default()).await {
            Ok(announced) => announced,
            Err(refusal) => return Ok(refused(&refusal, trace)),
        };
        let received = self.capacity.receive(&mut request).await?;
        let body = request.take_body();
        let body = match whole(&request, body).await {
            Ok(body) => body,
            Err(rejection) => return Ok(rejected(rejection, trace)),
        };
        let signed = match gateway.signed(announced, body.as_ref()).await {
            Ok(signed) => signed,
            Err(refusal) => return Ok(refused(&refusal, trace)),
        };
        let _place = self.capacity.place()?;
        drop(received);
        match gateway.accept(signed).await {
            Ok(caller) => {
                if let Some(peer) = request.data::<Peer>() {
                    peer.has_signed();
                }
                request.set_body(body);
                caller.calling(self.inner.call(request)).await
            }
            Err(refusal) => Ok(refused(&refusal, trace)),
        }
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
