use std::{
    collections::HashMap,
    num::NonZeroU32,
    path::Path,
    sync::{Arc, Mutex},
};

use contracts::runtime::signature::{Method, Signer};
use polaris::{
    gateway::{Credentials, Rate},
    server::router,
    verify::{Options, Report, Side, State, report::Format},
};
use serde_json::{Value, json};

use super::{Damaged, assert_conforms, lines, verify};
use crate::{
    backend::on_both_engines,
    gateway::{Front, everything},
    support::{App, Binary, need, program},
};

const FORMS: [&str; 5] =
    ["unsigned", "wrongly signed", "signed 400 s ago", "signed 400 s ahead", "the same signed call twice"];

fn signer(app: &Credentials, method: Method) -> Signer {
    Signer { app_key: app.app_key.clone(), secret: app.secret.clone(), method }
}

/// A mock that demands signatures of `app`.
async fn demanding(app: &Credentials) -> App {
    App::start_with(router::Settings { app: Some(app.clone()), ..router::Settings::default() }).await
}

/// How the cells of a form stand, by operation, each with its reason.
fn cells(report: &Report, form: &str) -> Vec<(State, String)> {
    let cells = report.recorded.coverage.cells().filter(|(cell, _)| cell.to_string() == form);
    cells.map(|(_, tally)| (tally.state(), tally.reason.clone().unwrap_or_default())).collect()
}

fn assert_all_forms_passed(report: &Report) {
    for form in FORMS {
        let cells = cells(report, form);
        assert_eq!(cells.len(), 25, "{form}");
        assert!(cells.iter().all(|(state, _)| *state == State::Passed), "{form}: {cells:?}");
    }
}

#[tokio::test]
async fn a_mock_that_demands_signatures_passes_with_the_key_by_both_methods() {
    for method in Method::ALL {
        let credentials = Credentials::random();
        let app = demanding(&credentials).await;
        let report = verify(Side::Polaris, &app.url("/kop"), |options| {
            options.signer = Some(signer(&credentials, method));
            options.elsewhere = vec![(Side::Internal, app.url("/internal").parse().expect("a URL"))];
            options.max_cases = Some(2500);
        })
        .await;
        assert_conforms(&report);
        assert_all_forms_passed(&report);
        assert_eq!(report.warnings(), [""; 0], "{method}");
    }
}

#[tokio::test]
async fn the_backend_passes_with_the_key_on_both_engines() {
    on_both_engines(|bench| async move {
        let front = Front::in_real_time_of(bench).await;
        let app = front.app(everything()).await;
        let report = verify(Side::Polaris, &format!("{}/kop", front.url()), |options| {
            options.signer = Some(signer(&app, Method::HmacSha256));
            options.max_cases = Some(1500);
        })
        .await;
        assert_conforms(&report);
        assert_all_forms_passed(&report);
    })
    .await;
}

#[tokio::test]
async fn polariss_side_is_signed_wherever_it_is() {
    let credentials = Credentials::random();
    let app = demanding(&credentials).await;
    let cases = |signer: Option<Signer>| {
        let (target, polaris) = (app.url("/internal"), app.url("/kop"));
        async move {
            verify(Side::Internal, &target, |options| {
                options.signer = signer;
                options.elsewhere = vec![(Side::Polaris, polaris.parse().expect("a URL"))];
                options.parts = vec!["cases".into()];
            })
            .await
        }
    };
    let without = cases(None).await;
    let note = format!("{} answered 401: its calls must be signed (--app-key, --app-secret)", app.url("/kop"));
    assert!(without.warnings().contains(&note), "{:?}", without.warnings());
    let with = cases(Some(signer(&credentials, Method::HmacSha256))).await;
    assert_conforms(&with);
    assert!(!with.warnings().contains(&note) && with.recorded.exchanges > without.recorded.exchanges);
}

