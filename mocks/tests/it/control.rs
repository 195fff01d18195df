use std::sync::Arc;

use mocks::{
    Mock,
    control::{self, Answer, PolarisSide},
};
use poem::{Endpoint, Request, http::Method};
use serde_json::{Value, json};

use crate::mock;

/// A side of Polaris where there is nothing.
struct Nothing;

impl PolarisSide for Nothing {
    fn reset(&self) -> Answer<'_, ()> {
        Box::pin(async { Ok(()) })
    }

    fn collections(&self) -> &'static [&'static str] {
        &[]
    }

    fn rows<'a>(&'a self, _: &'a str, _: Option<&'a str>) -> Answer<'a, Vec<Value>> {
        Box::pin(async { Ok(Vec::new()) })
    }
}

async fn call(mock: &Arc<Mock>, method: Method, path: &str, body: &str) -> (u16, String) {
    let request = |path: &str| Request::builder().method(method).uri_str(path).body(body.to_owned());
    // A server nests pictures apart from the rest.
    let response = match path.strip_prefix("/images") {
        Some(picture) => control::pictures().get_response(request(picture)).await,
        None => control::routes(Arc::clone(mock), Arc::new(Nothing)).get_response(request(path)).await,
    };
    (response.status().as_u16(), response.into_body().into_string().await.unwrap())
}

async fn get(mock: &Arc<Mock>, path: &str) -> Value {
    let (status, body) = call(mock, Method::GET, path, "").await;
    assert_eq!(status, 200, "{body}");
    serde_json::from_str(&body).unwrap()
}

async fn send(mock: &Arc<Mock>, method: Method, path: &str, body: Value) -> (u16, Value) {
    let (status, body) = call(mock, method, path, &body.to_string()).await;
    (status, serde_json::from_str(&body).unwrap())
}

#[tokio::test]
async fn the_state_has_every_collection_with_the_fields_of_the_page() {
    let mock = mock();
    let state = get(&mock, "/state").await;
    let lengths: Vec<_> = ["merchants", "tanks", "batteries", "vehicles", "users", "bindings", "migrations"]
        .map(|name| state["weichuang"][name].as_array().unwrap().len())
        .into();
    assert_eq!(lengths.len(), 7);
    assert!(lengths.iter().all(|length| *length > 0));
    assert_eq!(state["weichuang"]["users"][0]["phoneNo"], "13333111222");
    assert_eq!(state["weichuang"]["batteries"][0], get(&mock, "/state/weichuang/batteries/BT0001").await);
    assert_eq!(state["weichuang"]["tanks"], get(&mock, "/state/weichuang/tanks").await);
    let binding = json!({"assetType": 2, "assetCode": "BT0002", "userId": "U10001", "userPhone": "13333111222"});
    assert_eq!(get(&mock, "/state/weichuang/bindings/BT0002").await, binding);
}

#[tokio::test]
async fn a_patch_changes_the_fields_that_it_names() {
    let mock = mock();
    let path = "/state/weichuang/users/U10001";
    let (status, user) =
        send(&mock, Method::PATCH, path, json!({"deposit": {"depositAmount": "99.00"}, "sex": null})).await;
    assert_eq!(status, 200);
    assert_eq!(
        (&user["deposit"]["depositAmount"], &user["sex"], &user["userName"]),
        (&json!("99.00"), &json!(null), &json!("张三"))
    );
    assert_eq!(get(&mock, path).await, user);
    let (status, user) = send(&mock, Method::PATCH, path, json!({"phoneNo": "13333111999"})).await;
    assert_eq!((status, &user["phoneNo"]), (200, &json!("13333111999")));
    assert!(mock.weichuang().look(|records| records.user_by_phone("13333111222").is_none()));
}

#[tokio::test]
async fn an_entity_that_was_read_can_be_put_back() {
    let mock = mock();
    for path in ["merchants/1001", "tanks/TK0001", "batteries/BT0002", "vehicles/VH0001", "users/U10018"] {
        let path = format!("/state/weichuang/{path}");
        let entity = get(&mock, &path).await;
        assert_eq!(send(&mock, Method::PUT, &path, entity.clone()).await, (200, entity));
    }
}

#[tokio::test]
async fn a_change_that_breaks_the_world_is_refused_and_changes_nothing() {
    let mock = mock();
    let before = get(&mock, "/state").await;
    for (path, patch, status) in [
        ("users/U10001", json!({"phoneNo": "13810020001"}), 409),
        ("users/U10001", json!({"merchantId": "9"}), 409),
        ("users/U10001", json!({"phoneNo": "1"}), 422),
        ("users/U10001", json!({"phoneNo": null}), 422),
        ("users/U10001", json!({"userId": "U9"}), 422),
        ("users/U10001", json!({"nickname": "三儿"}), 422),
        ("users/U10001", json!({"idCardState": 1000}), 422),
        ("users/U10001", json!({"idCardState": "13810020001"}), 422),
        ("users/U10001", json!([]), 422),
        ("batteries/BT0001", json!({"userId": "U10001"}), 409),
        ("batteries/BT0001", json!({"userId": "P1"}), 409),
        ("merchants/1001", json!({"shareCode": "BCD002"}), 409),
        ("bindings/BT0002", json!({"userId": "P1"}), 409),
        ("users/nobody", json!({}), 404),
        ("nothings/U10001", json!({}), 404),
    ] {
        let (got, body) = send(&mock, Method::PATCH, &format!("/state/weichuang/{path}"), patch).await;
        assert_eq!((got, &body["code"]), (status, &json!(status)), "{path}: {body}");
        assert!(body["msg"].as_str().is_some_and(|msg| !msg.is_empty() && !msg.contains("13810020001")));
    }
    assert_eq!(get(&mock, "/state").await, before);
}

