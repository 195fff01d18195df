use polaris::verify::Side;
use serde_json::json;

use super::{Damaged, damaged, lines, verify};
use crate::support::App;

type Damage = fn(&damaged::Asked, &mut damaged::Answer);

/// Runs against a mock that does one thing wrong, for the operation of `path` alone, and gives the findings as lines.
async fn found(operation: &str, path: &'static str, damage: Damage) -> Vec<String> {
    let app = App::start().await;
    let damaged = Damaged::new(&app.url("/weichuang"), move |asked, answer| {
        if asked.is(path) {
            damage(asked, answer);
        }
    })
    .await;
    let report = verify(Side::Weichuang, &damaged.url(), |options| {
        options.operations = vec![operation.into()];
        options.max_cases = Some(200);
    })
    .await;
    lines(&report)
}

/// Some finding of that check, at that pointer, with these words.
fn assert_found(found: &[String], check: &str, pointer: &str, words: &str) {
    let fits = |line: &String| line.contains(&format!("| {check} | {pointer} |")) && line.contains(words);
    assert!(found.iter().any(fits), "{check} {pointer} {words}: {found:#?}");
    assert!(found.iter().all(|line| line.starts_with("query")), "{found:#?}");
}

#[tokio::test]
async fn a_field_that_the_reply_must_have_is_missed() {
    let found = found("queryTanks", "/tank/query", |_, answer| {
        if answer.status == 200 {
            answer.change(|body| drop(body.as_object_mut().expect("an object").remove("tankList")));
        }
    })
    .await;
    assert_found(&found, "body", "/tankList", "required");
}

#[tokio::test]
async fn a_reply_of_another_type_is_seen() {
    let found = found("queryBatteries", "/battery/query", |_, answer| {
        if answer.status == 200 {
            answer.change(|body| {
                body["batteryList"]
                    .as_array_mut()
                    .expect("a list")
                    .iter_mut()
                    .for_each(|each| each["state"] = json!("1"));
            });
        }
    })
    .await;
    assert_found(&found, "body", "/batteryList/0/state", "type");
}

#[tokio::test]
async fn a_status_that_is_not_documented_is_seen() {
    let found = found("queryUser", "/user/query", |asked, answer| {
        if answer.status == 200 && asked.field("phoneNo") != "13333111222" {
            answer.replace(404, &json!({"result": 404, "msg": "用户不存在"}));
        }
    })
    .await;
    assert_found(&found, "status", "-", "the contract documents 200, 400");
}

#[tokio::test]
async fn a_code_that_contradicts_the_status_is_seen() {
    let found = found("queryUser", "/user/query", |_, answer| {
        if answer.status == 400 {
            answer.change(|body| body["result"] = json!(200));
        }
    })
    .await;
    assert_found(&found, "status", "/result", "contradicts");
}

#[tokio::test]
async fn a_bad_value_that_is_accepted_is_seen_and_named() {
    let found = found("queryUser", "/user/query", |asked, answer| {
        if asked.method == "POST"
            && answer.status == 400
            && asked.field("phoneNo").as_str().is_some_and(|phone| phone.ends_with('\n'))
        {
            answer.replace(200, &json!({"result": 404, "msg": "用户不存在"}));
        }
    })
    .await;
    assert_eq!(found.len(), 1, "{found:#?}");
    assert_found(&found, "status", "/phoneNo", "violates pattern here: 400 is due, but the answer is 200 (result 404)");
}

#[tokio::test]
async fn a_valid_value_that_is_refused_is_seen() {
    let found = found("queryTanks", "/tank/query", |asked, answer| {
        if asked.field("tankCodes").as_array().is_some_and(|codes| codes.len() == 200) {
            answer.replace(400, &json!({"result": 400, "msg": "x", "violations": []}));
        }
    })
    .await;
    assert_found(&found, "status", "-", "a valid request must be accepted");
}

#[tokio::test]
async fn a_fault_of_the_server_is_seen() {
    let found = found("queryUser", "/user/query", |asked, answer| {
        if asked.body.is_none() && answer.status == 400 {
            answer.replace(500, &json!({"result": 500, "msg": "系统繁忙"}));
        }
    })
    .await;
    assert_found(&found, "server error", "-", "the server failed: 500");
}

#[tokio::test]
async fn another_content_type_is_seen() {
    for (content_type, words) in [
        (None, "no Content-Type"),
        (Some("text/html"), "not application/json"),
        (Some("application/json; charset=gbk"), "UTF-8"),
    ] {
        let app = App::start().await;
        let damaged = Damaged::new(&app.url("/weichuang"), move |_, answer| {
            answer.content_type = content_type.map(str::to_owned)
        })
        .await;
        let report =
            verify(Side::Weichuang, &damaged.url(), |options| options.operations = vec!["queryUser".into()]).await;
        assert!(
            lines(&report).iter().any(|line| line.contains("| content type |") && line.contains(words)),
            "{:#?}",
            lines(&report)
        );
    }
}

#[tokio::test]
async fn a_body_that_is_cut_off_is_seen() {
    let found = found("queryUser", "/user/query", |_, answer| answer.body.truncate(answer.body.len() / 2)).await;
    assert_found(&found, "body", "-", "no JSON");
}

