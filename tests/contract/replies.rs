use contracts::{
    internal::{InternalClient, ListDeliveriesRequest},
    runtime::client::{CallError, Caller, Options},
    weichuang::{QueryUserRequest, WeichuangClient},
};

use crate::support::{App, SIDES};

#[tokio::test]
async fn every_request_example_of_the_contract_gets_a_reply_that_holds_the_contract() {
    let app = App::start().await;
    let mut operations = 0;
    for side in &SIDES {
        for operation in side.operations {
            operations += 1;
            for (name, request) in side.examples(operation) {
                let about = format!("{} {name}", operation.id);
                let reply = app.post(&side.path(operation), &request).await;
                let body = reply.json();
                if reply.status == 200 {
                    let refused = side.flat && body["result"] != 200;
                    let schema = if refused { "Refusal" } else { operation.success };
                    assert_eq!(side.document.violations(schema, &body), [], "{about}: {body}");
                } else {
                    assert!(!side.flat && operation.failures.contains(&reply.status), "{about}: {reply:?}");
                    if !operation.failures_with_data.contains(&reply.status) {
                        side.assert_failure(reply.status, &body, &about);
                    }
                }
                assert_eq!(reply.header("x-contract-warnings"), None, "{about}");
            }
        }
    }
    assert_eq!(operations, 44);
}

#[tokio::test]
async fn the_generated_clients_call_the_mock_and_tell_a_refusal_from_an_answer() {
    let app = App::start().await;
    let strict = |prefix: &str| {
        let base = app.url(prefix).parse().expect("a URL");
        Caller::new(&Options { strict: true, ..Options::new(base) }).expect("a caller")
    };
    let weichuang = WeichuangClient::new(strict("/weichuang"));
    let known = QueryUserRequest { phone_no: "13333111222".to_owned() };
    assert_eq!(weichuang.query_user(&known).await.expect("an answer").violations, []);
    let unknown = QueryUserRequest { phone_no: "19999999999".to_owned() };
    let refusal = weichuang.query_user(&unknown).await.expect_err("a refusal");
    assert!(matches!(refusal, CallError::Refused { code: 404, .. }), "{refusal:?}");

    let internal = InternalClient::new(strict("/internal"));
    let request = ListDeliveriesRequest { page_no: Some(0), ..Default::default() };
    let refusal = internal.list_deliveries(&request).await.expect_err("pages start at 1");
    assert!(
        matches!(&refusal, CallError::Refused { code: 400, violations, .. } if !violations.is_empty()),
        "{refusal:?}"
    );
}
