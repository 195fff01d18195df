use std::{collections::BTreeSet, fs, path::Path};

use polaris::verify::cases::{Book, Data};

fn folder() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("contracts/cases")
}

#[test]
fn every_file_of_cases_is_built_in() {
    let mut found = BTreeSet::new();
    for entry in fs::read_dir(folder()).expect("the cases").flatten().filter(|entry| entry.path().is_dir()) {
        for file in fs::read_dir(entry.path()).expect("a folder").flatten() {
            found.insert(format!("{}/{}", entry.file_name().to_string_lossy(), file.file_name().to_string_lossy()));
        }
    }
    assert_eq!(Book::files().map(str::to_owned).collect::<BTreeSet<_>>(), found);
}

#[test]
fn every_rule_has_a_case() {
    let book = Book::built_in().unwrap_or_else(|error| panic!("{error}"));
    let shown: BTreeSet<_> = book.cases.iter().map(|case| case.rule.id.as_str()).collect();
    let without: Vec<_> = book.rules.iter().map(|rule| rule.id.as_str()).filter(|id| !shown.contains(id)).collect();
    assert_eq!(without, [""; 0]);
}

const RULES: &str = "- {id: r, section: '1.2.2', says: A rule.}";
const DATA: &str = "free: {zh: 电池, en: a battery, values: [B1]}\nheld: {zh: 用户, en: a user, values: [{user: U1, phone: '13333111222'}]}";

/// The refusal of a file about `queryBatteries` with one case of which `rest` is the end; it begins on line 3.
fn refused(rest: &str) -> String {
    let text = format!("- name: a case\n  rule: r\n{rest}");
    let read = Book::read(("rules.yaml", RULES), ("data.yaml", DATA), &[("weichuang/queryBatteries.yaml", &text)]);
    read.map(|_| ()).expect_err(rest).to_string()
}