#[tokio::test]
async fn a_battery_of_a_user_with_two_can_still_be_patched() {
    use contracts::weichuang::{UpdateBatteryBindingRequest, WeichuangApi};

    let mock = mock();
    let request = UpdateBatteryBindingRequest {
        battery_code: "BT0001".to_owned(),
        user_id: "U10001".to_owned(),
        user_phone: "13333111222".to_owned(),
        state: 1,
    };
    mock.weichuang().update_battery_binding(request).await.unwrap();
    let (status, battery) =
        send(&mock, Method::PATCH, "/state/weichuang/batteries/BT0001", json!({"model": "新"})).await;
    assert_eq!((status, &battery["userId"], &battery["userPhone"]), (200, &json!("U10001"), &json!(null)));
}

#[tokio::test]
async fn a_reset_leads_back_to_the_start_clock_included() {
    let mock = mock();
    let (state, clock) = (get(&mock, "/state").await, get(&mock, "/clock").await);
    send(&mock, Method::PATCH, "/state/weichuang/batteries/BT0002", json!({"userId": null})).await;
    send(&mock, Method::PUT, "/clock", json!({"advance": "1 year"})).await;
    assert_ne!(get(&mock, "/state").await, state);
    assert_eq!(call(&mock, Method::POST, "/reset", "").await, (204, String::new()));
    assert_eq!((get(&mock, "/state").await, get(&mock, "/clock").await), (state, clock));
}

#[tokio::test]
async fn the_clock_is_set_advanced_frozen_and_released() {
    let mock = mock();
    let frozen = |now: &str| (200, json!({"now": now, "frozen": true}));
    let put = async |change: Value| send(&mock, Method::PUT, "/clock", change).await;
    assert_eq!(put(json!({"now": "2021-12-31 23:00"})).await, frozen("2021-12-31 23:00:00"));
    assert_eq!(put(json!({"advance": "1h 30m"})).await, frozen("2022-01-01 00:30:00"));
    assert_eq!(put(json!({"advance": "-P1M"})).await, frozen("2021-12-01 00:30:00"));
    assert_eq!(put(json!({"now": "2020-02-28 00:00", "advance": "1 day"})).await, frozen("2020-02-29 00:00:00"));
    assert_eq!(put(json!({"frozen": false})).await.1["frozen"], json!(false));
    for bad in [
        json!({"now": "2021-02-30 00:00"}),
        json!({"advance": "soon"}),
        json!({"advance": "9000 years"}),
        json!({"speed": 2}),
        json!(7),
    ] {
        assert_eq!(put(bad.clone()).await.0, 422, "{bad}");
    }
}

#[tokio::test]
async fn nonsense_gets_a_json_answer_and_never_a_500() {
    let mock = mock();
    let deep = "[".repeat(100_000);
    let large = format!("{{\"userName\": \"{}\"}}", "三".repeat(400_000));
    for (method, path, body, status) in [
        (Method::GET, "/nothing", "", 404),
        (Method::GET, "/", "", 404),
        (Method::GET, "/state/polaris/users", "", 404),
        (Method::GET, "/state/weichuang/%FF", "", 400),
        (Method::DELETE, "/state", "", 405),
        (Method::GET, "/reset", "", 405),
        (Method::PUT, "/clock", "", 400),
        (Method::PUT, "/clock", "{", 400),
        (Method::PUT, "/state/weichuang/users/U10001", "{}", 422),
        (Method::PATCH, "/state/weichuang/users/U10001", deep.as_str(), 400),
        (Method::PATCH, "/state/weichuang/users/U10001", large.as_str(), 413),
        (Method::GET, "/images/dragon/BT0001.svg", "", 404),
        (Method::GET, "/images/battery/BT0001.png", "", 404),
        (Method::GET, "/images/battery/%3Cscript%3E.svg", "", 404),
    ] {
        let (got, answer) = call(&mock, method, path, body).await;
        let answer: Value = serde_json::from_str(&answer).unwrap();
        assert_eq!((got, &answer["code"]), (status, &json!(status)), "{path}: {answer}");
    }
}

#[tokio::test]
async fn pictures_are_svg() {
    let request = Request::builder().uri_str("/vehicle/VH0001.svg").finish();
    let response = control::pictures().get_response(request).await;
    assert_eq!(response.content_type(), Some("image/svg+xml"));
    assert!(response.into_body().into_string().await.unwrap().contains(">VH0001</text>"));
}
