use contracts::{
    polaris::{PolarisClient, QueryOrdersRequest},
    runtime::client::{CallError, Caller, Options, REPLY_LIMIT},
    weichuang::QueryTanksRequest,
};
use serde_json::{Value, json};
use wiremock::ResponseTemplate;

use super::{
    flat_error, internal, kop_error, migration, migration_reply, options, peer, peer_with, places, user, weichuang,
};

/// A reply to [`migration`], changed.
fn changed(change: impl FnOnce(&mut Value)) -> Value {
    let mut reply = migration_reply();
    change(&mut reply["data"]);
    reply
}

#[tokio::test]
async fn a_reply_that_holds_the_contract_is_an_answer_without_violations() {
    let peer = peer_with(200, &migration_reply()).await;
    let answer = internal(&options(&peer.uri())).get_migration(&migration()).await.expect("an answer");
    assert_eq!((answer.data.state.as_str(), answer.violations), ("completed", vec![]));
}

#[tokio::test]
async fn a_flat_reply_that_holds_the_contract_is_an_answer_without_violations() {
    let peer = peer_with(200, &json!({"result": 200, "userId": "U1", "userName": null})).await;
    let answer = weichuang(&options(&peer.uri())).query_user(&user()).await.expect("an answer");
    assert_eq!((answer.data.user_id.as_deref(), answer.violations), (Some("U1"), vec![]));
}

#[tokio::test]
async fn fields_that_the_contract_does_not_know_are_accepted() {
    let mut reply = changed(|data| data["score"] = json!([1, 2]));
    reply["result"] = json!(409);
    let peer = peer_with(200, &reply).await;
    let strict = Options { strict: true, ..options(&peer.uri()) };
    let answer = internal(&strict).get_migration(&migration()).await.expect("an answer");
    assert_eq!(answer.violations, []);
}

#[tokio::test]
async fn a_reply_that_breaks_a_limit_is_reported_and_accepted() {
    let peer = peer_with(200, &changed(|data| data["state"] = json!("DONE!"))).await;
    let answer = internal(&options(&peer.uri())).get_migration(&migration()).await.expect("an answer");
    assert_eq!(answer.data.state, "DONE!");
    assert_eq!(places(&answer.violations), ["/data/state: pattern"]);
}

#[tokio::test]
async fn a_strict_client_refuses_a_reply_that_breaks_a_limit() {
    let peer = peer_with(200, &changed(|data| data["state"] = json!("DONE!"))).await;
    let strict = Options { strict: true, ..options(&peer.uri()) };
    let error = internal(&strict).get_migration(&migration()).await.expect_err("no answer");
    let CallError::InvalidReply { status, violations } = error else { panic!("another error") };
    assert_eq!((status, places(&violations)), (200, vec!["/data/state: pattern".to_owned()]));
}

#[tokio::test]
async fn a_missing_field_that_may_be_null_is_reported_and_read_as_null() {
    let mut reply = changed(|data| {
        data.as_object_mut().expect("an object").remove("completeTime");
    });
    reply.as_object_mut().expect("an object").remove("msg");
    let peer = peer_with(200, &reply).await;
    let answer = internal(&options(&peer.uri())).get_migration(&migration()).await.expect("an answer");
    assert!(answer.data.complete_time.is_none());
    assert_eq!(places(&answer.violations), ["/data/completeTime: required", "/msg: required"]);
}

#[tokio::test]
async fn more_missing_fields_than_are_reported_are_read_as_null() {
    let order = json!({
        "orderId": 1, "orderState": 1, "startTime": "2021-09-01 10:20:28", "userId": 7, "phone": "13333111222",
        "deviceId": "T1",
    });
    let rows = vec![order; 200];
    let page = json!({"total": 200, "pageNo": 1, "pageSize": 200, "hasMore": false, "result": rows});
    let peer = peer_with(200, &json!({"code": 200, "msg": null, "data": page})).await;
    let client = PolarisClient::new(Caller::new(&options(&peer.uri())).expect("a caller"));
    let answer = client.query_orders(&QueryOrdersRequest::default()).await.expect("an answer");
    assert_eq!((answer.data.result.len(), answer.violations.len()), (200, 1000));
    assert!(answer.data.result.iter().all(|order| order.user_name.is_none()));
}