#[test]
fn a_mistake_is_refused_with_file_line_column_and_reason() {
    let mut wrong = Vec::new();
    for (rest, refusal) in [
        ("  call: []", "3:3: there is no field call"),
        ("  calls: []", "1:3: a case needs calls"),
        ("  calls:\n    - {send: {batteryCode: X}, cod: 404}", "4:32: there is no field cod"),
        ("  calls:\n    - {call: queryBattery, send: {}}", "4:14: no side has an operation queryBattery"),
        (
            "  calls:\n    - {send: {batteryCod: X}}",
            "4:7: the request of queryBatteries has no field /batteryCod (meant? then: unknown)",
        ),
        (
            "  calls:\n    - {send: {batteryCode: X}, unknown: [/x]}",
            "4:7: /x is not among the unknown fields of the request",
        ),
        (
            "  calls:\n    - {send: {batteryCode: '${fre}'}}",
            "4:28: nothing is called fre here: no data, nothing made or kept",
        ),
        ("  calls:\n    - {send: {batteryCode: '${free'}}", "4:28: a reference has no end: ${name}"),
        ("  calls:\n    - {send: {batteryCode: '${free free}'}}", "4:28: + or - is expected before \"free\""),
        ("  calls:\n    - {send: {batteryCode: '${held}'}}", "4:28: held consists of phone, user"),
        ("  calls:\n    - {send: {batteryCode: '${held.name}'}}", "4:28: held consists of phone, user"),
        ("  calls:\n    - {send: {batteryCode: X}, expect: {batteryList: {$keep: list}}}", "4:62: list is never used"),
        (
            "  calls:\n    - {send: {batteryCode: X}, expect: {batteryList: {$keep: free}}}",
            "4:62: free has a meaning already",
        ),
        ("  make: {code: code}\n  calls:\n    - {send: {batteryCode: X}}", "1:3: code is never used"),
        (
            "  make: {code: number}\n  calls:\n    - {send: {batteryCode: X}}",
            "3:16: phone, code, name or {repeat, times} is expected",
        ),
        (
            "  calls:\n    - {send: {batteryCode: X}, expect: {batteryLst: []}}",
            "4:41: the reply has no field batteryLst",
        ),
        (
            "  calls:\n    - {send: {batteryCode: X}, expect: {batteryList: [{code: X}]}}",
            "4:56: the reply has no field batteryList/code",
        ),
        (
            "  calls:\n    - {send: {batteryCode: X}, expect: {batteryList: {$has: X}}}",
            "4:55: there is no matcher $has",
        ),
        ("  calls:\n    - {send: {batteryCode: X}, expect: {batteryList: {$matches: '('}}}", "4:65: regex parse error"),
        (
            "  calls:\n    - {send: {batteryCode: X}, expect: {batteryList: {$each: {state: {$keep: s}}}}}",
            "4:78: nothing can be kept here",
        ),
        (
            "  calls:\n    - {send: {batteryCode: X}, violations: [/batteryCode pattern]}",
            "4:7: violations come with the code 400",
        ),
        (
            "  calls:\n    - {send: {batteryCode: X}, code: 400, violations: [pattern]}",
            "4:56: a violation is a JSON Pointer and a rule",
        ),
        ("  calls:\n    - {send: {batteryCode: X}, raw: X}", "4:7: either send (a request) or raw"),
        ("  calls:\n    - {path: /x, call: queryTanks, raw: X}", "4:7: which operation is called? (call)"),
        ("  calls: [", "3:10: "),
        ("  calls:\n    - {send: {batteryCode: X, batteryCode: Y}}", "4:"),
    ] {
        let line = refused(rest);
        if !line.starts_with(&format!("weichuang/queryBatteries.yaml:{refusal}")) || line.contains('\n') {
            wrong.push(format!("{line}\n{rest}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn a_mistake_in_the_list_of_rules_or_in_the_description_of_data_is_refused_too() {
    let read = |rules, data, file, text| {
        Book::read(("rules.yaml", rules), ("data.yaml", data), &[(file, text)])
            .map(|_| ())
            .expect_err("a refusal")
            .to_string()
    };
    let case = "- {name: a, rule: r, calls: [{call: queryTanks, send: {tankCodes: [T]}}]}";
    let twice = format!("{RULES}\n{RULES}");
    for (rules, data, file, text, refusal) in [
        (twice.as_str(), DATA, "flows/a.yaml", case, "rules.yaml:2:3: the rule r stands twice"),
        ("- {id: r, section: '1'}", DATA, "flows/a.yaml", case, "rules.yaml:1:3: the field says is missing"),
        (RULES, "free: {zh: 电池, values: []}", "flows/a.yaml", case, "data.yaml:1:7: the field en is missing"),
        (
            RULES,
            "free: {zh: 电池, en: x, values: [{a: 1}, 2]}",
            "flows/a.yaml",
            case,
            "data.yaml:1:40: free consists of a",
        ),
        (RULES, DATA, "other/a.yaml", case, "other/a.yaml: cases stand in weichuang, polaris, internal or flows"),
        (RULES, DATA, "flows/a.yaml", "- {name: a, rule: s, calls: []}", "flows/a.yaml:1:19: rules.yaml has no rule s"),
        (
            RULES,
            DATA,
            "flows/a.yaml",
            &format!("{case}\n{case}"),
            "flows/a.yaml:2:3: a case of this name stands before",
        ),
    ] {
        assert_eq!(read(rules, data, file, text), refusal);
    }
}

#[test]
fn another_servers_data_is_named_and_formed_as_described() {
    let names = &Book::built_in().expect("the cases").names;
    let refused = |text| Data::read("mine.yaml", text, names).map(|_| ()).expect_err("a refusal").to_string();
    assert!(
        refused("tank: T1\nfre: B1").starts_with("mine.yaml:2:1: no case needs fre (known: tank, "),
        "{}",
        refused("fre: B1")
    );
    assert_eq!(
        refused("held: {battery: B1, phone: '13333111222'}"),
        "mine.yaml:1:7: held consists of battery, phone, user"
    );
    assert_eq!(refused("free: [B1, {code: B2}]"), "mine.yaml:1:12: free consists of one value");
    let missing = Data::load(Path::new("/no/such/file.yaml"), names).expect_err("a refusal").to_string();
    assert!(missing.starts_with("/no/such/file.yaml: "), "{missing}");
}
