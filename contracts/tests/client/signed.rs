use contracts::{
    polaris::{MemberStatisticsRequest, PolarisClient},
    runtime::{
        client::{Caller, Hidden, Options},
        signature::{Method, Parameters, Secret, SignedText, Signer},
    },
};
use serde_json::json;

use super::{options, peer_with, user, weichuang};

fn signer(method: Method) -> Option<Signer> {
    Some(Signer { app_key: "app".to_owned(), secret: Secret("s3cret".to_owned()), method })
}

#[tokio::test]
async fn every_call_carries_a_signature_of_its_own_that_holds() {
    for method in Method::ALL {
        let server = peer_with(404, &json!({"code": 404, "msg": "x", "data": null})).await;
        let options = Options { signer: signer(method), ..options(&format!("{}/kop/", server.uri())) };
        let client = PolarisClient::new(Caller::new(&options).expect("a caller"));
        for _ in 0..3 {
            client.member_statistics(&MemberStatisticsRequest {}).await.expect_err("a refusal");
        }
        let mut signs = Vec::new();
        for call in server.received_requests().await.expect("recorded") {
            assert_eq!(call.url.path(), "/kop/hm.member.p.statistics");
            let parameters = Parameters::parse(call.url.query().expect("a query")).expect("parameters");
            assert_eq!((parameters.get("appKey"), parameters.method()), (Some("app"), Ok(method)));
            assert_eq!(parameters.get("api"), Some("hm.member.p.statistics"));
            let sign = parameters.get("sign").expect("a signature").to_owned();
            assert!(SignedText::of(&parameters, &call.body).expect("a text").is_signed("s3cret", &sign));
            signs.push(sign);
        }
        signs.sort();
        signs.dedup();
        assert_eq!(signs.len(), 3, "equal calls are no replays");
    }
}

#[tokio::test]
async fn a_call_without_a_signer_has_a_token_and_no_query() {
    let server = peer_with(200, &json!({"result": 200})).await;
    let token = Some(Hidden("t0ken".to_owned()));
    let client = weichuang(&Options { token, ..options(&format!("{}/weichuang", server.uri())) });
    let _ = client.query_user(&user()).await;
    let calls = server.received_requests().await.expect("recorded");
    assert_eq!((calls[0].url.query(), calls[0].headers["authorization"].as_bytes()), (None, &b"Bearer t0ken"[..]));
}

#[test]
fn a_signer_is_shown_without_its_secret() {
    let options = Options { signer: signer(Method::HmacSha256), ..options("http://127.0.0.1:9/kop") };
    let caller = Caller::new(&options).expect("a caller");
    for shown in [format!("{options:?}"), format!("{caller:?}")] {
        assert!(shown.contains("app") && !shown.contains("s3cret"), "{shown}");
    }
}
