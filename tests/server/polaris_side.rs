//! Our own side in `polaris mock`: the production code, wired to the mock of Weichuang beside it.

use serde_json::{Value, json};

use crate::support::App;

const PHONE: &str = "13333111222";

async fn data(app: &App, path: &str, body: Value) -> Value {
    let reply = app.post(path, &body).await;
    assert_eq!(reply.status, 200, "{path}: {reply:?}");
    reply.json()["data"].clone()
}

async fn weichuang(app: &App, path: &str) -> Value {
    app.post(&format!("/weichuang{path}"), &json!({"phoneNo": PHONE})).await.json()
}

#[tokio::test]
async fn a_user_of_weichuang_moves_to_us_gets_another_battery_and_then_the_deposit_back() {
    let app = App::start().await;
    let migration = data(&app, "/internal/migration/start", json!({"phoneNo": PHONE})).await;
    assert_eq!(migration["state"], "completed", "{migration}");
    let user = weichuang(&app, "/user/query").await;
    assert_eq!((&user["migrated"], &user["batteryCode"]), (&json!(true), &json!("BT0002")));

    let assets = data(&app, "/kop/hm.battery.p.memberAssetList", json!({"batteryCode": "BT0002"})).await;
    let relation = &assets["result"][0]["id"];
    data(&app, "/kop/hm.battery.p.memberAssetCorrect", json!({"id": relation, "batteryCode": "BT0001"})).await;
    assert_eq!(weichuang(&app, "/user/query").await["batteryCode"], "BT0001");

    let applied = data(&app, "/kop/hm.deposit.p.refundApply", json!({"phoneNo": PHONE, "reason": "不再使用"})).await;
    let confirmed = data(&app, "/kop/hm.deposit.p.refundConfirm", json!({"phoneNo": PHONE})).await;
    assert_eq!(confirmed, json!({"success": true}));
    let detail = data(&app, "/kop/hm.deposit.p.refundDetail", json!({"id": applied["id"]})).await;
    assert_eq!(detail["status"], 4);
    assert_eq!(weichuang(&app, "/user/deposit/query").await["depositAmount"], "0.00");
}

#[tokio::test]
async fn the_photos_of_a_refund_have_absolute_addresses() {
    let app = App::start().await;
    let list = data(&app, "/kop/hm.deposit.p.refundList", json!({"pageNo": 1, "pageSize": 200})).await;
    let mut photos = 0;
    for refund in list["result"].as_array().expect("a list") {
        let detail = data(&app, "/kop/hm.deposit.p.refundDetail", json!({"id": refund["id"]})).await;
        for photo in ["assetImg", "merchantUploadImg"].iter().filter_map(|name| detail[*name].as_str()) {
            assert!(photo.starts_with(&app.url("/_mock/images/")), "{photo}");
            photos += 1;
        }
    }
    assert!(photos > 5, "{photos}");
    // A member's own photo is shown as it was sent.
    data(&app, "/internal/migration/start", json!({"phoneNo": PHONE})).await;
    let own = "https://example.com/a photo.jpg";
    let apply = json!({"phoneNo": PHONE, "reason": "不再使用", "assetImg": own});
    let applied = data(&app, "/kop/hm.deposit.p.refundApply", apply).await;
    let detail = data(&app, "/kop/hm.deposit.p.refundDetail", json!({"id": applied["id"]})).await;
    assert_eq!(detail["assetImg"], own);
}

#[tokio::test]
async fn it_reaches_a_weichuang_that_demands_a_token() {
    let settings = polaris::server::router::Settings { token: Some("secret".into()), ..Default::default() };
    let app = App::start_with(settings).await;
    let migration = data(&app, "/internal/migration/start", json!({"phoneNo": PHONE})).await;
    assert_eq!(migration["state"], "completed", "{migration}");
}

#[tokio::test]
async fn a_reset_brings_both_sides_back() {
    let app = App::start().await;
    let before = app.state().await;
    data(&app, "/internal/migration/start", json!({"phoneNo": PHONE})).await;
    let changed = app.state().await;
    assert_ne!(before["polaris"]["members"], changed["polaris"]["members"]);
    assert_ne!(before["weichuang"]["users"], changed["weichuang"]["users"]);
    assert_eq!(app.request(reqwest::Method::POST, "/_mock/reset").send().await.expect("an answer").status(), 204);
    let after = app.state().await;
    for (collection, rows) in before["polaris"].as_object().expect("collections") {
        assert_eq!(&after["polaris"][collection], rows, "{collection}");
    }
    assert_eq!(after["weichuang"], before["weichuang"]);
    let again = data(&app, "/internal/migration/start", json!({"phoneNo": PHONE})).await;
    assert_eq!(again["state"], "completed");
}

#[tokio::test]
async fn the_control_api_shows_its_rows_with_times_and_leaves_changes_to_the_operations() {
    let app = App::start().await;
    data(&app, "/internal/migration/start", json!({"phoneNo": PHONE})).await;
    let migration = app.get(&format!("/_mock/state/polaris/migrations/{PHONE}")).await.json();
    assert_eq!((&migration["phone"], &migration["state"]), (&json!(PHONE), &json!("completed")));
    assert!(migration["completedAt"].as_str().is_some_and(|time| time.starts_with("2021-09-03 10:")), "{migration}");
    assert_eq!(app.get("/_mock/state/polaris/migrations/13300000000").await.status, 404);
    let unknown = app.get("/_mock/state/polaris/swap_order").await;
    assert_eq!(unknown.status, 404);
    assert!(unknown.body.contains("deliveries") && unknown.body.contains("packageOrders"), "{unknown:?}");
    let patch = app.request(reqwest::Method::PATCH, "/_mock/state/polaris/migrations/1").body("{}");
    assert_eq!(crate::support::Reply::of(patch).await.status, 409);
}

#[tokio::test]
async fn a_rental_falls_due_when_the_clock_is_set_past_its_time() {
    let app = App::start().await;
    data(&app, "/internal/migration/start", json!({"phoneNo": PHONE})).await;
    let rental = json!({"externalNo": "R-1", "phoneNo": PHONE, "vehicleId": "VH0012", "startTime": "2021-09-03 09:00",
        "dueTime": "2021-09-04 09:00"});
    data(&app, "/internal/rental/record", rental).await;
    let advanced = app.request(reqwest::Method::PUT, "/_mock/clock").body(r#"{"advance": "2 days"}"#);
    assert_eq!(advanced.send().await.expect("an answer").status(), 200);
    let mut label = Value::Null;
    for _ in 0..50 {
        let members = data(&app, "/kop/hm.member.p.list", json!({"phoneNo": PHONE})).await;
        label = members["result"][0]["stateStr"].clone();
        if label == "已逾期" {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    assert_eq!(label, "已逾期");
}
