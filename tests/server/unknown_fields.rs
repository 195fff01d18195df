use insta::{assert_json_snapshot, assert_snapshot};
use polaris::server::router::Settings;
use serde_json::{Value, json};

use crate::support::{App, trace_id};

fn misspelt() -> Value {
    json!({"pageNo": 1, "pageSize": 20, "pageSzie": 50, "a/b~c": {"d": 1}, "名字": null})
}

#[tokio::test]
async fn fields_that_the_contract_does_not_have_are_accepted_and_reported() {
    let app = App::start().await;
    let reply = app.post("/kop/hm.order.p.query", &misspelt()).await;
    assert_snapshot!(reply.status, @"200");
    assert_snapshot!(reply.header("x-contract-warnings").expect("warnings"), @"/a~1b~0c,/pageSzie,/%E5%90%8D%E5%AD%97");
    let reply = app.post("/weichuang/battery/query", &json!({"batteryCode": "BT0001", "code": 1})).await;
    assert_eq!((reply.status, reply.header("x-contract-warnings")), (200, Some("/code")));
}

#[tokio::test]
async fn the_report_is_never_longer_than_one_kibibyte() {
    let app = App::start().await;
    let mut body: serde_json::Map<_, _> = (0..5000).map(|index| (format!("unknown{index}"), json!(index))).collect();
    body.insert("batteryCode".to_owned(), json!("BT0001"));
    let reply = app.post("/weichuang/battery/query", &body.into()).await;
    let warnings = reply.header("x-contract-warnings").expect("warnings");
    assert!(reply.status == 200 && (900..=1024).contains(&warnings.len()), "{}", warnings.len());
}

#[tokio::test]
async fn in_strict_mode_they_are_violations() {
    let app = App::start_with(Settings { strict: true, ..Settings::default() }).await;
    let reply = app.post("/kop/hm.order.p.query", &misspelt()).await;
    assert_snapshot!(reply.status, @"400");
    assert_json_snapshot!(reply.json(), {".traceId" => trace_id()}, @r#"
    {
      "code": 400,
      "data": null,
      "msg": "请求参数不符合约定，共 3 处",
      "traceId": "[trace id]",
      "violations": [
        {
          "message": "接口没有这个字段",
          "pointer": "/a~1b~0c",
          "rule": "unknown"
        },
        {
          "message": "接口没有这个字段",
          "pointer": "/pageSzie",
          "rule": "unknown"
        },
        {
          "message": "接口没有这个字段",
          "pointer": "/名字",
          "rule": "unknown"
        }
      ]
    }
    "#);
}

#[tokio::test]
async fn in_strict_mode_a_change_with_an_unknown_field_does_not_happen() {
    let app = App::start_with(Settings { strict: true, ..Settings::default() }).await;
    let before = app.state().await;
    let bind = json!({"batteryCode": "BT0001", "userId": "U1", "userPhone": "13333111222", "state": 1, "force": true});
    let reply = app.post("/weichuang/battery/binding/update", &bind).await;
    assert_snapshot!(reply.status, @"400");
    assert_json_snapshot!(reply.json(), @r#"
    {
      "msg": "请求参数不符合约定，共 1 处",
      "result": 400,
      "violations": [
        {
          "message": "接口没有这个字段",
          "pointer": "/force",
          "rule": "unknown"
        }
      ]
    }
    "#);
    assert_eq!(app.state().await, before);
}