#[tokio::test]
async fn two_targets_that_are_compared_are_both_signed() {
    let credentials = Credentials::random();
    let (app, other) = (demanding(&credentials).await, demanding(&credentials).await);
    let compared = verify(Side::Polaris, &app.url("/kop"), |options| {
        options.signer = Some(signer(&credentials, Method::HmacSha256));
        options.compare = vec![(Side::Polaris, other.url("/kop").parse().expect("a URL"))];
        options.operations = vec!["queryOrders".into(), "listOperationBatteries".into()];
        options.max_cases = Some(300);
    })
    .await;
    assert_conforms(&compared);
    assert!(compared.warnings().contains(&format!("compared with {}", other.url("/kop"))));
}

#[tokio::test]
async fn without_a_key_nothing_is_said_of_signatures_but_that() {
    let app = App::start().await;
    let report = verify(Side::Polaris, &app.url("/kop"), |options| options.max_cases = Some(200)).await;
    assert_conforms(&report);
    for form in FORMS.into_iter().chain(["401"]) {
        let cells = cells(&report, form);
        assert_eq!(cells, vec![(State::Never, "the run has no app key".to_owned()); 25], "{form}");
    }
    let other = verify(Side::Internal, &app.url("/internal"), |options| options.max_cases = Some(200)).await;
    assert!(FORMS.iter().all(|form| cells(&other, form).is_empty()));
}

/// The answers of a server that lets pass whom a healthy one refuses with such a sentence.
async fn lenient(app: &App, sentence: &'static str) -> Damaged {
    let successes = Arc::new(Mutex::new(HashMap::<String, Value>::new()));
    Damaged::new(&app.url("/kop"), move |asked, answer| {
        let mut successes = successes.lock().expect("the successes");
        let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        if answer.status == 200 {
            successes.insert(asked.path.clone(), body);
        } else if answer.status == 401 && body["msg"].as_str().is_some_and(|msg| msg.contains(sentence)) {
            answer.replace(200, &successes[&asked.path]);
        }
    })
    .await
}

#[tokio::test]
async fn a_server_that_lets_a_bad_signature_pass_is_found_and_each_by_its_name() {
    let credentials = Credentials::random();
    let app = demanding(&credentials).await;
    for (form, sentence, message) in [
        ("unsigned", "缺少参数", "the call is not signed"),
        ("wrongly signed", "不匹配", "the call is signed by another secret"),
        ("wrongly signed", "不匹配", "the call is signed for another body"),
        ("signed 400 s ago", "比服务器慢", "the call was signed 400 s ago"),
        ("signed 400 s ahead", "比服务器快", "the call is signed 400 s ahead"),
        ("the same signed call twice", "已使用过", "the same signed call came before"),
    ] {
        let damaged = lenient(&app, sentence).await;
        let report = verify(Side::Polaris, &damaged.url(), |options| {
            options.signer = Some(signer(&credentials, Method::HmacSha256));
            options.operations = vec!["queryOrders".into()];
            options.parts = vec!["generated".into()];
            options.max_cases = Some(100);
        })
        .await;
        let found = lines(&report);
        let line = format!("queryOrders | status | - | {message}: 401 is due, but the answer is 200");
        assert!(found.contains(&line), "{form}: {found:?}");
        assert!(found.iter().all(|line| sentence == "不匹配" || line.contains(message)), "{form}: {found:?}");
        for each in FORMS {
            let due = if each == form { State::Failed } else { State::Passed };
            assert_eq!(cells(&report, each).first().map(|(state, _)| *state), Some(due), "{form}: {each}");
        }
    }
}

