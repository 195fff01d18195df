use std::time::{Duration, Instant};

use contracts::runtime::signature::Method as Signing;
use mocks::World;
use polaris::{
    backend::intake,
    gateway::{Access, Credentials},
    server::{
        self, Running,
        router::{self, Serve},
    },
    verify::{Side, contract::Operation},
};
use reqwest::{Client, Method, header::CONTENT_TYPE};
use tokio::time::sleep;

use crate::{
    backend::stored,
    gateway::{Front, everything, now, signed},
    support::{App, Reply},
};

/// A server under attack.
pub enum Server {
    Mock(App),
    Production(Box<Production>),
}

/// What production is for an attacker who has an app: the gateway, and inside it the internal address.
pub struct Production {
    pub front: Front,
    pub app: Credentials,
    internal: Running,
    http: Client,
}

/// Nobody waits longer than this.
pub const PATIENCE: Duration = Duration::from_secs(1);

impl Server {
    pub async fn mock() -> Self {
        Self::Mock(App::start().await)
    }

    /// Production with the built-in world.
    pub async fn production(front: Front) -> Self {
        let backend = &front.bench.backend;
        intake::load(backend, &World::default_world().expect("a world").polaris).await.expect("the world");
        let app = front.app(everything()).await;
        let bound = server::bind("127.0.0.1", 0).await.expect("a free port");
        let internal = bound.serve(router::internal(backend, &Serve::with(Access::Open))).expect("a server");
        let http = Client::builder().no_proxy().build().expect("a client");
        Self::Production(Box::new(Production { front, app, internal, http }))
    }

    /// The sides that it answers.
    pub fn sides(&self) -> &'static [Side] {
        match self {
            Self::Mock(_) => &Side::ALL,
            Self::Production(_) => &[Side::Polaris, Side::Internal],
        }
    }

    /// Calls an operation. A slow reply is asked for again, for this machine may be busy: then it must be quick.
    pub async fn call(&self, side: Side, operation: &Operation, body: &str, about: &str) -> (Reply, Duration) {
        let (reply, mut took) = self.timed(side, operation, body).await;
        for _ in 0..10 {
            if took < PATIENCE {
                break;
            }
            sleep(PATIENCE).await;
            took = self.timed(side, operation, body).await.1;
        }
        assert!(took < PATIENCE, "{about} took {took:?}");
        (reply, took)
    }

    async fn timed(&self, side: Side, operation: &Operation, body: &str) -> (Reply, Duration) {
        let path = operation.info.path;
        let request = match (self, side) {
            (Self::Mock(app), _) => {
                let prefix = match side {
                    Side::Weichuang => "/weichuang",
                    Side::Polaris => "/kop",
                    Side::Internal => "/internal",
                };
                app.request(Method::POST, &format!("{prefix}{path}"))
            }
            (Self::Production(production), Side::Internal) => {
                production.http.post(format!("{}/internal{path}", production.internal.url()))
            }
            (Self::Production(production), _) => {
                let Production { front, app, http, .. } = &**production;
                let api = path.trim_start_matches('/');
                let query = signed(app, Signing::HmacSha256, api, now(), body).to_query();
                http.post(format!("{}/kop/{api}?{query}", front.url()))
            }
        };
        let request = request.header(CONTENT_TYPE, "application/json").body(body.to_owned());
        let started = Instant::now();
        let reply = Reply::of(request).await;
        (reply, started.elapsed())
    }

    /// All that it has stored.
    pub async fn state(&self) -> String {
        match self {
            Self::Mock(app) => app.state().await.to_string(),
            Self::Production(production) => format!("{:?}", stored(&production.front.bench).await),
        }
    }
}