#[tokio::test]
async fn a_missing_field_that_is_never_null_makes_the_reply_invalid() {
    let peer = peer_with(200, &json!({"result": 200, "msg": "ok"})).await;
    let tanks = QueryTanksRequest { tank_codes: vec!["T1".to_owned()] };
    let error = weichuang(&options(&peer.uri())).query_tanks(&tanks).await.expect_err("no answer");
    let CallError::InvalidReply { status, violations } = error else { panic!("another error") };
    assert_eq!((status, places(&violations)), (200, vec!["/tankList: required".to_owned()]));
}

#[tokio::test]
async fn a_reply_of_other_types_is_invalid_with_every_violation() {
    let peer = peer_with(200, &changed(|data| (data["state"], data["startTime"]) = (json!(1), json!(2)))).await;
    let error = kop_error(&peer.uri()).await;
    let CallError::InvalidReply { violations, .. } = &error else { panic!("{error}") };
    assert_eq!(places(violations), ["/data/startTime: type", "/data/state: type"]);
    assert_eq!(error.to_string(), "HTTP 200 with an invalid reply: /data/startTime: type: 类型应为 string");
}

#[tokio::test]
async fn a_code_that_is_no_integer_makes_the_reply_invalid() {
    let peer = peer_with(200, &json!({"code": "200", "msg": null, "data": null})).await;
    let CallError::InvalidReply { violations, .. } = kop_error(&peer.uri()).await else { panic!("another error") };
    assert_eq!(places(&violations), ["/code: const", "/code: type", "/data: type"]);
}

#[tokio::test]
async fn an_integer_may_be_written_with_a_fraction_of_zero() {
    let peer = peer(ResponseTemplate::new(200).set_body_string(r#"{"result": 200.0, "userId": "U1"}"#)).await;
    let answer = weichuang(&options(&peer.uri())).query_user(&user()).await.expect("an answer");
    assert_eq!(answer.data.user_id.as_deref(), Some("U1"));
}

#[tokio::test]
async fn a_reply_in_the_other_sides_form_is_invalid() {
    let flat = peer_with(200, &json!({"result": 200, "msg": null})).await;
    assert!(matches!(kop_error(&flat.uri()).await, CallError::InvalidReply { status: 200, .. }));
    let kop = peer_with(200, &migration_reply()).await;
    assert!(matches!(flat_error(&kop.uri()).await, CallError::InvalidReply { status: 200, .. }));
}

#[tokio::test]
async fn what_is_no_json_object_is_invalid_wherever_it_comes_from() {
    for (body, rule) in [
        ("", "json"),
        ("<html></html>", "json"),
        ("{\"result\": 200", "json"),
        ("[200, 200]", "type"),
        ("null", "type"),
    ] {
        let peer = peer(ResponseTemplate::new(200).set_body_string(body)).await;
        let CallError::InvalidReply { violations, .. } = flat_error(&peer.uri()).await else { panic!("{body}") };
        assert_eq!(places(&violations), [format!(": {rule}")], "{body}");
    }
    let peer = peer(ResponseTemplate::new(200).set_body_bytes(b"{\"result\": 200, \"msg\": \"\xff\"}")).await;
    let CallError::InvalidReply { violations, .. } = flat_error(&peer.uri()).await else { panic!("not UTF-8") };
    assert_eq!(places(&violations), [": utf8"]);
}

#[tokio::test]
async fn a_reply_without_end_is_given_up() {
    let peer = peer(ResponseTemplate::new(200).set_body_bytes(vec![b' '; REPLY_LIMIT + 1])).await;
    let patient = Options::new(peer.uri().parse().expect("a URL"));
    let error = weichuang(&patient).query_user(&user()).await.expect_err("no answer");
    let CallError::InvalidReply { violations, .. } = error else { panic!("another error") };
    assert_eq!(places(&violations), [": size"]);
}
