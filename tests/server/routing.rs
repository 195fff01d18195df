use insta::{assert_json_snapshot, assert_snapshot};
use polaris::{gateway::Credentials, server::router::Settings};
use reqwest::Method;
use serde_json::json;

use crate::support::{App, Reply, SIDES, trace_id};

#[tokio::test]
async fn an_unknown_path_under_weichuang_is_answered_flat() {
    let app = App::start().await;
    let reply = app.post("/weichuang/tank/unknown", &json!({})).await;
    assert_snapshot!(reply.status, @"404");
    assert_json_snapshot!(reply.json(), @r#"
    {
      "msg": "没有这个接口",
      "result": 404
    }
    "#);
}

#[tokio::test]
async fn an_unknown_path_elsewhere_is_answered_in_kops_envelope_with_a_trace_id() {
    let app = App::start().await;
    let reply = app.post("/kop/hm.unknown.p.query", &json!({})).await;
    assert_snapshot!(reply.status, @"404");
    assert_json_snapshot!(reply.json(), {".traceId" => trace_id()}, @r#"
    {
      "code": 404,
      "data": null,
      "msg": "没有这个接口",
      "traceId": "[trace id]"
    }
    "#);
}

#[tokio::test]
async fn a_wrong_method_is_answered_with_405_and_the_right_ones() {
    let app = App::start().await;
    let reply = app.get("/kop/hm.order.p.query").await;
    assert_snapshot!(reply.status, @"405");
    assert_eq!(reply.header("allow"), Some("POST, OPTIONS"));
    assert_json_snapshot!(reply.json(), {".traceId" => trace_id()}, @r#"
    {
      "code": 405,
      "data": null,
      "msg": "请求方法不正确",
      "traceId": "[trace id]"
    }
    "#);
}

#[tokio::test]
async fn every_operation_refuses_every_other_method() {
    let app = App::start().await;
    for side in &SIDES {
        for operation in side.operations {
            for method in [Method::GET, Method::PUT, Method::PATCH, Method::DELETE, Method::TRACE] {
                let reply = Reply::of(app.request(method, &side.path(operation))).await;
                assert_eq!((reply.status, reply.header("allow")), (405, Some("POST, OPTIONS")), "{}", operation.id);
                side.assert_failure(405, &reply.json(), operation.id);
            }
            let head = Reply::of(app.request(Method::HEAD, &side.path(operation))).await;
            assert_eq!((head.status, head.body.as_str()), (405, ""), "{}", operation.id);
            let options = Reply::of(app.request(Method::OPTIONS, &side.path(operation))).await;
            assert_eq!((options.status, options.header("allow")), (204, Some("POST, OPTIONS")), "{}", operation.id);
        }
    }
}

#[tokio::test]
async fn strange_paths_are_unknown_ones() {
    let app = App::start().await;
    let flat = [
        "/weichuang",
        "/weichuang/",
        "/weichuang//tank/query",
        "/weichuang/tank/query/",
        "/weichuang/tank/query/x",
        "/weichuang/%00",
        "/weichuang/%ff%fe",
        "/weichuang/%zz",
        "/weichuang/tank%2Fquery",
        "/weichuang/TANK/query",
    ];
    let enveloped = [
        "/kop",
        "/kop/",
        "/internal",
        "/weichuangs",
        "//",
        "/%",
        "/.env",
        "/openapi/unknown.yaml",
        "/openapi",
        "/favicon.ico",
        "/kop/hm.order.p.query/",
        "/kop/%F0%9F%98%80",
    ];
    for (side, paths) in [(SIDES[0], &flat[..]), (SIDES[1], &enveloped[..])] {
        for path in paths {
            let reply = app.post(path, &json!({})).await;
            assert_eq!(reply.status, 404, "{path}: {reply:?}");
            side.assert_failure(404, &reply.json(), path);
        }
    }
}

#[tokio::test]
async fn a_query_string_does_not_matter() {
    let app = App::start().await;
    let reply = app.post("/weichuang/battery/query?x=%ff&&=#y", &json!({"batteryCode": "BT0001"})).await;
    assert_eq!(reply.status, 200);
}

#[tokio::test]
async fn pages_answer_get_and_head_alone() {
    let app = App::start().await;
    for path in ["/", "/healthz", "/docs/", "/openapi/polaris.yaml", "/openapi/mock.json"] {
        let (get, head) = (app.get(path).await, Reply::of(app.request(Method::HEAD, path)).await);
        assert_eq!((get.status, head.status, head.body.as_str()), (200, 200, ""), "{path}");
        assert!(!get.body.is_empty(), "{path}");
        let post = app.post(path, &json!({})).await;
        assert_eq!((post.status, post.header("allow")), (405, Some("GET, HEAD, OPTIONS")), "{path}");
        SIDES[1].assert_failure(405, &post.json(), path);
    }
}

#[tokio::test]
async fn the_first_page_links_to_what_exists() {
    let app = App::start().await;
    let page = app.get("/").await.body;
    let links = page.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next());
    let links: Vec<_> = links.filter(|link| !link.starts_with("data:")).collect();
    assert!(links.len() > 8, "{links:?}");
    for link in links {
        assert!(!link.starts_with('/'), "{link} leads out of the prefix of a proxy");
        assert_eq!(app.get(&format!("/{link}")).await.status, 200, "{link}");
    }
}

#[tokio::test]
async fn the_first_page_needs_no_script_to_show_what_is_there_and_how_to_call_it() {
    let app = App::start().await;
    let page = app.get("/").await.body;
    assert!(!page.contains("<script"), "{page}");
    assert!(page.contains(&app.url("/weichuang/battery/query -H 'Content-Type")), "{page}");
    assert!(!page.contains("示例") && !page.contains("令牌") && !page.contains("签名"), "{page}");

    let settings = Settings {
        token: Some("secret".to_owned()),
        control_token: Some("secret".to_owned()),
        app: Some(Credentials::random()),
        ..Settings::default()
    };
    let page = App::start_with(settings).await.get("/").await.body;
    for part in ["Authorization: Bearer 令牌", "须签名", "须带控制令牌"] {
        assert!(page.contains(part), "{part}: {page}");
    }
    assert!(!page.contains("secret"), "{page}");
}

#[tokio::test]
async fn it_says_that_it_is_well() {
    let reply = App::start().await.get("/healthz").await;
    assert_eq!((reply.status, reply.body.as_str()), (200, r#"{"status":"ok"}"#));
}
