use contracts::runtime::signature::Method;
use serde_json::json;

use super::{
    everything,
    front::{ORDERS, orders, signed},
    now, on_both_engines,
};
use crate::support::{App, Reply, SIDES};

#[tokio::test]
async fn the_gateway_answers_http_200_whatever_the_code_is() {
    on_both_engines(|front| async move {
        let app = front.app(everything()).await;
        let query = |api: &str, body: &str| signed(&app, Method::KopSha1, api, now(), body).to_query();
        let large = " ".repeat(1 << 20) + "{}";
        let refund = json!({"id": 1}).to_string();
        for (query, body, code) in [
            (query(ORDERS, &orders()), orders(), 200),
            (query(ORDERS, "{}"), "{}".to_owned(), 400),
            (String::new(), orders(), 401),
            (format!("api={ORDERS}"), orders(), 401),
            (query("hm.deposit.p.refundDetail", &refund), refund.clone(), 404),
            (query("hm.nothing.p.here", "{}"), "{}".to_owned(), 404),
            (query(ORDERS, "{}"), large, 413),
        ] {
            let reply = front.post(&format!("/gateway?{query}"), &body).await;
            assert_eq!((reply.status, &reply.json()["code"]), (200, &code.into()), "{query}: {reply:?}");
            if code != 200 {
                SIDES[1].assert_failure(code, &reply.json(), &query);
            }
        }
        let reply = front.get(&format!("/gateway?api={ORDERS}")).await;
        assert_eq!((reply.status, &reply.json()["code"]), (200, &405.into()), "{reply:?}");
    })
    .await;
}

#[tokio::test]
async fn in_the_mock_every_operation_answers_alike_in_both_spellings() {
    let app = App::start().await;
    for operation in SIDES[1].operations {
        // Reads alone: a write changes what the next one answers.
        if !(operation.id.starts_with("list") || operation.id.starts_with("query") || operation.id.starts_with("get")) {
            continue;
        }
        let name = operation.path.trim_start_matches('/');
        for (_, body) in SIDES[1].examples(operation) {
            let (kop, gateway) = (
                app.post(&SIDES[1].path(operation), &body).await,
                app.post(&format!("/gateway?api={name}"), &body).await,
            );
            assert_eq!(gateway.status, 200, "{}", operation.id);
            let without_trace = |reply: &Reply| {
                let mut body = reply.json();
                body.as_object_mut().expect("an object").remove("traceId");
                body
            };
            assert_eq!(kop.status, kop.json()["code"], "{}", operation.id);
            assert_eq!(without_trace(&kop), without_trace(&gateway), "{}", operation.id);
        }
    }
    for path in
        ["/gateway", "/gateway?api=", "/gateway?api=hm.nothing.p.here", "/gateway?api=..%2Finternal%2Fdelivery%2Flist"]
    {
        let reply = app.post(path, &json!({})).await;
        assert_eq!(reply.status, 200, "{path}: {reply:?}");
        SIDES[1].assert_failure(404, &reply.json(), path);
    }
    let preflight = app.request(reqwest::Method::OPTIONS, &format!("/gateway?api={ORDERS}"));
    assert_eq!(Reply::of(preflight).await.status, 204);
}
