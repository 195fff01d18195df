//! The generated clients against peers that misbehave.

/// One connection for many calls, and the token on each of them.
mod calls;
/// What is shown of a call: no token, no personal data.
mod privacy;
/// Peers that refuse.
mod refusals;
/// Successes, whole and damaged.
mod replies;
/// Calls that are signed.
mod signed;
/// Peers that are not there, or break off.
mod transport;

use std::time::Duration;

use contracts::{
    internal::{GetMigrationRequest, InternalClient},
    runtime::{
        Violation,
        client::{CallError, Caller, Options},
    },
    weichuang::{QueryUserRequest, WeichuangClient},
};
use serde_json::{Value, json};
use wiremock::{Mock, MockServer, ResponseTemplate, matchers::method};

/// The phone number of every request here: no error and no log line may show it.
const PHONE: &str = "13333111222";

/// A peer that gives every call the same answer.
async fn peer(answer: ResponseTemplate) -> MockServer {
    let server = MockServer::start().await;
    Mock::given(method("POST")).respond_with(answer).mount(&server).await;
    server
}

/// A peer that gives every call the same JSON.
async fn peer_with(status: u16, body: &Value) -> MockServer {
    peer(ResponseTemplate::new(status).set_body_json(body)).await
}

/// How the peer at `base` is called here: without much patience.
fn options(base: &str) -> Options {
    let base = base.parse().expect("a URL");
    Options { timeout: Duration::from_millis(500), ..Options::new(base) }
}

fn weichuang(options: &Options) -> WeichuangClient {
    WeichuangClient::new(Caller::new(options).expect("a caller"))
}

fn internal(options: &Options) -> InternalClient {
    InternalClient::new(Caller::new(options).expect("a caller"))
}

fn user() -> QueryUserRequest {
    QueryUserRequest { phone_no: PHONE.to_owned() }
}

fn migration() -> GetMigrationRequest {
    GetMigrationRequest { phone_no: PHONE.to_owned() }
}

/// A valid reply to [`migration`].
fn migration_reply() -> Value {
    json!({"code": 200, "msg": null, "data": {
        "phoneNo": PHONE, "userId": "6678", "state": "completed", "reason": null,
        "startTime": "2021-09-01 10:20:28", "completeTime": "2021-09-01 10:20:30",
    }})
}

/// The error of asking the peer at `base` for a user, in Weichuang's flat form.
async fn flat_error(base: &str) -> CallError {
    weichuang(&options(base)).query_user(&user()).await.expect_err("no answer")
}

/// The error of asking the peer at `base` for a migration, in KOP's envelope.
async fn kop_error(base: &str) -> CallError {
    internal(&options(base)).get_migration(&migration()).await.expect_err("no answer")
}

/// Violations as `pointer: rule`.
fn places(violations: &[Violation]) -> Vec<String> {
    violations.iter().map(|violation| format!("{}: {}", violation.pointer, violation.rule)).collect()
}
