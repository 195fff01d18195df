use std::time::{Duration, Instant};

use polaris::verify::Side;

use super::{Damaged, assert_conforms, verify};
use crate::support::{App, Binary};

/// A server at which no member is ever overdue, which a case waits for, 90 seconds.
async fn never_overdue(app: &App) -> Damaged {
    Damaged::new(&app.url("/kop"), |asked, answer| {
        if asked.field("phoneNo").is_string() && answer.status == 200 {
            let body = String::from_utf8(answer.body.clone()).expect("text");
            answer.body = body.replace("已逾期", "使用中").into_bytes();
        }
    })
    .await
}

#[tokio::test]
async fn a_case_that_waits_ends_with_the_time_and_is_no_failure() {
    let app = App::start().await;
    let damaged = never_overdue(&app).await;
    let begun = Instant::now();
    let report = verify(Side::Polaris, &damaged.url(), |options| {
        options.elsewhere = vec![(Side::Internal, app.url("/internal").parse().expect("a URL"))];
        options.operations = vec!["listMembers".into()];
        options.parts = vec!["cases".into()];
        options.time = Some(Duration::from_secs(2));
    })
    .await;
    let took = begun.elapsed();
    assert_conforms(&report);
    assert!((Duration::from_secs(2)..Duration::from_secs(8)).contains(&took), "{took:?}");
    let overdue = report.recorded.coverage.cells().find(|(cell, _)| cell.to_string() == "codes.member-overdue");
    let reason = overdue.and_then(|(_, tally)| tally.reason.clone());
    assert_eq!(reason.as_deref(), Some("the time was over before the case was"));
    assert_eq!(report.warnings().iter().filter(|each| each.contains("the time was over")).count(), 0);
}

#[tokio::test]
async fn a_signal_ends_a_run_that_waits_with_a_report() {
    for signal in ["INT", "TERM"] {
        let app = App::start().await;
        let damaged = never_overdue(&app).await;
        let (target, internal) = (damaged.url(), app.url("/internal"));
        let binary = Binary::start(&[
            "verify",
            "--side",
            "polaris",
            "--target",
            &target,
            "--internal",
            &internal,
            "--part",
            "cases",
            "--operation",
            "listMembers",
        ]);
        tokio::time::sleep(Duration::from_secs(3)).await;
        let begun = Instant::now();
        binary.signal(signal).await;
        let ended = binary.end().await;
        assert!(begun.elapsed() < Duration::from_secs(8), "{signal}: {:?}", begun.elapsed());
        assert_eq!(ended.code, Some(0), "{ended:?}");
        assert!(ended.stdout.contains("the run was ended before it was through"), "{}", ended.stdout);
    }
}

#[tokio::test]
async fn a_server_that_does_not_answer_holds_no_run_longer_than_its_time() {
    // The first calls are answered; then everything hangs.
    let begun = Instant::now();
    let calls = std::sync::atomic::AtomicU32::new(0);
    let hangs = poem::endpoint::make(move |_| {
        let first = calls.fetch_add(1, std::sync::atomic::Ordering::Relaxed) == 0;
        async move {
            if !first {
                std::future::pending::<()>().await;
            }
            poem::Response::builder().content_type("application/json").body("{}")
        }
    });
    let running = polaris::server::bind("127.0.0.1", 0).await.expect("a port").serve(hangs).expect("a server");
    let report = verify(Side::Polaris, &format!("{}/kop", running.url()), |options| {
        options.time = Some(Duration::from_secs(2));
        options.timeout = Duration::from_secs(600);
    })
    .await;
    assert!(begun.elapsed() < Duration::from_secs(60), "{:?}", begun.elapsed());
    let note = "cases: the time was over before its last calls were answered";
    assert!(report.warnings().iter().any(|each| each == note), "{:?}", report.warnings());
}
