//! Our own side in `polaris mock`: the production code on a database in memory, wired over HTTP to the mock of Weichuang
//! beside it. A reset swaps in a fresh database.

/// What the control API shows of the database.
mod rows;

use std::{
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use contracts::{
    internal::InternalRoutes,
    polaris::PolarisRoutes,
    runtime::client::{Caller, Hidden, Options},
    weichuang::WeichuangClient,
};
use mocks::{Mock, Origin, Picture, control};
use poem::{Endpoint, EndpointExt, Request, Response, Result, endpoint::BoxEndpoint};
use serde_json::Value;
use tokio::task::JoinSet;

use super::{
    Capacity, Limits,
    router::{self, operations},
};
use crate::{
    backend::{Backend, Clock, Pictures, Settings, Shown, db::Db, intake, members, migrations, outbox, time},
    gateway::{
        self, Access, Credentials, Gateway, Guard, SealingKey,
        apps::{self, NewApp, Operations},
    },
};

/// How often the mock looks for rentals that fell due: its clock may be set at any moment.
const SWEEP: Duration = Duration::from_secs(1);

/// So many calls at a time are more than people and tests on one machine make.
const CONCURRENCY: usize = 4096;

/// Our own side, beside the mock of Weichuang.
pub struct PolarisSide {
    mock: Arc<Mock>,
    origin: Origin,
    weichuang: WeichuangClient,
    auth: Option<Auth>,
    current: RwLock<Arc<Current>>,
    /// One reset at a time.
    resetting: tokio::sync::Mutex<()>,
}

/// The one app that may call. It outlives a reset, and so does what it has signed.
struct Auth {
    app: Credentials,
    key: SealingKey,
    gateway: gateway::Options,
}

/// What answers until the next reset.
struct Current {
    backend: Backend,
    kop: BoxEndpoint<'static, Response>,
    internal: BoxEndpoint<'static, Response>,
    /// The outbox and the sweep, which end with it.
    _workers: JoinSet<()>,
}

/// Why our side did not start.
#[derive(Debug, thiserror::Error)]
#[error("Polaris's side cannot start: {0}")]
pub struct SideError(String);

impl PolarisSide {
    /// Starts from the world of `mock`, whose Weichuang is called at `url`, with its token if it demands one.
    ///
    /// # Errors
    /// When the world's records contradict each other, or the client cannot be set up.
    pub async fn start(mock: &Arc<Mock>, url: &str, settings: &router::Settings) -> Result<Arc<Self>, SideError> {
        let failed = |error: &dyn std::fmt::Display| SideError(error.to_string());
        let mut options = Options::new(format!("{url}/weichuang").parse().map_err(|error| failed(&error))?);
        options.token = settings.token.clone().map(Hidden);
        // It calls itself.
        options.direct = true;
        let weichuang = WeichuangClient::new(Caller::new(&options).map_err(|error| failed(&error))?);
        let origin = Origin::new(url);
        let auth = settings.app.clone().map(|app| Auth {
            app,
            key: SealingKey::random(),
            gateway: gateway::Options { debug_signatures: settings.debug_signatures, ..gateway::Options::default() },
        });
        let current = Current::start(mock, &origin, &weichuang, auth.as_ref()).await?;
        Ok(Arc::new(Self {
            mock: mock.clone(),
            origin,
            weichuang,
            auth,
            current: RwLock::new(Arc::new(current)),
            resetting: tokio::sync::Mutex::default(),
        }))
    }

    /// What answers now.
    #[must_use]
    pub fn backend(&self) -> Backend {
        self.current().backend.clone()
    }

    fn current(&self) -> Arc<Current> {
        self.current.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Where the mock can be reached when the request does not tell.
    pub(super) fn origin(&self) -> &Origin {
        &self.origin
    }

    /// `/kop`
    pub(super) fn kop(self: &Arc<Self>) -> Part {
        Part { side: self.clone(), of: |current| &current.kop }
    }

    /// `/internal`
    pub(super) fn internal(self: &Arc<Self>) -> Part {
        Part { side: self.clone(), of: |current| &current.internal }
    }
}

impl Current {
    async fn start(
        mock: &Arc<Mock>,
        origin: &Origin,
        weichuang: &WeichuangClient,
        auth: Option<&Auth>,
    ) -> Result<Self, SideError> {
        let failed = |error: &dyn std::fmt::Display| SideError(error.to_string());
        let db = Db::in_memory().await.map_err(|error| failed(&error))?;
        migrations::run(&db).await.map_err(|error| failed(&error))?;
        let clock = mock.clock().clone();
        let clock = Clock::of(move || time::at(clock.now().into()));
        let settings = Settings { pictures: pictures(origin.clone()), ..Settings::default() };
        let backend = Backend::new(db, clock, weichuang.clone(), settings);
        intake::load(&backend, &mock.world().polaris).await.map_err(|error| failed(&error))?;
        let access = match auth {
            Some(auth) => auth.access(&backend).await.map_err(|error| failed(&error))?,
            None => Access::Open,
        };
        let capacity = Capacity::of(&Limits { concurrency: CONCURRENCY, ..Limits::default() });
        let guard = Guard { access, capacity };
        let mut workers = JoinSet::new();
        workers.spawn(outbox::run(backend.clone(), std::future::pending()));
        workers.spawn(members::sweep_every(backend.clone(), SWEEP, std::future::pending()));
        Ok(Self {
            kop: operations(PolarisRoutes::new(Arc::new(backend.clone()))).with(guard).boxed(),
            internal: operations(InternalRoutes::new(Arc::new(backend.clone()))).boxed(),
            backend,
            _workers: workers,
        })
    }
}

impl Auth {
    async fn access(&self, backend: &Backend) -> Result<Access, apps::AppError> {
        let demo = NewApp { name: "demo".to_owned(), operations: Operations::all(), merchants: None };
        apps::register(backend, &self.key, &self.app, &demo).await?;
        Ok(Access::Signed(Gateway::new(backend.db().clone(), self.key.clone(), self.gateway.clone())))
    }
}

/// The mock's own pictures, by the address under which its caller reached it.
fn pictures(origin: Origin) -> Pictures {
    Pictures::of(move |shown, code, stored| {
        // What a migration has brought here from the mock of Weichuang, which we ask under our own address.
        let stored = stored.map(|address| origin.path_in(&address).map(str::to_owned).unwrap_or(address));
        let origin = Origin::of_caller_or(&origin);
        let picture = match shown {
            Shown::Battery => Picture::Battery,
            Shown::Vehicle => Picture::Vehicle,
            // Nothing is drawn in its place, and an address of somebody else stays as it is.
            Shown::Photo => {
                return stored.map(|photo| if photo.starts_with('/') { format!("{origin}{photo}") } else { photo });
            }
        };
        let cover = stored.and_then(|cover| cover.parse().ok());
        let code = code.parse().ok()?;
        Some(picture.address(&code, cover.as_ref(), &origin))
    })
}

impl control::PolarisSide for PolarisSide {
    fn reset(&self) -> control::Answer<'_, ()> {
        Box::pin(async {
            let _one = self.resetting.lock().await;
            let fresh = Current::start(&self.mock, &self.origin, &self.weichuang, self.auth.as_ref()).await;
            let fresh = fresh.map_err(|error| error.to_string())?;
            *self.current.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(fresh);
            Ok(())
        })
    }

    fn collections(&self) -> &'static [&'static str] {
        rows::COLLECTIONS
    }

    fn rows<'a>(&'a self, collection: &'a str, key: Option<&'a str>) -> control::Answer<'a, Vec<Value>> {
        let backend = self.backend();
        Box::pin(async move { rows::read(&backend, collection, key).await.map_err(|error| error.to_string()) })
    }
}

