use std::sync::Arc;

use poem::{handler, http::StatusCode, web::Data};

use crate::Mock;

/// Go back to the world that the mock started from, clock included
#[utoipa::path(post, path = "/reset", operation_id = "reset", tag = "world", responses((status = 204, description = "The world is as it was at the start")))]
#[handler]
pub(super) fn post_reset(mock: Data<&Arc<Mock>>) -> StatusCode {
    mock.reset();
    StatusCode::NO_CONTENT
}
