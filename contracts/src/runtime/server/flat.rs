use std::{future::Future, marker::PhantomData};

use poem::{IntoResponse, Response, http::StatusCode};
use poem_openapi::{
    ApiResponse,
    registry::{MetaResponses, MetaSchema, Registry},
    types::Type,
};

use super::{Call, Rejection, schema, warnings};
use crate::runtime::{Flat, InvalidRequest, Operation, Refusal, Violation};

/// Hands a valid call on to the operation, and answers an invalid one.
pub async fn answer<O, F>(call: Call<O>, operation: impl FnOnce(O::Request) -> F) -> FlatReply<O>
where
    O: Operation,
    F: Future<Output = Result<O::Data, Refusal>>,
{
    let (outcome, unknown) = match call.request {
        Ok(reading) => (Ok(operation(reading.value).await), reading.unknown),
        Err(rejection) => (Err(rejection), Vec::new()),
    };
    FlatReply { outcome, unknown, operation: PhantomData }
}

/// The reply of the operation `O` in Weichuang's flat form.
pub struct FlatReply<O: Operation> {
    outcome: Result<Result<O::Data, Refusal>, Rejection>,
    unknown: Vec<String>,
    operation: PhantomData<O>,
}

/// Writes a failure that no operation answered: `result` is the HTTP status.
#[must_use]
pub fn failure_response(status: StatusCode, msg: &str) -> Response {
    schema::json(status, &Refusal::new(i32::from(status.as_u16()), msg))
}

impl<O: Operation> IntoResponse for FlatReply<O> {
    fn into_response(self) -> Response {
        let mut response = match self.outcome {
            Ok(Ok(data)) => schema::json(StatusCode::OK, &Flat::success(data)),
            // The page's rule: what Weichuang refuses is HTTP 200 with another `result`.
            Ok(Err(refusal)) => schema::json(StatusCode::OK, &refusal),
            Err(rejection) => rejected(rejection),
        };
        warnings::attach(&self.unknown, &mut response);
        response
    }
}

fn rejected(rejection: Rejection) -> Response {
    let status = StatusCode::from_u16(rejection.status()).unwrap_or(StatusCode::BAD_REQUEST);
    let msg = rejection.message();
    if status == StatusCode::BAD_REQUEST {
        schema::json(status, &InvalidRequest { result: 400, msg, violations: rejection.into_violations() })
    } else {
        failure_response(status, &msg)
    }
}

impl<O: Operation<Data: Type>> ApiResponse for FlatReply<O> {
    fn meta() -> MetaResponses {
        let envelope =
            schema::object(vec![("result", schema::constant(200)), ("msg", schema::text(true))], &["result"]);
        let success = MetaSchema { all_of: vec![envelope, O::Data::schema_ref()], ..MetaSchema::ANY };
        let either = MetaSchema { one_of: vec![schema::inline(success), Refusal::schema_ref()], ..MetaSchema::ANY };
        let invalid = schema::object(
            vec![("result", schema::constant(400)), ("msg", schema::text(true)), ("violations", schema::violations())],
            &["result", "violations"],
        );
        let failures = O::INFO.failures.iter().map(|status| {
            let body = if *status == 400 { invalid.clone() } else { Refusal::schema_ref() };
            schema::response(*status, vec![("application/json", body)])
        });
        let success = schema::response(200, vec![("application/json", schema::inline(either))]);
        MetaResponses { responses: std::iter::once(success).chain(failures).collect() }
    }

    fn register(registry: &mut Registry) {
        O::Data::register(registry);
        Refusal::register(registry);
        Violation::register(registry);
    }
}
