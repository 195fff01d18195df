use std::sync::Arc;

use insta::{assert_json_snapshot, assert_snapshot};
use polaris::verify::{Report, Side, report::Format};
use serde_json::{Value, json};

use super::{Damaged, verify};
use crate::support::App;

/// A small run with one fault in it: a bad phone is accepted, in a reply that wants escaping.
async fn report() -> Report {
    let app = App::start().await;
    let damaged = Damaged::new(&app.url("/weichuang"), |asked, answer| {
        if asked.field("phoneNo") == "" && answer.status == 400 {
            answer.replace(200, &json!({"result": 404, "msg": "<b>]]> & \"it's\"\u{1}"}));
        }
    })
    .await;
    let mut report = verify(Side::Weichuang, &damaged.url(), |options| {
        options.operations = vec!["queryUser".into()];
        options.max_cases = Some(120);
        options.concurrency = 1;
    })
    .await;
    report.target = "http://target/weichuang".into();
    let findings = report.recorded.findings.iter_mut().flat_map(|kept| &mut kept.findings);
    for exchange in findings.flat_map(|finding| &mut finding.exchanges) {
        Arc::get_mut(exchange).expect("nobody else has it").base = "http://target/weichuang".into();
    }
    report
}

#[tokio::test]
async fn json_says_everything_a_program_wants_to_know() {
    let document: Value = serde_json::from_str(&report().await.write(Format::Json, false)).expect("JSON");
    assert_json_snapshot!(document, {
        ".contract.hash" => insta::dynamic_redaction(|value, _| {
            let hash = value.as_str().expect("a hash");
            assert!(hash.len() == 64 && hash.bytes().all(|byte| byte.is_ascii_hexdigit()), "{hash}");
            "[hash]"
        }),
        ".polaris" => "[version]",
        ".started" => insta::dynamic_redaction(|value, _| {
            let time = value.as_str().expect("a time");
            assert!(time.ends_with('Z') && time.contains('T'), "{time}");
            "[time]"
        }),
        ".seconds" => "[seconds]",
        ".exchangesPerSecond" => "[rate]",
        ".latency" => "[latency]",
        ".parts[].seconds" => "[seconds]",
        ".findings[].shown[].exchanges[].milliseconds" => "[milliseconds]",
        // The generated tests look at these cell by cell.
        ".coverage.cells" => insta::dynamic_redaction(|value, _| {
            assert!(format!("{value:?}").contains("tankCodes"), "the operations that were not asked for are there too");
            "[cells]"
        }),
    });
}

#[tokio::test]
async fn text_names_what_fails_and_what_was_never_exercised() {
    let mut report = report().await;
    report.started = "2026-01-02T03:04:05Z".parse().expect("a time");
    report.duration = std::time::Duration::from_secs(1);
    report.parts.iter_mut().for_each(|part| part.duration = std::time::Duration::ZERO);
    report.recorded.latencies = polaris::verify::Latencies::default();
    let text = report.write(Format::Text, false);
    let hash = Side::Weichuang.contract().short_hash();
    assert_snapshot!(text.replace(hash, "HASH").replace(env!("CARGO_PKG_VERSION"), "VERSION"));
    assert!(report.write(Format::Text, true).contains("\x1b[31m"));
}

#[tokio::test]
async fn junit_is_well_formed_xml_with_the_counts_it_announces() {
    let text = report().await.write(Format::Junit, false);
    let mut reader = quick_xml::Reader::from_str(&text);
    reader.config_mut().check_end_names = true;
    let (mut cases, mut failures, mut skipped, mut announced) = (0, 0, 0, String::new());
    loop {
        use quick_xml::events::Event;
        match reader.read_event().expect("well-formed XML") {
            Event::Start(tag) | Event::Empty(tag) => match tag.name().as_ref() {
                b"testsuites" => {
                    let value = |name: &str| {
                        let found = tag.try_get_attribute(name).expect("attributes").expect("an attribute");
                        String::from_utf8(found.value.into_owned()).expect("text")
                    };
                    announced = [value("tests"), value("failures"), value("skipped")].join(" ");
                }
                b"testcase" => cases += 1,
                b"failure" => failures += 1,
                b"skipped" => skipped += 1,
                _ => {}
            },
            Event::Text(text) => assert!(text.unescape().is_ok(), "{text:?}"),
            Event::Eof => break,
            _ => {}
        }
    }
    assert_eq!(announced, format!("{cases} {failures} {skipped}"));
    assert!(failures == 1 && !text.contains('\u{1}') && text.contains("&lt;b&gt;"), "{text}");
}

#[tokio::test]
async fn html_is_one_file_that_escapes_what_it_shows() {
    let text = report().await.write(Format::Html, false);
    for address in ["src=", "href=", "@import", "url("] {
        assert!(!text.contains(address), "{address}");
    }
    assert!(!text.contains("<b>]]>") && text.contains("&lt;b&gt;]]&gt; &amp; \\&quot;it's\\&quot;"), "{text}");
    for words in
        ["http://target/weichuang", "queryUser", "§1.2.5 用户信息查询接口", "/phoneNo", "1 finding", "never exercised"]
    {
        assert!(text.contains(words), "{words}");
    }
}
