use std::sync::Arc;

use contracts::{
    internal::InternalRoutes,
    polaris::PolarisRoutes,
    runtime::{faker::Samples, server::Strict},
    weichuang::WeichuangRoutes,
};
use mocks::{CallersOrigin, Mock};
use poem::{Endpoint, EndpointExt, Response, Route, endpoint::make_sync, get, web::Json};
use poem_openapi::{OpenApi, OpenApiService};
use serde_json::json;

use super::{
    cors::OpenCors,
    docs, documents,
    exchange::{Exchange, allowing},
    generated::marked,
    home,
    token::Bearer,
};

/// How `polaris mock` answers.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// The seed of sample data.
    pub seed: u64,
    /// Fields that the contract does not have are violations, not warnings.
    pub strict: bool,
    /// What Weichuang demands as `Authorization: Bearer`.
    pub token: Option<String>,
}

/// The routes of `polaris mock`: both sides, the control API and the documents on one port.
pub fn mock(mock: &Arc<Mock>, settings: Settings) -> impl Endpoint<Output = Response> + use<> {
    let samples = Arc::new(Samples { seed: settings.seed });
    let weichuang = operations(WeichuangRoutes::new(mock.weichuang().clone()));

    Route::new()
        .at("/", allowing(READ, get(home::page())))
        .at("/healthz", allowing(READ, get(make_sync(|_| Json(json!({"status": "ok"}))))))
        .at("/docs", allowing(READ, docs::redirect()))
        .at("/docs/*asset", allowing(READ, docs::swagger_ui()))
        .nest("/openapi", allowing(READ, documents::routes()))
        .nest("/weichuang", weichuang.with(Bearer(settings.token)))
        .nest("/kop", marked(operations(PolarisRoutes::new(samples.clone()))))
        .nest("/internal", marked(operations(InternalRoutes::new(samples))))
        .nest("/_mock", mocks::control::routes(mock.clone()))
        .with(CallersOrigin)
        .data(Strict(settings.strict))
        .with(Exchange)
        .with(OpenCors)
}

const READ: &str = "GET, HEAD, OPTIONS";
const CALL: &str = "POST, OPTIONS";

/// The operations of one document of the contract.
fn operations(api: impl OpenApi + 'static) -> impl Endpoint<Output = Response> + 'static {
    allowing(CALL, OpenApiService::new(api, "", "")).map_to_response()
}