#[tokio::test]
async fn a_violation_that_is_not_named_is_seen() {
    let found = found("queryTanks", "/tank/query", |_, answer| {
        if answer.status == 400 {
            answer.change(|body| {
                body["violations"].as_array_mut().expect("a list").retain(|one| one["rule"] != "maxItems")
            });
        }
    })
    .await;
    assert_found(&found, "violations", "/tankCodes", "does not name the violation of maxItems");
}

#[tokio::test]
async fn a_violation_that_is_none_is_seen() {
    let found = found("queryUser", "/user/query", |_, answer| {
        if answer.status == 400 {
            let more = json!({"pointer": "/more", "rule": "required", "message": "缺少必填字段"});
            answer.change(|body| body["violations"].as_array_mut().expect("a list").push(more));
        }
    })
    .await;
    assert_found(&found, "violations", "/more", "that does not violate it");
}

#[tokio::test]
async fn a_refusal_without_violations_is_seen() {
    let found = found("queryUser", "/user/query", |asked, answer| {
        if asked.body.is_none() && answer.status == 400 {
            answer.change(|body| body["violations"] = json!([]));
        }
    })
    .await;
    assert_found(&found, "violations", "/violations", "does not say what violates");
}

#[tokio::test]
async fn a_refusal_that_repeats_the_value_is_seen() {
    let found = found("queryUser", "/user/query", |asked, answer| {
        if answer.status == 400 {
            let value = asked.field("phoneNo").clone();
            answer.change(|body| body["violations"][0]["message"] = json!(format!("格式不正确：{value}")));
        }
    })
    .await;
    assert_found(&found, "leak", "/phoneNo", "repeats the value");
}

#[tokio::test]
async fn a_stack_trace_is_seen() {
    let found = found("queryUser", "/user/query", |asked, answer| {
        if asked.field("phoneNo").is_null() && answer.status == 400 {
            answer.change(|body| {
                body["msg"] = json!("java.lang.NullPointerException\n\tat UserController.query(UserController.java:12)")
            });
        }
    })
    .await;
    assert_found(&found, "leak", "-", "shows the inside of the server");
}

#[tokio::test]
async fn unknown_fields_that_vanish_and_warnings_about_nothing_are_seen() {
    let vanished = found("queryUser", "/user/query", |_, answer| answer.warnings = None).await;
    assert_found(&vanished, "warnings", "/phoneoNx", "does not name this field");
    let nothing = found("queryUser", "/user/query", |_, answer| {
        if answer.status == 200 {
            answer.warnings = Some("/phoneNo".into());
        }
    })
    .await;
    assert_found(&nothing, "warnings", "/phoneNo", "that the contract has");
}

#[tokio::test]
async fn a_refusal_with_the_fields_of_a_success_is_seen() {
    let found = found("queryUser", "/user/query", |_, answer| {
        if answer.status == 200 {
            answer.change(|body| {
                if body["result"] != 200 {
                    body["userName"] = json!("张三");
                }
            });
        }
    })
    .await;
    assert_found(&found, "body", "/userName", "goes without the operation's fields");
}

#[tokio::test]
async fn a_slow_reply_is_seen_where_a_bound_was_asked_for() {
    let app = App::start().await;
    let report = verify(Side::Weichuang, &app.url("/weichuang"), |options| {
        options.operations = vec!["queryUser".into()];
        options.max_cases = Some(3);
        options.max_latency = Some(std::time::Duration::from_nanos(1));
    })
    .await;
    assert!(
        lines(&report).iter().all(|line| line.contains("| latency |") && line.contains("more than 1.0ns")),
        "{:#?}",
        lines(&report)
    );
    assert_eq!(report.findings(), report.recorded.exchanges);
}

#[tokio::test]
async fn a_get_that_is_answered_and_a_path_that_nobody_knows_are_seen() {
    let app = App::start().await;
    let damaged = Damaged::new(&app.url("/weichuang"), |asked, answer| {
        if asked.method == "GET" || asked.path.ends_with("/more") {
            answer.replace(200, &json!({"result": 200, "userId": "U1"}));
        }
    })
    .await;
    let report = verify(Side::Weichuang, &damaged.url(), |options| options.operations = vec!["queryUser".into()]).await;
    let lines = lines(&report);
    assert!(
        lines.iter().any(|line| line.starts_with("queryUser | status") && line.contains("no such method: 405 is due")),
        "{lines:#?}"
    );
    assert!(
        lines.iter().any(|line| line.starts_with("(unknown) | status") && line.contains("no such path: 404 is due")),
        "{lines:#?}"
    );
}

#[tokio::test]
async fn a_connection_that_breaks_is_a_finding() {
    // Answers the first calls, which look for the target, and hangs up on long lists.
    let app = App::start().await;
    let damaged = Damaged::new(&app.url("/weichuang"), |asked, _| {
        let many = asked.field("tankCodes").as_array().is_some_and(|codes| codes.len() > 200);
        assert!(!many, "the server breaks down");
    })
    .await;
    let report =
        verify(Side::Weichuang, &damaged.url(), |options| options.operations = vec!["queryTanks".into()]).await;
    let lines = lines(&report);
    assert!(lines.iter().any(|line| line.starts_with("queryTanks | transport")), "{lines:#?}");
}
