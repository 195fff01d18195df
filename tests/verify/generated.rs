use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
};

use polaris::verify::{Options, Run, Side, State};
use serde_json::json;

use super::{Damaged, lines, verify};
use crate::support::{App, need, program};

#[test]
fn every_keyword_of_every_field_is_broken_by_a_generated_request() {
    for side in Side::ALL {
        let run = Run::new(&Options::new(side, "http://127.0.0.1:1/x".parse().expect("a URL"))).expect("a run");
        let broken: BTreeSet<_> = run.broken().into_iter().collect();
        for operation in &side.contract().operations {
            for field in &operation.fields {
                for keyword in &field.keywords {
                    let name = format!("{} {} {}", operation.id(), field.place, keyword.name());
                    assert!(broken.contains(&name), "{side}: nothing breaks {name}");
                }
            }
        }
    }
}

/// The calls that a server heard, in an order of their own.
async fn heard(seed: u64) -> Vec<String> {
    let app = App::start().await;
    let calls = Arc::new(Mutex::new(Vec::new()));
    let log = calls.clone();
    let damaged = Damaged::new(&app.url("/weichuang"), move |asked, _| {
        let call = format!("{} {} {:?}", asked.method, asked.path, asked.body);
        log.lock().expect("a lock").push(call);
    })
    .await;
    verify(Side::Weichuang, &damaged.url(), |options| {
        (options.seed, options.run) = (seed, 0);
        options.max_cases = Some(800);
        options.operations = vec!["queryUser".into(), "queryTanks".into(), "refundDeposit".into()];
    })
    .await;
    let mut calls = calls.lock().expect("a lock").clone();
    calls.sort();
    calls
}

#[tokio::test]
async fn the_same_seed_makes_the_same_requests_and_another_seed_makes_others() {
    let (one, again, other) = (heard(7).await, heard(7).await, heard(8).await);
    assert!(one.len() > 600 && one == again && one != other, "{} {} {}", one.len(), again.len(), other.len());
}

#[tokio::test]
async fn a_failure_is_shrunk_to_the_smallest_request() {
    let app = App::start().await;
    // Whoever filters by a prefix that has a quote in it breaks the server.
    let damaged = Damaged::new(&app.url("/kop"), |asked, answer| {
        if asked.is("/hm.order.p.query")
            && answer.status == 200
            && asked.field("userName").as_str().is_some_and(|name| name.contains('\''))
        {
            answer.replace(500, &json!({"code": 500, "msg": "系统繁忙", "data": null, "traceId": "0123456789abcdef"}));
        }
    })
    .await;
    let report = verify(Side::Polaris, &damaged.url(), |options| {
        options.operations = vec!["queryOrders".into()];
        options.max_cases = Some(3000);
    })
    .await;
    let findings: Vec<_> = report.recorded.findings.iter().flat_map(|kept| &kept.findings).collect();
    assert!(!findings.is_empty(), "{:#?}", report.warnings());
    for finding in findings {
        assert_eq!(finding.check, "server error");
        let body = finding.exchanges[0].call.json().expect("JSON");
        let fields: Vec<_> = body.as_object().expect("an object").keys().map(String::as_str).collect();
        assert_eq!(fields, ["pageNo", "pageSize", "userName"], "{body}");
        let name = body["userName"].as_str().expect("a name");
        assert!(name.ends_with('\'') && name.chars().count() <= 2, "{name}");
        assert!(body["pageNo"].as_u64() <= Some(1) && body["pageSize"].as_u64() <= Some(1), "{body}");
    }
}

#[tokio::test]
async fn the_curl_line_of_a_finding_runs_in_a_shell_and_shows_it() {
    if need("curl", program(&["curl"])).is_none() {
        return;
    }
    let app = App::start().await;
    let damaged = Damaged::new(&app.url("/weichuang"), |_, answer| {
        answer.replace(500, &json!({"result": 500, "msg": "it's broken"}));
    })
    .await;
    let report = verify(Side::Weichuang, &damaged.url(), |options| {
        options.operations = vec!["queryUser".into(), "syncAssetBindings".into()];
        options.max_cases = Some(300);
    })
    .await;
    let calls = report.recorded.findings.iter().flat_map(|kept| &kept.findings).flat_map(|finding| &finding.exchanges);
    let mut bodies = 0;
    let echo = Damaged::new(&app.url("/weichuang"), |asked, answer| {
        let body = asked.body.clone().unwrap_or_default();
        answer.replace(200, &json!({"method": asked.method, "path": asked.path, "body": body}));
    })
    .await;
    for exchange in calls {
        let line = exchange.call.curl(&echo.url(), false);
        let output = tokio::process::Command::new("sh").args(["-c", &line]).output().await.expect("a shell");
        assert!(output.status.success(), "{line}: {}", String::from_utf8_lossy(&output.stderr));
        let heard: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
        assert_eq!(heard["method"], exchange.call.method.as_str(), "{line}");
        assert_eq!(heard["path"], exchange.call.path, "{line}");
        assert_eq!(heard["body"], exchange.call.json().unwrap_or_default(), "{line}");
        bodies += 1;
    }
    assert!(bodies >= 10, "{bodies}");
}

#[tokio::test]
async fn read_only_calls_nothing_that_writes() {
    let app = App::start().await;
    let before = app.state().await;
    let report = verify(Side::Weichuang, &app.url("/weichuang"), |options| {
        options.read_only = true;
        options.max_cases = Some(600);
    })
    .await;
    assert!(report.conforms(), "{:#?}", lines(&report));
    assert_eq!(app.state().await, before);
    assert_eq!(
        report.operations,
        ["queryTanks", "queryBatteries", "queryUserDeposit", "queryUserPackage", "queryUser"]
    );
    let left_out = report.recorded.coverage.cells().filter(|(cell, _)| cell.operation() == "refundDeposit");
    for (cell, tally) in left_out {
        assert_eq!(tally.state(), State::Never, "{cell}");
        assert_eq!(tally.reason.as_deref(), Some("it writes, and the run is read-only"), "{cell}");
    }
}
