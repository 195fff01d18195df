use contracts::runtime::{
    Rule,
    server::{Rejection, whole},
};
use poem::{Body, IntoResponse, Request, Response, http::StatusCode};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use thiserror::Error;
use utoipa::ToSchema;

use crate::world::explain;

/// What the control API answers when something went wrong.
#[derive(Debug, Serialize, ToSchema)]
pub struct ControlFailure {
    /// The HTTP status.
    #[schema(minimum = 400, maximum = 599, example = 409)]
    pub code: u16,
    /// What is wrong, in one sentence.
    #[schema(example = "user U10001 has this phoneNo already")]
    pub msg: String,
}

/// What went wrong, before it is written as a [`ControlFailure`].
#[derive(Debug, Error)]
#[error("{msg}")]
pub(super) struct ControlError {
    status: StatusCode,
    msg: String,
}

impl ControlError {
    /// 400: the request itself cannot be read.
    pub(super) fn unreadable(msg: impl Into<String>) -> Self {
        Self { status: StatusCode::BAD_REQUEST, msg: msg.into() }
    }

    /// 404: no such side, collection, entity or picture.
    pub(super) fn unknown(msg: impl Into<String>) -> Self {
        Self { status: StatusCode::NOT_FOUND, msg: msg.into() }
    }

    /// 409: the rest of the world does not allow it.
    pub(super) fn conflict(msg: impl Into<String>) -> Self {
        Self { status: StatusCode::CONFLICT, msg: msg.into() }
    }

    /// 500: the world could not be reached.
    pub(super) fn failed(msg: String) -> Self {
        Self { status: StatusCode::INTERNAL_SERVER_ERROR, msg }
    }

    /// 422: JSON, but not of the form that is wanted here.
    pub(super) fn malformed(msg: impl Into<String>) -> Self {
        Self { status: StatusCode::UNPROCESSABLE_ENTITY, msg: msg.into() }
    }
}

impl poem::error::ResponseError for ControlError {
    fn status(&self) -> StatusCode {
        self.status
    }
}

/// The one form of all failures, those of routing and extraction included.
pub(super) async fn answer(error: poem::Error) -> Response {
    json(error.status(), &ControlFailure { code: error.status().as_u16(), msg: error.to_string() })
}

/// A JSON answer.
pub(super) fn json(status: StatusCode, body: &impl Serialize) -> Response {
    match serde_json::to_vec(body) {
        Ok(body) => Response::builder().status(status).content_type("application/json").body(body),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// Reads a JSON body, whatever media type its head names: `curl -d` needs no header.
pub(super) async fn read<T: DeserializeOwned>(request: &Request, body: Body) -> Result<T, ControlError> {
    let bytes = whole(request, body).await.map_err(|rejection| refused(&rejection))?;
    let value: Value = serde_json::from_slice(bytes.as_ref())
        .map_err(|error| ControlError::unreadable(format!("the body is no JSON: {error}")))?;
    typed(value)
}

fn refused(rejection: &Rejection) -> ControlError {
    let msg = match rejection {
        Rejection::TooLarge => "the body is larger than 1 MiB".to_owned(),
        Rejection::Charset(name) => format!("the body should be in UTF-8, not in {name}"),
        Rejection::Compressed(name) => format!("the body should not be compressed (Content-Encoding: {name})"),
        Rejection::NoText(rule) => format!("the body {}", fault(*rule)),
        _ => "the body could not be read to its end".to_owned(),
    };
    let status = StatusCode::from_u16(rejection.status()).unwrap_or(StatusCode::BAD_REQUEST);
    ControlError { status, msg }
}

fn fault(rule: Rule<'_>) -> &'static str {
    match rule {
        Rule::ByteOrderMark => "begins with a byte order mark, which should be left out",
        Rule::Utf16 => "is UTF-16, and should be UTF-8",
        Rule::Gzip => "is compressed, and should not be",
        _ => "is not UTF-8",
    }
}

/// Gives a JSON value its form, or says which field is wrong; the refused value is not repeated.
pub(super) fn typed<T: DeserializeOwned>(value: Value) -> Result<T, ControlError> {
    serde_path_to_error::deserialize(value)
        .map_err(|error| ControlError::malformed(explain(&error.path().to_string(), error.inner())))
}
