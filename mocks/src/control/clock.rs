use std::sync::Arc;

use jiff::{Span, civil::DateTime};
use poem::{Body, Request, Response, handler, http::StatusCode, web::Data};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{
    ControlFailure,
    error::{ControlError, json, read},
};
use crate::{Mock, Time, world::Moment};

/// A change of the clock: what is left out stays as it is.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ClockChange {
    /// The time to set.
    pub now: Option<Moment>,
    /// How far to go on from there, e.g. `1h 30m`, `3 days` or `P1M`; with a minus sign it goes back.
    #[schema(example = "1 day")]
    pub advance: Option<String>,
    /// Stop the clock, or let it run.
    pub frozen: Option<bool>,
}

/// Read the business clock
#[utoipa::path(get, path = "/clock", operation_id = "getClock", tag = "clock", responses((status = 200, description = "Business time, Asia/Shanghai", body = Time)))]
#[handler]
pub(super) fn get_clock(mock: Data<&Arc<Mock>>) -> Response {
    json(StatusCode::OK, &mock.clock().read())
}

/// Set, advance, freeze or release the business clock
#[utoipa::path(put, path = "/clock", operation_id = "setClock", tag = "clock", request_body = ClockChange,
    responses(
        (status = 200, description = "The clock as it is now", body = Time),
        (status = 400, description = "The body is no JSON in UTF-8", body = ControlFailure),
        (status = 413, description = "The body is larger than 1 MiB", body = ControlFailure),
        (status = 415, description = "The body is compressed, or in another charset than UTF-8", body = ControlFailure),
        (status = 422, description = "No such time or span", body = ControlFailure),
    ))]
#[handler]
pub(super) async fn put_clock(mock: Data<&Arc<Mock>>, request: &Request, body: Body) -> Result<Response, ControlError> {
    let change: ClockChange = read(request, body).await?;
    let time = mock.clock().change(|before| {
        let start = change.now.unwrap_or(before.now);
        let now = match &change.advance {
            Some(span) => advanced(start, span)?,
            None => start,
        };
        Ok::<_, ControlError>(Time { now, frozen: change.frozen.unwrap_or(before.frozen) })
    })?;
    Ok(json(StatusCode::OK, &time))
}

/// `start` and `span` later, within the years that the contract can write.
fn advanced(start: Moment, span: &str) -> Result<Moment, ControlError> {
    let span: Span =
        span.parse().map_err(|_| ControlError::malformed("advance is no span, such as \"1h 30m\" or \"3 days\""))?;
    DateTime::from(start)
        .checked_add(span)
        .ok()
        .filter(|time| (0..=9999).contains(&time.year()))
        .map(Moment::from)
        .ok_or_else(|| ControlError::malformed("advance leads beyond the years 0000 to 9999"))
}
