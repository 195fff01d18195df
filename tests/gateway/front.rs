use std::{future::Future, sync::Arc};

use contracts::runtime::signature::{Method, Parameters, SignedText, Signer};
use polaris::{
    backend::{Clock, time},
    gateway::{
        self, Access, Credentials, Gateway, Rate, Replay, SealingKey,
        apps::{self, NewApp, Operations},
    },
    server::{
        self, Running,
        router::{self, Serve},
    },
};
use serde_json::{Value, json};

use crate::{
    backend::{self, Bench},
    support::Reply,
};

/// A server that demands signatures, on a database of its own. Real time is the bench's frozen clock.
pub struct Front {
    pub bench: Bench,
    pub key: SealingKey,
    running: Running,
    http: reqwest::Client,
}

/// What real time is at the start.
pub fn now() -> i64 {
    time::parse("2021-09-03 10:00:00").expect("a time")
}

/// An app that may do everything.
pub fn everything() -> NewApp {
    NewApp { name: "everything".into(), operations: Operations::all(), merchants: None }
}

/// Runs `test` on SQLite and on PostgreSQL.
pub async fn on_both_engines<F: Future<Output = ()>>(test: impl Fn(Front) -> F) {
    backend::on_both_engines(|bench| async { test(Front::of(bench, false).await).await }).await;
}

impl Front {
    /// In front of `bench`; `debug` as `--debug-signatures`.
    pub async fn of(bench: Bench, debug: bool) -> Self {
        let key = SealingKey::random();
        let clock = Clock::of({
            let backend = bench.backend.clone();
            move || backend.now()
        });
        let running = start(&bench, &key, clock, debug).await;
        let http = reqwest::Client::builder().no_proxy().build().expect("a client");
        Self { bench, key, running, http }
    }

    /// In front of `bench`, for apps that may call so often.
    pub async fn limited(bench: Bench, rate: Rate) -> Self {
        let mut front = Self::of(bench, false).await;
        front.running = front.another_limited(rate).await;
        front
    }

    /// Another process beside this one, for apps that may call so often.
    pub async fn another_limited(&self, rate: Rate) -> Running {
        let (replay, clock) = (Arc::new(Replay::starting(now())), Clock::of(now));
        let options = gateway::Options { replay, clock, debug_signatures: false, rate: Some(rate) };
        serve(&self.bench, &self.key, options).await
    }

    /// On a database in memory, by the system's clock.
    pub async fn in_real_time() -> Self {
        Self::in_real_time_of(Bench::in_memory().await).await
    }

    /// In front of `bench`, by the system's clock.
    pub async fn in_real_time_of(bench: Bench) -> Self {
        let mut front = Self::of(bench, false).await;
        front.running = start(&front.bench, &front.key, Clock::real(), false).await;
        front
    }

    /// The same for apps that may call so often.
    pub async fn in_real_time_limited(rate: Rate) -> Self {
        let mut front = Self::in_real_time().await;
        let options = gateway::Options { rate: Some(rate), ..gateway::Options::default() };
        front.running = serve(&front.bench, &front.key, options).await;
        front
    }

    /// The same with another process, which has seen no call.
    pub async fn restarted(&mut self) {
        let backend = self.bench.backend.clone();
        self.running = start(&self.bench, &self.key, Clock::of(move || backend.now()), false).await;
    }

    /// Another process beside this one.
    pub async fn another(&self) -> Running {
        let backend = self.bench.backend.clone();
        start(&self.bench, &self.key, Clock::of(move || backend.now()), false).await
    }

    /// Makes an app.
    pub async fn app(&self, new: NewApp) -> Credentials {
        apps::create(&self.bench.backend, &self.key, &new).await.expect("an app")
    }

    pub fn url(&self) -> String {
        self.running.url()
    }

    /// Posts `body` to a path with its query.
    pub async fn post(&self, path_and_query: &str, body: &str) -> Reply {
        self.post_to(&self.url(), path_and_query, body).await
    }

    pub async fn post_to(&self, url: &str, path_and_query: &str, body: &str) -> Reply {
        let call = self.http.post(format!("{url}{path_and_query}")).header("content-type", "application/json");
        Reply::of(call.body(body.to_owned())).await
    }

    pub async fn get(&self, path_and_query: &str) -> Reply {
        Reply::of(self.http.get(format!("{}{path_and_query}", self.url()))).await
    }

    /// Calls an operation as `app`, now.
    pub async fn call(&self, app: &Credentials, api: &str, body: &Value) -> Reply {
        let body = body.to_string();
        self.post(&format!("/kop/{api}?{}", signed(app, Method::HmacSha256, api, now(), &body).to_query()), &body).await
    }
}

async fn start(bench: &Bench, key: &SealingKey, clock: Clock, debug_signatures: bool) -> Running {
    let replay = Arc::new(Replay::starting(clock.now()));
    let options = gateway::Options { replay, clock, debug_signatures, rate: None };
    serve(bench, key, options).await
}

async fn serve(bench: &Bench, key: &SealingKey, options: gateway::Options) -> Running {
    let gateway = Gateway::new(bench.backend.db().clone(), key.clone(), options);
    let bound = server::bind("127.0.0.1", 0).await.expect("a free port");
    bound.serve(router::public(&bench.backend, &Serve::with(Access::Signed(gateway)))).expect("a server")
}

/// The parameters of a call, signed.
pub fn signed(app: &Credentials, method: Method, api: &str, timestamp: i64, body: &str) -> Parameters {
    let signer = Signer { app_key: app.app_key.clone(), secret: app.secret.clone(), method };
    signer.parameters(api, timestamp, &gateway::nonce(), body.as_bytes()).expect("a signature")
}

/// `parameters` with others, signed again.
pub fn with(parameters: &Parameters, others: &[(&str, &str)], app: &Credentials, body: &str) -> Parameters {
    let mut parameters = parameters.clone();
    for (name, value) in others {
        parameters.set(name, *value);
    }
    let sign = SignedText::of(&parameters, body.as_bytes()).expect("a text").sign(&app.secret.0);
    parameters.set("sign", sign);
    parameters
}

/// A body that every gateway lets through to an answer.
pub fn orders() -> String {
    json!({"pageNo": 1, "pageSize": 20, "userName": "张三"}).to_string()
}

pub const ORDERS: &str = "hm.order.p.query";