/// A part of our side, as it is at the moment of a call.
pub(super) struct Part {
    side: Arc<PolarisSide>,
    of: fn(&Current) -> &BoxEndpoint<'static, Response>,
}

impl Endpoint for Part {
    type Output = Response;

    async fn call(&self, request: Request) -> Result<Response> {
        let current = self.side.current();
        (self.of)(&current).call(request).await
    }
}

#[cfg(test)]
mod tests {
    use mocks::CallersOrigin;
    use poem::endpoint::make_sync;

    use super::*;

    #[tokio::test]
    async fn a_picture_that_came_from_our_weichuang_has_the_callers_address_too() {
        let own = "http://127.0.0.1:4010";
        for (stored, shown) in [
            (Some(format!("{own}/_mock/images/battery/BT0001.svg")), "/_mock/images/battery/BT0001.svg"),
            (None, "/_mock/images/battery/BT0001.svg"),
            (Some("/photos/1.jpg".to_owned()), "/photos/1.jpg"),
        ] {
            let pictures = pictures(Origin::new(own));
            let endpoint =
                make_sync(move |_| pictures.address(Shown::Battery, "BT0001", stored.clone()).unwrap_or_default());
            let request = Request::builder().header("host", "mock.lan").header("x-forwarded-prefix", "/polaris");
            let address = endpoint.with(CallersOrigin).call(request.finish()).await.expect("an answer");
            assert_eq!(address, format!("http://mock.lan/polaris{shown}"));
        }
    }
}
