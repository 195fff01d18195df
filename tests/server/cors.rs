use reqwest::{Method, header::ORIGIN};
use serde_json::json;

use crate::support::{App, Reply};

#[tokio::test]
async fn a_page_of_any_origin_may_send_json_and_a_token() {
    let app = App::start().await;
    let preflight = app.request(Method::OPTIONS, "/weichuang/tank/query").header(ORIGIN, "https://front.example");
    let preflight = preflight
        .header("access-control-request-method", "POST")
        .header("access-control-request-headers", "authorization,content-type");
    let reply = Reply::of(preflight).await;
    assert_eq!(reply.status, 204);
    assert_eq!(reply.header("access-control-allow-origin"), Some("*"));
    assert_eq!(reply.header("access-control-allow-headers"), Some("authorization,content-type"));
    assert!(reply.header("access-control-allow-methods").is_some_and(|methods| methods.contains("POST")));
}

#[tokio::test]
async fn a_page_may_read_answers_failures_and_their_headers() {
    let app = App::start().await;
    for (path, status) in [("/weichuang/tank/query", 400), ("/kop/unknown", 404), ("/_mock/unknown", 404)] {
        let call = app.request(Method::POST, path).header(ORIGIN, "null").header("content-type", "application/json");
        let reply = Reply::of(call.body(json!({}).to_string())).await;
        assert_eq!((reply.status, reply.header("access-control-allow-origin")), (status, Some("*")), "{path}");
        let exposed = reply.header("access-control-expose-headers").expect("headers to read");
        for name in ["X-Contract-Warnings", "Retry-After"] {
            assert!(exposed.contains(name), "{exposed}");
        }
    }
}

#[tokio::test]
async fn options_of_a_page_that_is_no_preflight_lists_the_methods() {
    let app = App::start().await;
    let reply = Reply::of(app.request(Method::OPTIONS, "/kop/hm.order.p.query").header(ORIGIN, "null")).await;
    assert_eq!((reply.status, reply.header("allow")), (204, Some("POST, OPTIONS")));
}

#[tokio::test]
async fn callers_that_are_no_page_get_no_cors_headers() {
    let reply = App::start().await.post("/weichuang/tank/query", &json!({"tankCodes": ["TK0001"]})).await;
    assert_eq!((reply.status, reply.header("access-control-allow-origin")), (200, None));
}
