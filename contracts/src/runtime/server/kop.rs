use std::{future::Future, marker::PhantomData};

use poem::{
    IntoResponse, Response,
    http::{HeaderValue, StatusCode, header::RETRY_AFTER},
};
use poem_openapi::{
    ApiResponse,
    registry::{MetaResponses, MetaSchema, MetaSchemaRef, Registry},
    types::Type,
};

use super::{Call, Rejection, schema, warnings};
use crate::runtime::{Envelope, Failure, FailureBody, NoData, Operation, Success, TraceId, Violation};

/// Hands a valid call on to the operation, and answers an invalid one.
pub async fn answer<O, F, S>(call: Call<O>, operation: impl FnOnce(O::Request) -> F) -> KopReply<O>
where
    O: Operation,
    F: Future<Output = Result<S, Failure<O::FailureData>>>,
    S: Into<Success<O::Data>>,
{
    let (outcome, unknown) = match call.request {
        Ok(reading) => (operation(reading.value).await.map(S::into), reading.unknown),
        Err(rejection) => (Err(rejection.into()), Vec::new()),
    };
    KopReply { outcome, unknown, trace: call.trace, operation: PhantomData }
}

/// The reply of the operation `O` in KOP's envelope.
pub struct KopReply<O: Operation> {
    outcome: Result<Success<O::Data>, Failure<O::FailureData>>,
    unknown: Vec<String>,
    trace: TraceId,
    operation: PhantomData<O>,
}

impl<D> From<Rejection> for Failure<D> {
    fn from(rejection: Rejection) -> Self {
        let mut failure = Failure::new(rejection.status(), rejection.message());
        failure.violations = rejection.into_violations();
        failure
    }
}

/// Writes `failure` as the reply of the exchange `trace`. Who meets 503 may come again in a second.
pub fn failure_response<D: serde::Serialize>(failure: Failure<D>, trace: TraceId) -> Response {
    let status = StatusCode::from_u16(failure.code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = schema::json(status, &FailureBody::new(failure, trace));
    if status == StatusCode::SERVICE_UNAVAILABLE {
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("1"));
    }
    response
}

impl<O: Operation> IntoResponse for KopReply<O> {
    fn into_response(self) -> Response {
        let mut response = match self.outcome {
            Ok(success) => schema::json(StatusCode::OK, &Envelope::of(success)),
            Err(failure) => failure_response(failure, self.trace),
        };
        warnings::attach(&self.unknown, &mut response);
        response
    }
}

impl<O: Operation<Data: Type, FailureData: Type>> ApiResponse for KopReply<O> {
    fn meta() -> MetaResponses {
        let success = schema::response(
            200,
            vec![(
                "application/json",
                schema::object(
                    vec![("code", schema::constant(200)), ("msg", schema::text(true)), ("data", O::Data::schema_ref())],
                    &["code", "msg", "data"],
                ),
            )],
        );
        let failures = O::INFO.failures.iter().map(|status| {
            let data = O::INFO.failures_with_data.contains(status).then(O::FailureData::schema_ref);
            schema::response(*status, vec![("application/json", failure_schema(data))])
        });
        MetaResponses { responses: std::iter::once(success).chain(failures).collect() }
    }

    fn register(registry: &mut Registry) {
        O::Data::register(registry);
        O::FailureData::register(registry);
        Violation::register(registry);
    }
}

fn failure_schema(data: Option<MetaSchemaRef>) -> MetaSchemaRef {
    let code =
        MetaSchema { minimum: Some(400.0), maximum: Some(599.0), ..MetaSchema::new_with_format("integer", "int32") };
    let trace = MetaSchema { pattern: Some("^[0-9a-f]{16}$".to_owned()), ..MetaSchema::new("string") };
    let violations = data.is_none().then(|| ("violations", schema::violations()));
    let mut properties = vec![
        ("code", schema::inline(code)),
        ("msg", schema::text(false)),
        ("data", data.unwrap_or_else(NoData::schema_ref)),
        ("traceId", schema::inline(trace)),
    ];
    properties.extend(violations);
    schema::object(properties, &["code", "msg", "data", "traceId"])
}
