use std::time::Duration;

use contracts::{
    runtime::client::{Caller, Options},
    weichuang::WeichuangClient,
};
use polaris::backend::{Backend, Clock, Settings, db::sql, instance::Instance, outbox, partner::Limits};
use serde_json::{Value, json};
use wiremock::{Mock, MockServer, Request, ResponseTemplate, matchers::any};

use super::Bench;

/// How long the backends of a [`Partner`] wait for an answer.
const PATIENCE: Duration = Duration::from_secs(1);
/// An answer that takes so long is lost.
pub const TOO_LONG: Duration = Duration::from_secs(2);

/// A Weichuang that does as a test says, and a backend that talks to it.
pub struct Partner {
    server: MockServer,
    pub backend: Backend,
}

impl Partner {
    /// A partner that answers `answer(path, body)`, and a backend on the database of `bench` that makes at most four
    /// attempts, one right after the other.
    pub async fn new(bench: &Bench, answer: impl Fn(&str, &Value) -> ResponseTemplate + Send + Sync + 'static) -> Self {
        let server = MockServer::start().await;
        let answer = move |request: &Request| answer(request.url.path(), &body(request));
        Mock::given(any()).respond_with(answer).mount(&server).await;
        let backend = backend(bench, &server.uri(), 0);
        Self { server, backend }
    }

    /// Another instance on the same database.
    pub fn instance(&self, bench: &Bench, number: i64) -> Backend {
        backend(bench, &self.server.uri(), number)
    }

    /// The bodies of the calls of `path`.
    pub async fn heard(&self, path: &str) -> Vec<Value> {
        let calls = self.server.received_requests().await.expect("recorded");
        calls.iter().filter(|call| call.url.path() == path).map(body).collect()
    }
}

/// A backend on the database of `bench` that talks to `url`.
pub fn backend(bench: &Bench, url: &str, instance: i64) -> Backend {
    let mut options = Options::new(url.parse().expect("a URL"));
    options.timeout = PATIENCE;
    let weichuang = WeichuangClient::new(Caller::new(&options).expect("a caller"));
    let retry = outbox::Retry {
        attempts: 4,
        first: Duration::from_millis(2),
        longest: Duration::from_millis(5),
        lease: Duration::from_secs(5),
        poll: Duration::from_millis(10),
        head_start: Duration::ZERO,
        parallel: 8,
    };
    let now = bench.backend.now();
    // What a test waits for, it waits for to the end.
    let partner = Limits { patience: Duration::from_secs(30), ..Limits::default() };
    let settings = Settings { retry, partner, instance: Instance::of_number(instance), ..Settings::default() };
    Backend::new(bench.backend.db().clone(), Clock::of(move || now), weichuang, settings)
}

/// Delivers until nothing waits any more.
pub async fn settle(backend: &Backend) {
    for _ in 0..200 {
        outbox::deliver_due(backend).await;
        let open = sql("SELECT id FROM delivery WHERE state IN ('pending', 'delivering') LIMIT 1");
        if backend.db().session().await.expect("a session").first(open).await.expect("a query").is_none() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("something still waits");
}

/// Success without fields.
pub fn yes() -> ResponseTemplate {
    with(json!({}))
}

/// Success with `fields`.
pub fn with(mut fields: Value) -> ResponseTemplate {
    fields["result"] = 200.into();
    ResponseTemplate::new(200).set_body_json(fields)
}

/// A refusal.
pub fn no(result: i32, msg: &str) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_json(json!({"result": result, "msg": msg}))
}

fn body(request: &Request) -> Value {
    serde_json::from_slice(&request.body).expect("JSON")
}
