use polaris::{
    gateway::Access,
    server::{
        self,
        router::{self, Serve},
    },
};
use reqwest::{Method, header::ORIGIN};
use serde_json::json;

use crate::{
    backend::Bench,
    support::{App, Binary, Folder, Reply, Serving},
};

const FRONT: &str = "https://front.example";

/// What a reply allows pages: the origin that may read it, whether with credentials, and what it varies by.
fn allowed(reply: &Reply) -> [Option<&str>; 3] {
    ["access-control-allow-origin", "access-control-allow-credentials", "vary"].map(|name| reply.header(name))
}

#[tokio::test]
async fn a_page_of_any_origin_may_send_json_a_token_and_credentials_to_the_mock() {
    let app = App::start().await;
    for origin in [FRONT, "http://localhost:5173", "null"] {
        let preflight = app.request(Method::OPTIONS, "/weichuang/tank/query").header(ORIGIN, origin);
        let preflight = preflight
            .header("access-control-request-method", "POST")
            .header("access-control-request-headers", "authorization,content-type")
            .header("access-control-request-private-network", "true");
        let reply = Reply::of(preflight).await;
        assert_eq!(reply.status, 204);
        assert_eq!(allowed(&reply), [Some(origin), Some("true"), Some("Origin")]);
        assert_eq!(reply.header("access-control-allow-headers"), Some("authorization,content-type"));
        assert_eq!(reply.header("access-control-allow-private-network"), Some("true"));
        assert!(reply.header("access-control-allow-methods").is_some_and(|methods| methods.contains("POST")));
    }
}

#[tokio::test]
async fn a_page_may_read_answers_failures_and_their_headers() {
    let app = App::start().await;
    for (path, status) in [
        ("/weichuang/tank/query", 400),
        ("/kop/unknown", 404),
        ("/gateway?api=unknown", 200),
        ("/_mock/unknown", 404),
        ("/docs/", 405),
    ] {
        let call = app.request(Method::POST, path).header(ORIGIN, "null").header("content-type", "application/json");
        let reply = Reply::of(call.body(json!({}).to_string())).await;
        assert_eq!((reply.status, allowed(&reply)), (status, [Some("null"), Some("true"), Some("Origin")]), "{path}");
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
async fn callers_that_are_no_page_get_no_cors_headers_and_no_cache_takes_their_replies_for_a_pages() {
    let reply = App::start().await.post("/weichuang/tank/query", &json!({"tankCodes": ["TK0001"]})).await;
    assert_eq!((reply.status, allowed(&reply)), (200, [None, None, Some("Origin")]));
}

/// What `base` answers to a page of `origin`: to a preflight, to a call, and to one that fails.
async fn answers(http: &reqwest::Client, base: &str, prefix: &str, origin: &str) -> [Reply; 3] {
    let call = |method, path: &str| http.request(method, format!("{base}{prefix}{path}")).header(ORIGIN, origin);
    let preflight = call(Method::OPTIONS, "hm.member.p.statistics")
        .header("access-control-request-method", "POST")
        .header("access-control-request-headers", "content-type")
        .header("access-control-request-private-network", "true");
    let json = |path| call(Method::POST, path).header("content-type", "application/json").body("{}");
    [Reply::of(preflight).await, Reply::of(json("hm.member.p.statistics")).await, Reply::of(json("unknown")).await]
}

#[tokio::test]
async fn serve_answers_pages_of_other_origins_only_where_its_settings_list_them() {
    let folder = Folder::new("cors");
    let mut command = Serving::command(&folder.database(), "http://127.0.0.1:9/weichuang");
    command.env("POLARIS_SERVER__CORS_ORIGINS", r#"["https://front.example", "http://127.0.0.1:5173"]"#);
    let serving = Serving::of(command).await;
    let (public, internal) = (format!("http://{}", serving.public), format!("http://{}", serving.internal));

    for origin in [FRONT, "http://127.0.0.1:5173"] {
        let replies = answers(&serving.http, &public, "/kop/", origin).await;
        assert_eq!(replies.each_ref().map(|reply| reply.status), [204, 200, 404]);
        for reply in &replies {
            assert_eq!(allowed(reply), [Some(origin), Some("true"), Some("Origin")], "{reply:?}");
        }
        assert_eq!(replies[0].header("access-control-allow-private-network"), Some("true"));
    }
    for origin in ["https://other.example", "null", "http://front.example", "https://front.example.evil.example"] {
        for reply in answers(&serving.http, &public, "/kop/", origin).await {
            assert_eq!(allowed(&reply), [None, None, Some("Origin")], "{origin}: {reply:?}");
            assert_eq!(reply.header("access-control-allow-private-network"), None);
        }
    }
    for reply in answers(&serving.http, &internal, "/internal/", FRONT).await {
        assert_eq!(allowed(&reply), [None, None, None], "{reply:?}");
        assert_eq!(reply.header("access-control-allow-private-network"), None);
    }
    // What the server says of itself has a form: a page is named, a wildcard is not.
    let shown = Binary::start(&["serve", "--print-config"]).end().await;
    assert!(shown.stdout.contains("cors_origins = []"), "{}", shown.stdout);
}

#[tokio::test]
async fn without_the_setting_no_page_of_another_origin_may_call_serve() {
    let bench = Bench::in_memory().await;
    let serve = Serve::with(Access::Open);
    let running = server::bind("127.0.0.1", 0).await.expect("a port").serve(router::public(&bench.backend, &serve));
    let running = running.expect("a server");
    let http = reqwest::Client::builder().no_proxy().build().expect("a client");
    for reply in answers(&http, &running.url(), "/kop/", FRONT).await {
        assert_eq!(allowed(&reply), [None, None, None], "{reply:?}");
        assert_eq!(reply.header("access-control-allow-private-network"), None);
    }
}
