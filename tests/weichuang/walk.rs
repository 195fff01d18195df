use std::fmt::Write;

use insta::assert_snapshot;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{App, Reply};

/// A story as it is told in the snapshot: what was sent, what came back.
struct Story<'a> {
    app: &'a App,
    text: String,
}

impl Story<'_> {
    async fn call(&mut self, what: &str, path: &str, request: Value) -> Value {
        let reply = self.app.post(&format!("/weichuang{path}"), &request).await;
        let body = reply.json();
        let shown = serde_json::to_string_pretty(&body).expect("JSON").replace(&self.app.authority(), "HOST");
        writeln!(self.text, "# {what}\nPOST {path} {request}\n{} {shown}\n", reply.status).expect("written");
        body
    }
}

/// 张三, at Weichuang alone: he gets a battery, migrates, and takes his deposit back.
#[tokio::test]
async fn a_member_binds_a_battery_migrates_and_gets_the_deposit_back() {
    let app = App::start().await;
    let noon = app.request(Method::PUT, "/_mock/clock").body(r#"{"now": "2021-09-03 12:00:00", "frozen": true}"#);
    assert_eq!(Reply::of(noon).await.status, 200);
    let mut story = Story { app: &app, text: String::new() };

    let me = json!({"phoneNo": "13333111222"});
    story.call("two tanks, one of them unknown", "/tank/query", json!({"tankCodes": ["TK0001", "TK9999"]})).await;
    story.call("who is it?", "/user/query", me.clone()).await;
    story.call("a deposit is paid", "/user/deposit/query", me.clone()).await;
    story.call("a package is running", "/user/package/query", me.clone()).await;

    let battery = json!({"batteryCode": "BT0001"});
    let bind = |user: &str, phone: &str, state: i32| json!({"batteryCode": "BT0001", "userId": user, "userPhone": phone, "state": state});
    let update = "/battery/binding/update";
    story.call("a free battery", "/battery/query", battery.clone()).await;
    story.call("is bound", update, bind("U10001", "13333111222", 1)).await;
    story.call("again, which changes nothing", update, bind("U10001", "13333111222", 1)).await;
    story.call("and shows it", "/battery/query", battery.clone()).await;
    story.call("nobody else can have it", update, bind("U10002", "13810020001", 1)).await;
    story.call("or give it back", update, bind("U10002", "13810020001", 0)).await;

    let refund = |number: &str, amount: &str| json!({"refundNo": number, "phoneNo": "13333111222", "refundAmount": amount, "reason": "不再使用"});
    let migrate = |user: &str| json!({"phoneNo": "13333111222", "userId": user, "migrateTime": "2021-09-03 12:00:00"});
    let (pay, complete) = ("/user/deposit/refund", "/user/migration/complete");
    story.call("no refund before the migration", pay, refund("RF1", "299.00")).await;
    story.call("the migration", complete, migrate("7001")).await;
    story.call("again, which changes nothing", complete, migrate("7001")).await;
    story.call("to another user it cannot go", complete, migrate("7002")).await;
    story.call("migrated", "/user/query", me.clone()).await;
    story.call("the amount must be right", pay, refund("RF1", "300.00")).await;
    let first = story.call("the refund", pay, refund("RF1", "299.00")).await;
    let again = story.call("the same number answers as the first time", pay, refund("RF1", "299.00")).await;
    assert_eq!(first, again);
    story.call("not with other content", pay, refund("RF1", "298.00")).await;
    story.call("and there is no second refund", pay, refund("RF2", "299.00")).await;
    story.call("nothing is left", "/user/deposit/query", me.clone()).await;

    let item = |kind: i32, code: &str, state: i32| {
        json!({
            "assetType": kind, "assetCode": code, "userId": "U10001", "userPhone": "13333111222", "state": state,
            "operateTime": "2021-09-03 12:00:00",
        })
    };
    let batch = json!({"batchNo": "B1", "bindings": [
        item(2, "BT0001", 0), item(2, "BT0003", 1), item(1, "VH0010", 1), item(2, "BT9999", 1),
    ]});
    let first = story.call("a batch, item by item", "/asset/binding/sync", batch.clone()).await;
    let again = story.call("the same batch answers as the first time", "/asset/binding/sync", batch).await;
    assert_eq!(first, again);
    story.call("free again", "/battery/query", battery).await;

    for path in ["/user/query", "/user/deposit/query", "/user/package/query"] {
        story.call("an unknown phone", path, json!({"phoneNo": "19999999999"})).await;
    }
    story.call("an unknown battery", "/battery/query", json!({"batteryCode": "BT9999"})).await;
    assert_snapshot!(story.text);
}

#[tokio::test]
async fn a_reset_brings_the_first_state_back() {
    let app = App::start().await;
    let before = app.state().await;
    let bind = json!({"batteryCode": "BT0001", "userId": "U10001", "userPhone": "13333111222", "state": 1});
    assert_eq!(app.post("/weichuang/battery/binding/update", &bind).await.json()["result"], 200);
    assert_ne!(app.state().await, before);
    let reset = Reply::of(app.request(Method::POST, "/_mock/reset")).await;
    assert!((200..300).contains(&reset.status), "{reset:?}");
    assert_eq!(app.state().await, before);
}

#[tokio::test]
async fn two_servers_are_two_worlds() {
    let (one, other) = tokio::join!(App::start(), App::start());
    let before = other.state().await;
    let bind = json!({"batteryCode": "BT0001", "userId": "U10001", "userPhone": "13333111222", "state": 1});
    assert_eq!(one.post("/weichuang/battery/binding/update", &bind).await.json()["result"], 200);
    assert_eq!(other.state().await, before);
}
