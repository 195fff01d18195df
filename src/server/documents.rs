use std::sync::OnceLock;

use poem::{IntoEndpoint, Response, Route, endpoint::make_sync, get, http::StatusCode};

const YAML: &str = "application/yaml; charset=utf-8";
const JSON: &str = "application/json; charset=utf-8";

/// A document that a server can show.
#[derive(Clone, Copy)]
pub(super) struct Document {
    /// Its name in the drop-down of [`super::docs`].
    pub name: &'static str,
    /// Where its JSON is, as seen from `/docs/`.
    pub json_address: &'static str,
    source: Source,
}

#[derive(Clone, Copy)]
enum Source {
    /// The very file of `openapi/`.
    Contract(&'static contracts::runtime::Document),
    /// The control API's, derived from its code.
    Control,
}

/// What Weichuang provides.
pub(super) const WEICHUANG: Document =
    contract("weichuang", "../openapi/weichuang.json", &contracts::weichuang::DOCUMENT);
/// What we provide.
pub(super) const POLARIS: Document = contract("polaris", "../openapi/polaris.json", &contracts::polaris::DOCUMENT);
/// What our own systems call.
pub(super) const INTERNAL: Document = contract("internal", "../openapi/internal.json", &contracts::internal::DOCUMENT);
/// The mock's control API.
pub(super) const CONTROL: Document =
    Document { name: "mock", json_address: "../openapi/mock.json", source: Source::Control };

const fn contract(
    name: &'static str,
    json_address: &'static str,
    document: &'static contracts::runtime::Document,
) -> Document {
    Document { name, json_address, source: Source::Contract(document) }
}

/// `NAME.yaml` and `NAME.json` of each of `documents`.
pub(super) fn routes(documents: &[Document]) -> Route {
    documents.iter().fold(Route::new(), |routes, Document { name, source, .. }| {
        let (yaml, json) = (format!("/{name}.yaml"), format!("/{name}.json"));
        match source {
            Source::Contract(document) => {
                routes.at(yaml, text(YAML, document.yaml)).at(json, text(JSON, document.json))
            }
            Source::Control => routes
                .at(yaml, written(YAML, || mocks::control::document().to_yaml().ok()))
                .at(json, written(JSON, || mocks::control::document().to_pretty_json().ok())),
        }
    })
}

fn text(content_type: &'static str, text: &'static str) -> impl IntoEndpoint<Endpoint: 'static> {
    get(make_sync(move |_| Response::builder().content_type(content_type).body(text)))
}

/// A document that is written when somebody first asks for it, so that the server starts without it.
fn written(content_type: &'static str, write: fn() -> Option<String>) -> impl IntoEndpoint<Endpoint: 'static> {
    let document = OnceLock::new();
    get(make_sync(move |_| match document.get_or_init(write) {
        Some(text) => Response::builder().content_type(content_type).body(text.clone()),
        None => StatusCode::INTERNAL_SERVER_ERROR.into(),
    }))
}
