use serde_json::{Value, json};
use wiremock::{Mock, MockServer, ResponseTemplate, matchers::any};

use crate::support::Binary;

const SIZE: usize = 15 << 20;

/// A run against a server that answers every call so: its report, and how much memory the run took.
async fn verify(body: String) -> (Value, u64) {
    let target = MockServer::start().await;
    let reply = ResponseTemplate::new(200).set_body_raw(body, "application/json");
    Mock::given(any()).respond_with(reply).mount(&target).await;
    let folder = crate::support::Folder::new("large-replies");
    let file = folder.path().join("report.json");
    let output = file.display().to_string();
    let arguments = ["verify", "--side", "weichuang", "--target", &target.uri(), "--time", "6s"];
    let (ended, peak) =
        Binary::start(&[&arguments[..], &["--format", "json", "--output", &output]].concat()).end_with_peak().await;
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(1), ""));
    let report = std::fs::read_to_string(file).expect("a report");
    assert!(report.len() < 64 << 20, "{} bytes", report.len());
    (serde_json::from_str(&report).expect("JSON"), peak)
}

#[tokio::test]
async fn a_run_keeps_little_of_what_a_server_answers_however_much_that_is() {
    let (report, peak) = verify(json!({ "result": 200, "msg": "x".repeat(SIZE) }).to_string()).await;
    assert!((1..900 << 20).contains(&peak), "{peak} bytes");
    let warnings = report["warnings"].to_string();
    assert!(warnings.contains("findings show long replies by their first 8 KiB"), "{warnings}");
    let shown = report["findings"].to_string();
    assert!(shown.contains("… (157286"), "{}", &shown[..shown.len().min(4_000)]);

    let (report, peak) = verify(format!("[{}0]", "{\"a\":1},".repeat(SIZE / 8))).await;
    assert!((1..900 << 20).contains(&peak), "{peak} bytes");
    let findings = report["findings"].to_string();
    assert!(findings.contains("a reply of too many values"), "{}", &findings[..findings.len().min(4_000)]);
}
