use std::sync::Arc;

use super::{
    capacity::Capacity,
    cors::{Cors, PageOrigin},
    docs, documents,
    exchange::{Exchange, allowing},
    headers::SafeHeaders,
    health::{self, Draining},
    home,
    limits::{Limits, ShortHead},
    metrics::Metrics,
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
use poem::{Endpoint, EndpointExt, IntoEndpoint, Response, Route, get};
use poem_openapi::{OpenApi, OpenApiService};

/// How `polaris mock` answers.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// Fields that the contract does not have are violations, not warnings.
    pub strict: bool,
    /// What Weichuang demands as `Authorization: Bearer`.
    pub token: Option<String>,
    /// What `/internal` and the control API demand as `Authorization: Bearer`.
    pub control_token: Option<String>,
    /// The app whose signature our own side demands; anybody may call, where there is none.
    pub app: Option<Credentials>,
    /// A refused signature shows what was signed here.
    pub debug_signatures: bool,
}

/// How `polaris serve` answers.
#[derive(Debug, Clone)]
pub struct Serve {
    /// Whether callers must say who they are.
    pub access: Access,
    /// How much it takes on.
    pub limits: Limits,
    /// What it counts.
    pub metrics: Metrics,
    /// Whether it is about to stop.
    pub draining: Draining,
    /// Which pages of other origins may call the public address.
    pub cors_origins: Arc<[PageOrigin]>,
}

impl Serve {
    /// With the usual limits.
    #[must_use]
    pub fn with(access: Access) -> Self {
        Self {
            access,
            limits: Limits::default(),
            metrics: Metrics::new(),
            draining: Draining::default(),
            cors_origins: Arc::default(),
        }
    }

    fn exchange(&self) -> Exchange {
        Exchange { patience: Some(self.limits.patience), metrics: Some(self.metrics.clone()) }
    }

    fn guard(&self, access: Access) -> Guard {
        Guard { access, capacity: Capacity::of(&self.limits) }
    }
}

/// The routes of `polaris mock`: both sides, the control API and the documents on one port.
pub fn mock(
    mock: &Arc<Mock>,
    polaris: &Arc<PolarisSide>,
    settings: Settings,
) -> impl Endpoint<Output = Response> + use<> {
    let Settings { strict, token, control_token, app, .. } = settings;
    let closed = home::Closed { weichuang: token.is_some(), polaris: app.is_some(), control: control_token.is_some() };
    let control = || Bearer(control_token.clone());
    let shown = [documents::WEICHUANG, documents::POLARIS, documents::INTERNAL, documents::CONTROL];

    Route::new()
        .at("/", page(get(home::page(polaris.origin().clone(), closed))))
        .at("/healthz", allowing(READ, health::alive()))
        .at("/docs", allowing(READ, docs::redirect()))
        .at("/docs/*asset", page(docs::swagger_ui(&shown)))
        .nest("/openapi", allowing(READ, documents::routes(&shown)))
        .nest("/weichuang", operations(WeichuangRoutes::new(mock.weichuang().clone())).with(Bearer(token)))
        .nest("/kop", polaris.kop())
        .nest("/internal", polaris.internal().with(control()))
        .nest("/_mock", mocks::control::routes(mock.clone(), polaris.clone()).with(control()))
        // Pages show pictures, and send no token for them.
        .nest("/_mock/images", mocks::control::pictures())
        .with(CallersOrigin)
        .data(Strict(strict))
        .with(Exchange::default())
        .with(KopGateway)
        .with(Cors::Any)
}

/// The routes of a mock of Weichuang alone, for a backend that stands elsewhere.
pub fn weichuang(mock: &Arc<Mock>) -> impl Endpoint<Output = Response> + use<> {
    Route::new()
        .nest("/weichuang", operations(WeichuangRoutes::new(mock.weichuang().clone())))
        .with(CallersOrigin)
        .with(Exchange::default())
}

/// The routes of `polaris serve` that the public address answers.
pub fn public(backend: &Backend, serve: &Serve) -> impl Endpoint<Output = Response> + use<> {
    let guard = serve.guard(serve.access.clone());
    Route::new()
        .at("/healthz", allowing(READ, health::alive()))
        .at("/readyz", allowing(READ, health::ready(backend.clone(), serve.draining.clone())))
        .at("/docs", allowing(READ, docs::redirect()))
        .at("/docs/*asset", allowing(READ, docs::swagger_ui(&[documents::POLARIS])))
        .nest("/openapi", allowing(READ, documents::routes(&[documents::POLARIS])))
        .nest("/kop", operations(PolarisRoutes::new(Arc::new(backend.clone()))).with(guard))
        .with(ShortHead)
        .with(serve.exchange())
        .with(KopGateway)
        .with(SafeHeaders)
        .with(Cors::Of(serve.cors_origins.clone()))
}

/// The routes of `polaris serve` that only our own systems reach.
pub fn internal(backend: &Backend, serve: &Serve) -> impl Endpoint<Output = Response> + use<> {
    let guard = serve.guard(Access::Open);
    Route::new()
        .at("/healthz", allowing(READ, health::alive()))
        .at("/readyz", allowing(READ, health::ready(backend.clone(), serve.draining.clone())))
        .at("/docs", allowing(READ, docs::redirect()))
        .at("/docs/*asset", allowing(READ, docs::swagger_ui(&[documents::INTERNAL])))
        .nest("/openapi", allowing(READ, documents::routes(&[documents::INTERNAL])))
        .at("/metrics", allowing(READ, serve.metrics.page()))
        .nest("/internal", operations(InternalRoutes::new(Arc::new(backend.clone()))).with(guard))
        .with(ShortHead)
        .with(serve.exchange())
        .with(SafeHeaders)
}

const READ: &str = "GET, HEAD, OPTIONS";
const CALL: &str = "POST, OPTIONS";

/// What people look at in a browser.
fn page(shown: impl IntoEndpoint<Endpoint: 'static> + 'static) -> impl Endpoint<Output = Response> + 'static {
    allowing(READ, shown).map_to_response().with(SafeHeaders)
}

/// The operations of one document of the contract.
pub(super) fn operations(api: impl OpenApi + 'static) -> impl Endpoint<Output = Response> + 'static {
    allowing(CALL, OpenApiService::new(api, "", "")).map_to_response()
}
