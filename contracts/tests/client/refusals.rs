use contracts::runtime::client::CallError;
use serde_json::json;
use wiremock::ResponseTemplate;

use super::{flat_error, kop_error, peer, peer_with, places};

#[tokio::test]
async fn a_flat_refusal_is_http_200_with_another_result() {
    let peer = peer_with(200, &json!({"result": 409, "msg": "电池已被其他用户绑定"})).await;
    let CallError::Refused { code, msg, violations } = flat_error(&peer.uri()).await else { panic!("not refused") };
    assert_eq!((code, msg.0.as_str(), violations), (409, "电池已被其他用户绑定", vec![]));
}

#[tokio::test]
async fn a_refused_request_comes_with_its_violations() {
    let violation = json!({"pointer": "/phoneNo", "rule": "pattern", "message": "格式不正确"});
    let peer = peer_with(400, &json!({"result": 400, "msg": "请求参数不符合约定", "violations": [violation]})).await;
    let CallError::Refused { code, violations, .. } = flat_error(&peer.uri()).await else { panic!("not refused") };
    assert_eq!((code, places(&violations)), (400, vec!["/phoneNo: pattern".to_owned()]));
}

#[tokio::test]
async fn a_kop_refusal_has_the_code_of_its_envelope() {
    let body = json!({"code": 404, "msg": "没有这个用户的迁移", "data": null, "traceId": "4f1c2a9b7d3e6058"});
    let peer = peer_with(404, &body).await;
    let CallError::Refused { code, msg, .. } = kop_error(&peer.uri()).await else { panic!("not refused") };
    assert_eq!((code, msg.0.as_str()), (404, "没有这个用户的迁移"));
}

#[tokio::test]
async fn kops_gateway_refuses_with_http_200() {
    let peer = peer_with(200, &json!({"code": 404, "msg": "没有", "data": null, "traceId": "4f1c2a9b7d3e6058"})).await;
    assert!(matches!(kop_error(&peer.uri()).await, CallError::Refused { code: 404, .. }));
}

#[tokio::test]
async fn a_code_that_the_contract_does_not_know_is_a_refusal_like_any_other() {
    let peer = peer_with(200, &json!({"result": 70_001, "msg": null, "hint": {"retry": false}})).await;
    let CallError::Refused { code, msg, .. } = flat_error(&peer.uri()).await else { panic!("not refused") };
    assert_eq!((code, msg.0.as_str()), (70_001, ""));
}

#[tokio::test]
async fn a_refusal_is_one_even_where_its_msg_and_violations_are_of_another_form() {
    let peer = peer_with(200, &json!({"result": 409, "msg": 7, "violations": "none", "code": "E7"})).await;
    assert!(matches!(flat_error(&peer.uri()).await, CallError::Refused { code: 409, .. }));
}

#[tokio::test]
async fn a_failure_of_the_peer_leaves_the_outcome_unknown_though_its_body_is_valid() {
    let kop =
        peer_with(500, &json!({"code": 500, "msg": "内部错误", "data": null, "traceId": "4f1c2a9b7d3e6058"})).await;
    assert_eq!(kop_error(&kop.uri()).await.to_string(), "the outcome is unknown: HTTP 500, code 500");
    let flat = peer_with(500, &json!({"result": 500, "msg": "内部错误"})).await;
    assert_eq!(flat_error(&flat.uri()).await.to_string(), "the outcome is unknown: HTTP 500, code 500");
}

#[tokio::test]
async fn a_failure_that_stands_in_the_body_alone_leaves_the_outcome_unknown_too() {
    let peer = peer_with(200, &json!({"code": 503, "msg": "繁忙", "data": null, "traceId": "4f1c2a9b7d3e6058"})).await;
    assert_eq!(kop_error(&peer.uri()).await.to_string(), "the outcome is unknown: HTTP 200, code 503");
}

#[tokio::test]
async fn a_success_under_the_status_of_a_failure_is_none() {
    let failed = peer_with(500, &super::migration_reply()).await;
    assert_eq!(kop_error(&failed.uri()).await.to_string(), "the outcome is unknown: HTTP 500");
    let refused = peer_with(403, &super::migration_reply()).await;
    let CallError::InvalidReply { status, violations } = kop_error(&refused.uri()).await else { panic!("another") };
    assert_eq!((status, places(&violations)), (403, vec!["/code: const".to_owned()]));
}

#[tokio::test]
async fn a_gateway_that_lost_its_peer_leaves_the_outcome_unknown() {
    for status in [408, 502, 503, 504] {
        let page = ResponseTemplate::new(status).set_body_raw("<html>Bad Gateway</html>", "text/html");
        let error = flat_error(&peer(page).await.uri()).await;
        assert_eq!(error.to_string(), format!("the outcome is unknown: HTTP {status}"));
    }
}

#[tokio::test]
async fn a_page_of_somebody_in_between_is_no_refusal_by_the_peer() {
    let page = ResponseTemplate::new(404).set_body_raw("<html>Not Found</html>", "text/html");
    let CallError::InvalidReply { status, violations } = flat_error(&peer(page).await.uri()).await else {
        panic!("another error")
    };
    assert_eq!((status, places(&violations)), (404, vec![": json".to_owned()]));
}

#[tokio::test]
async fn a_redirect_is_not_followed_and_is_no_refusal() {
    let other = peer_with(200, &json!({"result": 200})).await;
    let redirect = peer(ResponseTemplate::new(307).insert_header("location", other.uri())).await;
    assert!(matches!(flat_error(&redirect.uri()).await, CallError::InvalidReply { status: 307, .. }));
    assert_eq!(other.received_requests().await.map(|requests| requests.len()), Some(0));
}
