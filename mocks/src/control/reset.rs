use std::sync::Arc;

use poem::{handler, http::StatusCode, web::Data};

use super::{ControlFailure, PolarisSide, error::ControlError};
use crate::Mock;

/// Go back to the world that the mock started from: both sides, clock included
#[utoipa::path(post, path = "/reset", operation_id = "reset", tag = "world", responses(
    (status = 204, description = "The world is as it was at the start"),
    (status = 500, description = "Polaris's side could not start over", body = ControlFailure),
))]
#[handler]
pub(super) async fn post_reset(
    mock: Data<&Arc<Mock>>,
    polaris: Data<&Arc<dyn PolarisSide>>,
) -> Result<StatusCode, ControlError> {
    mock.reset();
    polaris.reset().await.map_err(ControlError::failed)?;
    Ok(StatusCode::NO_CONTENT)
}
