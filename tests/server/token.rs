use insta::{assert_json_snapshot, assert_snapshot};
use polaris::server::router::Settings;
use reqwest::{Method, header::AUTHORIZATION};
use serde_json::json;

use crate::support::{App, Reply};

async fn app() -> App {
    App::start_with(Settings { token: Some("secret".to_owned()), ..Settings::default() }).await
}

#[tokio::test]
async fn without_the_token_weichuang_refuses_flat() {
    let reply = app().await.post("/weichuang/tank/query", &json!({"tankCodes": ["TK0001"]})).await;
    assert_snapshot!(reply.status, @"401");
    assert_eq!(reply.header("www-authenticate"), Some("Bearer"));
    assert_json_snapshot!(reply.json(), @r#"
    {
      "msg": "令牌缺失或不正确",
      "result": 401
    }
    "#);
}

#[tokio::test]
async fn only_the_token_itself_opens_weichuang() {
    let app = app().await;
    let status = async |authorization: &str| {
        let call = app.request(Method::POST, "/weichuang/tank/query").header(AUTHORIZATION, authorization);
        Reply::of(call.header("content-type", "application/json").body(r#"{"tankCodes":["TK0001"]}"#)).await.status
    };
    for wrong in ["secret", "Bearer", "Bearer ", "Bearer secre", "Bearer secrets", "Basic secret", "Bearer SECRET"] {
        assert_eq!(status(wrong).await, 401, "{wrong}");
    }
    for right in ["Bearer secret", "bearer secret"] {
        assert_eq!(status(right).await, 200, "{right}");
    }
}

#[tokio::test]
async fn the_other_sides_and_the_pages_need_no_token() {
    let app = app().await;
    assert_eq!(app.post("/kop/hm.member.p.statistics", &json!({})).await.status, 200);
    for path in ["/", "/docs/", "/_mock/state", "/openapi/weichuang.yaml"] {
        assert_eq!(app.get(path).await.status, 200, "{path}");
    }
}
