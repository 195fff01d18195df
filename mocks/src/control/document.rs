use utoipa::{
    Modify, OpenApi,
    openapi::{
        self,
        security::{HttpAuthScheme, HttpBuilder, SecurityScheme},
    },
};

use super::{clock, edit, images, reset, state};

/// The control API as a document.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Control API of the mock",
        version = "1.0.0",
        description = "Belongs to the mock alone, for tests and for people: production has nothing of it. Every failure is \
            `{code, msg}`. Entities have the page's field names; a derived fact is stored once, so that a binding \
            stands at its battery or vehicle, and deposit, package and migration stand at their user. Values are \
            checked as in a world file, and what breaks an invariant is refused and changes nothing.",
        contact(name = "Polaris"),
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0"),
    ),
    servers((url = "../_mock", description = "The mock that serves this document")),
    security((), ("controlToken" = [])),
    modifiers(&ControlToken),
    tags(
        (name = "world", description = "State of both sides, and the way back to the start"),
        (name = "clock", description = "Business time"),
        (name = "pictures", description = "What the image fields of both sides lead to"),
    ),
    paths(
        state::get_state,
        state::get_collection,
        state::get_entity,
        edit::put_entity,
        edit::patch_entity,
        reset::post_reset,
        clock::get_clock,
        clock::put_clock,
        images::get_image
    ),
)]
struct Document;

/// The token that `--auth` and `--control-token` let the mock demand.
struct ControlToken;

impl Modify for ControlToken {
    fn modify(&self, document: &mut openapi::OpenApi) {
        let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer);
        let bearer = bearer.description(Some("Demanded by a mock that was started with --auth or --control-token"));
        let components = document.components.get_or_insert_default();
        components.add_security_scheme("controlToken", SecurityScheme::Http(bearer.build()));
    }
}

/// The OpenAPI document of the control API.
#[must_use]
pub fn document() -> openapi::OpenApi {
    Document::openapi()
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_document_is_openapi_3_1_and_names_every_path() {
        let document = serde_json::to_value(super::document()).expect("JSON");
        assert!(document["openapi"].as_str().is_some_and(|version| version.starts_with("3.1")));
        assert_eq!(document["paths"].as_object().map(serde_json::Map::len), Some(6));
        assert!(document["components"]["schemas"]["Battery"]["properties"]["batteryCode"].is_object());
    }
}
