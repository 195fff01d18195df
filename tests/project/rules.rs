use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// The rows of the tables in a document: their cells, without heads and rulers.
fn rows(document: &str) -> Vec<Vec<&str>> {
    let lines = document.lines().filter_map(|line| line.strip_prefix("| ")?.strip_suffix(" |"));
    let cells = lines.map(|line| line.split(" | ").map(str::trim).collect::<Vec<_>>());
    cells.filter(|cells| cells[0] != "§" && !cells[0].starts_with("---")).collect()
}

/// What stands in backquotes and looks like `file::test`.
fn named(cell: &str) -> Vec<(&str, &str)> {
    cell.split('`').skip(1).step_by(2).filter_map(|quoted| quoted.rsplit_once("::")).collect()
}

/// Whether a source has this test.
fn defines(source: &str, test: &str) -> bool {
    let mut lines = source.lines().map(str::trim_start);
    while let Some(line) = lines.next() {
        let is_test = line == "#[test]" || line.starts_with("#[tokio::test");
        if is_test {
            let function = lines.find(|line| !line.starts_with('#')).unwrap_or_default();
            let function = function.trim_start_matches("async ").trim_start_matches("fn ");
            if function.split('(').next() == Some(test) {
                return true;
            }
        }
    }
    false
}

/// The tests that this binary is made of, as it lists them.
fn compiled() -> Vec<String> {
    let listed =
        Command::new(std::env::current_exe().expect("this binary")).args(["--list", "--format", "terse"]).output();
    let listed = String::from_utf8(listed.expect("a list").stdout).expect("text");
    listed.lines().filter_map(|line| line.strip_suffix(": test")).map(str::to_owned).collect()
}

/// How this binary calls a test of a file under `tests/`.
fn module(file: &str, test: &str) -> Option<String> {
    let path = file.strip_prefix("tests/")?.strip_suffix(".rs")?;
    let path = path.strip_suffix("/mod").unwrap_or(path);
    Some(format!("{}::{test}", path.replace('/', "::")))
}

/// What is wrong with the table.
fn faults(document: &str) -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let compiled = compiled();
    let mut sources: BTreeMap<PathBuf, String> = BTreeMap::new();
    let mut faults = Vec::new();
    for cells in rows(document) {
        let [_, rule, shown] = cells[..] else {
            faults.push(format!("{cells:?}: a row has three cells"));
            continue;
        };
        let tests = named(shown);
        if tests.is_empty() {
            faults.push(format!("{rule}: no test"));
        }
        for (file, test) in tests {
            let path = root.join(file);
            let source = sources.entry(path).or_insert_with_key(|path| fs::read_to_string(path).unwrap_or_default());
            let there = defines(source, test) && module(file, test).is_none_or(|name| compiled.contains(&name));
            if !there {
                faults.push(format!("{rule}: there is no {file}::{test}"));
            }
        }
    }
    faults
}

#[test]
fn every_rule_is_shown_by_tests_that_exist() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/RULES.md");
    let document = fs::read_to_string(path).expect("the table");
    assert!(rows(&document).len() > 100, "{} rules", rows(&document).len());
    assert_eq!(faults(&document), [""; 0]);
}

#[test]
fn a_rule_without_a_test_or_with_one_that_does_not_exist_would_be_found() {
    let table = "| § | Rule | Shown by |\n| --- | --- | --- |\n\
                 | 1 | shown | `tests/project/rules.rs::every_rule_is_shown_by_tests_that_exist` |\n\
                 | 2 | bare |  |\n\
                 | 3 | only a helper | `tests/project/rules.rs::faults` |\n\
                 | 4 | gone | `tests/project/rules.rs::nothing` `mocks/tests/it/nowhere.rs::nothing` |\n";
    assert_eq!(
        faults(table),
        [
            "bare: no test",
            "only a helper: there is no tests/project/rules.rs::faults",
            "gone: there is no tests/project/rules.rs::nothing",
            "gone: there is no mocks/tests/it/nowhere.rs::nothing",
        ]
    );
}
