use std::sync::Arc;

use super::{
    cors::OpenCors,
    docs, documents,
    exchange::{Exchange, allowing},
    health, home,
    polaris_side::PolarisSide,
    token::Bearer,
};
use crate::{
    backend::Backend,
    gateway::{Access, Credentials, Guard, KopGateway},
};
use contracts::{
    internal::InternalRoutes, polaris::PolarisRoutes, runtime::server::Strict, weichuang::WeichuangRoutes,
};
use mocks::{CallersOrigin, Mock};
use poem::{Endpoint, EndpointExt, Response, Route, get};
use poem_openapi::{OpenApi, OpenApiService};

/// How `polaris mock` answers.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// Fields that the contract does not have are violations, not warnings.
    pub strict: bool,
    /// What Weichuang demands as `Authorization: Bearer`.
    pub token: Option<String>,
    /// The app whose signature our own side demands; anybody may call, where there is none.
    pub app: Option<Credentials>,
    /// A refused signature shows what was signed here.
    pub debug_signatures: bool,
}

/// The routes of `polaris mock`: both sides, the control API and the documents on one port.
pub fn mock(
    mock: &Arc<Mock>,
    polaris: &Arc<PolarisSide>,
    settings: Settings,
) -> impl Endpoint<Output = Response> + use<> {
    let shown = [documents::WEICHUANG, documents::POLARIS, documents::INTERNAL, documents::CONTROL];

    Route::new()
        .at("/", allowing(READ, get(home::page())))
        .at("/healthz", allowing(READ, health::alive()))
        .at("/docs", allowing(READ, docs::redirect()))
        .at("/docs/*asset", allowing(READ, docs::swagger_ui(&shown)))
        .nest("/openapi", allowing(READ, documents::routes(&shown)))
        .nest("/weichuang", operations(WeichuangRoutes::new(mock.weichuang().clone())).with(Bearer(settings.token)))
        .nest("/kop", polaris.kop())
        .nest("/internal", polaris.internal())
        .nest("/_mock", mocks::control::routes(mock.clone(), polaris.clone()))
        .with(CallersOrigin)
        .data(Strict(settings.strict))
        .with(Exchange)
        .with(KopGateway)
        .with(OpenCors)
}

/// The routes of a mock of Weichuang alone, for a backend that stands elsewhere.
pub fn weichuang(mock: &Arc<Mock>) -> impl Endpoint<Output = Response> + use<> {
    Route::new()
        .nest("/weichuang", operations(WeichuangRoutes::new(mock.weichuang().clone())))
        .with(CallersOrigin)
        .with(Exchange)
}

/// The routes of `polaris serve` that the public address answers.
pub fn public(backend: &Backend, access: Access) -> impl Endpoint<Output = Response> + use<> {
    Route::new()
        .at("/healthz", allowing(READ, health::alive()))
        .at("/readyz", allowing(READ, health::ready(backend.clone())))
        .at("/docs", allowing(READ, docs::redirect()))
        .at("/docs/*asset", allowing(READ, docs::swagger_ui(&[documents::POLARIS])))
        .nest("/openapi", allowing(READ, documents::routes(&[documents::POLARIS])))
        .nest("/kop", operations(PolarisRoutes::new(Arc::new(backend.clone()))).with(Guard(access)))
        .with(Exchange)
        .with(KopGateway)
        .with(OpenCors)
}

/// The routes of `polaris serve` that only our own systems reach.
pub fn internal(backend: &Backend) -> impl Endpoint<Output = Response> + use<> {
    Route::new()
        .at("/healthz", allowing(READ, health::alive()))
        .at("/docs", allowing(READ, docs::redirect()))
        .at("/docs/*asset", allowing(READ, docs::swagger_ui(&[documents::INTERNAL])))
        .nest("/openapi", allowing(READ, documents::routes(&[documents::INTERNAL])))
        .nest("/internal", operations(InternalRoutes::new(Arc::new(backend.clone()))))
        .with(Exchange)
}

const READ: &str = "GET, HEAD, OPTIONS";
const CALL: &str = "POST, OPTIONS";

/// The operations of one document of the contract.
pub(super) fn operations(api: impl OpenApi + 'static) -> impl Endpoint<Output = Response> + 'static {
    allowing(CALL, OpenApiService::new(api, "", "")).map_to_response()
}
