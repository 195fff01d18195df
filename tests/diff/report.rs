use insta::assert_snapshot;
use polaris::diff::{Mentions, NoSection, Report, compare};
use serde_json::json;

use super::{BASE, contract};

/// Several things at once, in `Thing` and around it.
fn new() -> String {
    let replacements = [
        ("maximum: 200", "maximum: 100"),
        ("        free: { type: string }", "        loose: { type: string }"),
        ("'^[A-Z]*$'", "'^([A-Z]|`)*$'"),
        ("description: 编码", "description: 东西的编码"),
        ("scheme: bearer", "scheme: basic"),
        ("x-envelope: flat", "x-envelope: kop"),
        ("        '404': { description: 没有 }\n", ""),
    ];
    replacements.iter().fold(BASE.to_owned(), |text, (from, to)| {
        assert!(text.contains(from), "{from:?}");
        text.replacen(from, to, 1)
    })
}

fn report(decisions: &str) -> Report {
    let mentions = Mentions::read(decisions).expect("a section");
    let changes = compare(&contract(BASE), &contract(&new()));
    Report::new("HEAD", "openapi", changes, Some(("docs/DECISIONS.md", &mentions)))
}

const EMPTY: &str = "## Contract changes that break somebody\n";

#[test]
fn a_report_shows_breaks_first_by_operation_and_the_rows_that_would_allow_them() {
    let decisions = format!("{EMPTY}| `base echoThing request /size maximum-lowered 200 → 100` | agreed |\n");
    assert_snapshot!(report(&decisions));
}

#[test]
fn a_report_for_machines_has_the_same() {
    let json = report(EMPTY).to_json();
    let changes = json["changes"].as_array().expect("changes");
    assert_eq!((json["breaks"].as_u64(), json["unmentioned"].as_u64()), (Some(10), Some(10)), "{json:#}");
    let lowered = changes.iter().find(|change| change["pointer"] == "/size" && change["part"] == "request");
    assert_eq!(
        lowered.expect("the change"),
        &json!({
            "id": "base echoThing request /size maximum-lowered 200 → 100",
            "document": "base",
            "operation": "echoThing",
            "method": "POST",
            "path": "/thing/echo",
            "part": "request",
            "pointer": "/size",
            "rule": "maximum-lowered",
            "meaning": "A lower greatest value, or one where there was none.",
            "subject": null,
            "was": 200,
            "is": 100,
            "note": null,
            "breaks": ["callers"],
            "mentioned": false,
        })
    );
    let whole = changes.iter().find(|change| change["rule"] == "envelope-changed").expect("the envelope");
    assert_eq!((&whole["operation"], &whole["breaks"]), (&json!(null), &json!(["callers", "provider"])));
}

#[test]
fn the_rows_that_a_report_proposes_allow_everything_in_it() {
    let text = report(EMPTY).to_string();
    let rows: String = text.lines().filter(|line| line.starts_with('|')).map(|row| format!("{row}\n")).collect();
    let allowed = report(&format!("{EMPTY}\n| change | why |\n| --- | --- |\n{rows}"));
    assert!(!allowed.is_broken(), "{allowed}");
    // Each of them is needed.
    for row in rows.lines() {
        let others: String = rows.lines().filter(|other| *other != row).map(|row| format!("{row}\n")).collect();
        assert!(report(&format!("{EMPTY}{others}")).is_broken(), "{row}");
    }
}

#[test]
fn only_a_row_of_the_section_with_the_whole_id_is_a_mention() {
    let id = "base echoThing request /size maximum-lowered 200 → 100";
    let old = changed_size();
    let is_broken = |decisions: &str| {
        let mentions = Mentions::read(decisions).expect("a section");
        let changes = compare(&contract(BASE), &contract(&old));
        let changes = changes.into_iter().filter(|change| change.place.part == "request").collect();
        Report::new("a", "b", changes, Some(("d", &mentions))).is_broken()
    };
    for mention in [
        format!("{EMPTY}| `{id}` | why |"),
        format!("# 已知的不兼容变更\n\n| 1 | because | `{id}` |\n"),
        format!("{EMPTY}### 2021\n| `{id}` |\n## Other\n"),
        format!("{EMPTY}| `base * request /size maximum-lowered 200 → 100` |"),
    ] {
        assert!(!is_broken(&mention), "{mention}");
    }
    for other in [
        EMPTY.to_owned(),
        format!("{EMPTY}`{id}`"),
        format!("{EMPTY}| {id} |"),
        format!("{EMPTY}| `echoThing` `/size` |"),
        format!("{EMPTY}| `base echoThing request /size maximum-lowered` |"),
        format!("{EMPTY}| `base echoThing request /size maximum-lowered 200 → 50` |"),
        format!("{EMPTY}| `base echoThing reply 200 /size maximum-lowered 200 → 100` |"),
        format!("| `{id}` |\n{EMPTY}"),
        format!("{EMPTY}## Other\n| `{id}` |"),
    ] {
        assert!(is_broken(&other), "{other}");
    }
    assert_eq!(Mentions::read(&format!("## Contract changes\n| `{id}` |")).expect_err("no section"), NoSection);
}

fn changed_size() -> String {
    super::changed("maximum: 200", "maximum: 100")
}
