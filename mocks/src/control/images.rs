use poem::{Response, handler, web::Path};

use super::{ControlFailure, error::ControlError};
use crate::{images::Picture, world::Code};

/// The picture of an asset, drawn for any code
#[utoipa::path(get, path = "/images/{kind}/{file}", operation_id = "getPicture", tag = "pictures",
    params(
        ("kind" = String, Path, description = "tank, battery or vehicle", example = "battery"),
        ("file" = String, Path, description = "The code and `.svg`", example = "BT0001.svg"),
    ),
    responses(
        (status = 200, description = "An SVG of 320 × 240", body = String, content_type = "image/svg+xml"),
        (status = 404, description = "No such kind of picture, or no code", body = ControlFailure),
    ))]
#[handler]
pub(super) fn get_image(Path((kind, file)): Path<(String, String)>) -> Result<Response, ControlError> {
    let picture = Picture::ALL
        .into_iter()
        .find(|picture| picture.name() == kind)
        .ok_or_else(|| ControlError::unknown("pictures are of a tank, a battery or a vehicle"))?;
    let code: Code = file
        .strip_suffix(".svg")
        .and_then(|code| code.parse().ok())
        .ok_or_else(|| ControlError::unknown("a picture is called by a code and .svg"))?;
    Ok(Response::builder()
        .content_type("image/svg+xml")
        .header("cache-control", "public, max-age=86400")
        .body(picture.svg(&code)))
}
