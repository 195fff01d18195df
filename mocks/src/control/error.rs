use poem::{Body, IntoResponse, Response, http::StatusCode};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use thiserror::Error;
use utoipa::ToSchema;

use crate::world::explain;

/// A larger body is refused: 1 MiB.
const BODY_LIMIT: usize = 1 << 20;

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

/// Reads a JSON body, whatever its content type says: `curl -d` needs no header.
pub(super) async fn read<T: DeserializeOwned>(body: Body) -> Result<T, ControlError> {
    let bytes = body.into_bytes_limit(BODY_LIMIT).await.map_err(|error| match error {
        poem::error::ReadBodyError::PayloadTooLarge => {
            ControlError { status: StatusCode::PAYLOAD_TOO_LARGE, msg: "the body is larger than 1 MiB".to_owned() }
        }
        _ => ControlError::unreadable("the body could not be read to its end"),
    })?;
    let value: Value = serde_json::from_slice(&bytes)
        .map_err(|error| ControlError::unreadable(format!("the body is no JSON: {error}")))?;
    typed(value)
}

/// Gives a JSON value its form, or says which field is wrong; the refused value is not repeated.
pub(super) fn typed<T: DeserializeOwned>(value: Value) -> Result<T, ControlError> {
    serde_path_to_error::deserialize(value)
        .map_err(|error| ControlError::malformed(explain(&error.path().to_string(), error.inner())))
}
