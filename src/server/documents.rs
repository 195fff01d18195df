use std::sync::OnceLock;

use contracts::runtime::Document;
use poem::{IntoEndpoint, Response, Route, endpoint::make_sync, get, http::StatusCode};

const YAML: &str = "application/yaml; charset=utf-8";
const JSON: &str = "application/json; charset=utf-8";

/// Every document that is served, with the address of its JSON, in the order of the drop-down of [`super::docs`].
pub(super) const ALL: [(&str, &str); 4] = [
    ("weichuang", "/openapi/weichuang.json"),
    ("polaris", "/openapi/polaris.json"),
    ("internal", "/openapi/internal.json"),
    ("mock", "/openapi/mock.json"),
];

/// `NAME.yaml` and `NAME.json` of every document. The contracts are the very files of `openapi/`.
pub(super) fn routes() -> Route {
    let routes = [
        ("weichuang", &contracts::weichuang::DOCUMENT),
        ("polaris", &contracts::polaris::DOCUMENT),
        ("internal", &contracts::internal::DOCUMENT),
    ]
    .into_iter()
    .fold(Route::new(), |routes, (name, Document { yaml, json, .. })| {
        routes.at(format!("/{name}.yaml"), text(YAML, yaml)).at(format!("/{name}.json"), text(JSON, json))
    });
    routes
        .at("/mock.yaml", written(YAML, || mocks::control::document().to_yaml().ok()))
        .at("/mock.json", written(JSON, || mocks::control::document().to_pretty_json().ok()))
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