#[tokio::test]
async fn a_demand_for_signatures_that_cannot_be_met_gets_one_line_that_says_how() {
    let credentials = Credentials::random();
    let app = demanding(&credentials).await;
    let url = app.url("/kop");
    let key = credentials.app_key.as_str();
    for (more, complaint) in [
        (vec![], "401, its calls must be signed (--app-key, --app-secret)"),
        (vec!["--app-key", key, "--app-secret", "another-secret"], "401, the app's signature is not accepted"),
    ] {
        let ended =
            Binary::start(&[&["verify", "--side", "polaris", "--target", &url][..], &more].concat()).end().await;
        assert_eq!((ended.code, ended.stdout.as_str()), (Some(2), ""), "{ended:?}");
        assert!(ended.stderr.starts_with("polaris: ") && ended.stderr.contains(complaint), "{ended:?}");
        assert_eq!(ended.stderr.lines().count(), 1, "{ended:?}");
        assert!(!ended.stderr.contains("another-secret"), "{ended:?}");
    }
}

#[tokio::test]
async fn the_secret_is_never_shown_and_the_lines_of_a_report_can_be_run() {
    let credentials = Credentials::random();
    let app = demanding(&credentials).await;
    // Breaks whatever is let in.
    let damaged = Damaged::new(&app.url("/kop"), |_, answer| {
        if answer.status == 200 {
            let broken = json!({"code": 500, "msg": "broken", "data": null, "traceId": "0123456789abcdef"});
            answer.replace(500, &broken);
        }
    })
    .await;
    let secret = &credentials.secret.0;
    for method in Method::ALL {
        let report = verify(Side::Polaris, &damaged.url(), |options: &mut Options| {
            options.signer = Some(signer(&credentials, method));
            options.operations = vec!["queryOrders".into(), "memberStatistics".into()];
            options.parts = vec!["repeats".into(), "generated".into()];
            options.max_cases = Some(300);
        })
        .await;
        for format in [Format::Text, Format::Json, Format::Junit, Format::Html] {
            let text = report.write(format, false);
            assert!(text.contains("polaris sign") && !text.contains(secret), "{text}");
        }
        assert!(!format!("{report:?}").contains(secret));
        let head = format!(", signed by {}, ", credentials.app_key);
        assert!(report.write(Format::Text, false).contains(&head), "no report is silent about who has called");
        let document: Value = serde_json::from_str(&report.write(Format::Json, false)).expect("JSON");
        assert_eq!(document["appKey"], *credentials.app_key);
        if need("curl", program(&["curl"])).is_none() {
            return;
        }
        let binaries = Path::new(env!("CARGO_BIN_EXE_polaris")).parent().expect("a folder").display().to_string();
        let path = format!("{binaries}:{}", std::env::var("PATH").expect("a path"));
        let findings = report.recorded.findings.iter().flat_map(|kept| &kept.findings);
        let mut ran = 0;
        for exchange in findings.flat_map(|finding| &finding.exchanges) {
            let line = exchange.curl();
            let mut shell = tokio::process::Command::new("sh");
            let shell = shell.args(["-c", &line]).env("PATH", &path).env("POLARIS_APP_SECRET", secret);
            let output = shell.output().await.expect("a shell");
            let reply: Value = serde_json::from_slice(&output.stdout).expect("JSON");
            assert_eq!(reply["msg"], "broken", "{line}: {}", String::from_utf8_lossy(&output.stderr));
            ran += 1;
        }
        assert!(ran >= 5, "{ran}");
    }
}

#[tokio::test]
async fn an_app_that_may_not_call_as_often_as_a_run_does_waits() {
    let number = |number| NonZeroU32::new(number).expect("a number");
    let front = Front::in_real_time_limited(Rate { per_second: number(50), burst: number(20) }).await;
    let app = front.app(everything()).await;
    let report = verify(Side::Polaris, &format!("{}/kop", front.url()), |options| {
        options.signer = Some(signer(&app, Method::HmacSha256));
        options.parts = vec!["generated".into()];
        options.operations = vec!["queryOrders".into(), "memberStatistics".into()];
        options.max_cases = Some(150);
    })
    .await;
    assert_conforms(&report);
    assert!(report.recorded.answers.values().all(|answers| !answers.refused.contains_key(&429)));
    assert!(report.duration.as_secs_f64() > 1.5, "it was never told to wait: {:?}", report.duration);
}
