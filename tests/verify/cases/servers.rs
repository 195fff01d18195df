use std::{sync::Arc, time::Duration};

use contracts::{
    runtime::client::{Caller, Options},
    weichuang::WeichuangClient,
};
use mocks::{Mock, Origin, World};
use polaris::{
    backend::{Backend, Clock, Pictures, Settings, Shown, db::Db, intake, members, migrations, outbox, time},
    gateway::Access,
    server::{self, PolarisSide, Running, router},
    verify::Side,
};
use reqwest::Url;
use tokio::task::JoinSet;

use crate::support::fresh_database;

/// The three sides, each with its built-in world, at one moment that does not pass.
pub struct Servers {
    bases: [String; 3],
    _running: Vec<Running>,
    _workers: JoinSet<()>,
}

/// What answers Polaris's and the internal side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// `polaris mock`.
    Mock,
    /// The production code on SQLite.
    Sqlite,
    /// The production code on PostgreSQL.
    Postgres,
}

impl Servers {
    /// None (and a visible skip) where PostgreSQL is asked for and not installed.
    pub async fn start(engine: Engine) -> Option<Self> {
        let db = match engine {
            Engine::Mock => return Some(Self::mock().await),
            Engine::Sqlite => Db::in_memory().await.expect("a database in memory"),
            Engine::Postgres => Db::open(&fresh_database().await?, 8).await.expect("a database"),
        };
        migrations::run(&db).await.expect("the schema");
        let (mock, weichuang, url) = weichuang().await;
        let caller = Caller::new(&Options::new(base(&url, "/weichuang").parse().expect("a URL"))).expect("a caller");
        let clock = mock.clock().clone();
        let clock = Clock::of(move || time::parse(&clock.now().to_string()).expect("a time"));
        let settings = Settings { pictures: pictures(&url), ..Settings::default() };
        let backend = Backend::new(db, clock, WeichuangClient::new(caller), settings);
        intake::load(&backend, &mock.world().polaris).await.expect("the world");
        let mut workers = JoinSet::new();
        workers.spawn(outbox::run(backend.clone(), std::future::pending()));
        workers.spawn(members::sweep_every(backend.clone(), Duration::from_millis(100), std::future::pending()));
        let public = serve(router::public(&backend, &router::Serve::with(Access::Open))).await;
        let internal = serve(router::internal(&backend, &router::Serve::with(Access::Open))).await;
        let bases = [base(&url, "/weichuang"), base(&public.url(), "/kop"), base(&internal.url(), "/internal")];
        Some(Self { bases, _running: vec![weichuang, public, internal], _workers: workers })
    }

    async fn mock() -> Self {
        let bound = server::bind("127.0.0.1", 0).await.expect("a free port");
        let mock = still(&bound.url());
        let polaris = PolarisSide::start(&mock, &bound.url(), &router::Settings::default()).await.expect("our side");
        let running = bound.serve(router::mock(&mock, &polaris, router::Settings::default())).expect("a server");
        let bases = ["/weichuang", "/kop", "/internal"].map(|prefix| base(&running.url(), prefix));
        Self { bases, _running: vec![running], _workers: JoinSet::new() }
    }

    /// The base URL of a side.
    pub fn base(&self, side: Side) -> Url {
        let index = Side::ALL.iter().position(|each| *each == side).expect("a side");
        self.bases[index].parse().expect("a URL")
    }
}

async fn serve(routes: impl poem::Endpoint<Output = poem::Response> + 'static) -> Running {
    server::bind("127.0.0.1", 0).await.expect("a free port").serve(routes).expect("a server")
}

/// A mock of Weichuang alone, and where it is.
async fn weichuang() -> (Arc<Mock>, Running, String) {
    let bound = server::bind("127.0.0.1", 0).await.expect("a free port");
    let url = bound.url();
    let mock = still(&url);
    (mock.clone(), bound.serve(router::weichuang(&mock)).expect("a server"), url)
}

/// A mock whose clock stands.
fn still(url: &str) -> Arc<Mock> {
    let mock = Arc::new(Mock::new(World::default_world().expect("the built-in world"), Origin::new(url)));
    mock.clock().set(mocks::Time { now: "2021-09-03 10:00:00".parse().expect("a time"), frozen: true });
    mock
}

fn base(url: &str, prefix: &str) -> String {
    format!("{url}{prefix}")
}

/// The pictures that the mock draws, so that the engines have the same ones.
fn pictures(url: &str) -> Pictures {
    let origin = Origin::new(url);
    Pictures::of(move |shown, code, stored| {
        let picture = match shown {
            Shown::Battery => mocks::Picture::Battery,
            Shown::Vehicle => mocks::Picture::Vehicle,
            Shown::Photo => {
                return stored.map(|photo| if photo.starts_with('/') { format!("{origin}{photo}") } else { photo });
            }
        };
        let cover = stored.and_then(|cover| cover.parse().ok());
        Some(picture.address(&code.parse().ok()?, cover.as_ref(), &origin))
    })
}
