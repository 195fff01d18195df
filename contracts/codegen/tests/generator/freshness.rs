use std::{error::Error, fs, path::Path};

use codegen::{Failure, SIDES, run};
use tempfile::TempDir;

use super::{FLAT, KOP};

type Outcome = Result<(), Box<dyn Error>>;

/// A project with three small documents.
fn project() -> std::io::Result<TempDir> {
    let root = tempfile::tempdir()?;
    fs::create_dir(root.path().join("openapi"))?;
    for side in SIDES {
        let yaml = if side == "weichuang" { FLAT } else { KOP };
        fs::write(root.path().join(format!("openapi/{side}.yaml")), yaml)?;
    }
    Ok(root)
}

fn stale(root: &Path) -> Vec<String> {
    match run(root, true) {
        Ok(()) => Vec::new(),
        Err(Failure::Stale(paths)) => paths,
        Err(other) => panic!("{other}"),
    }
}

#[test]
fn the_committed_files_are_what_the_documents_say() {
    assert_eq!(stale(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")), [""; 0]);
}

#[test]
fn a_missing_a_changed_and_an_outdated_file_are_stale_until_they_are_written_anew() -> Outcome {
    let project = project()?;
    let root = project.path();
    assert_eq!(stale(root).len(), 24);
    run(root, false)?;
    assert_eq!(stale(root), [""; 0]);

    let types = root.join("contracts/src/polaris/types.rs");
    fs::write(&types, fs::read_to_string(&types)?.replace("pub order_id: i64", "pub order_id: i32"))?;
    fs::remove_file(root.join("contracts/src/internal/contract.json"))?;
    fs::write(root.join("openapi/weichuang.yaml"), FLAT.replace("summary: 查询押金", "summary: 查押金"))?;
    let found = [
        "contracts/src/internal/contract.json",
        "contracts/src/polaris/types.rs",
        "contracts/src/weichuang/operations.rs",
        "contracts/src/weichuang/routes.rs",
        "contracts/src/weichuang/client.rs",
        "contracts/src/weichuang/contract.json",
    ];
    assert_eq!(stale(root), found);
    run(root, false)?;
    assert_eq!(stale(root), [""; 0]);
    Ok(())
}

#[test]
fn checking_changes_nothing() -> Outcome {
    let project = project()?;
    stale(project.path());
    assert!(!project.path().join("contracts").exists());
    Ok(())
}

#[test]
fn the_failure_names_the_stale_files_and_what_to_run() {
    let failure = Failure::Stale(vec!["a.rs".to_owned(), "b.rs".to_owned()]);
    assert_eq!(failure.to_string(), "stale: a.rs, b.rs; run `cargo codegen`");
}

#[test]
fn a_document_that_is_not_there_is_named() -> Outcome {
    let root = tempfile::tempdir()?;
    let failure = run(root.path(), true).expect_err("no documents").to_string();
    assert!(failure.starts_with("openapi/internal.yaml: "), "{failure}");
    Ok(())
}

#[test]
fn nothing_is_written_when_one_document_is_broken() -> Outcome {
    let project = project()?;
    fs::write(project.path().join("openapi/weichuang.yaml"), FLAT.replace("x-envelope: flat", "x-envelope: round"))?;
    assert!(matches!(run(project.path(), false), Err(Failure::Document(_))));
    assert!(!project.path().join("contracts").exists());
    Ok(())
}
