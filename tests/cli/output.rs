//! A full disk or a device that takes nothing behind `>`, and a reader that has gone.

use std::{fs, process::Stdio};

use crate::support::{App, Binary, Folder};

/// Runs a command whose output goes to `stdout`: its exit code and what it complained about.
async fn run(arguments: &[&str], stdout: Stdio) -> (Option<i32>, String) {
    let mut command = Binary::command(arguments);
    command.env("POLARIS_ACCESS__SEALING_KEY", "0".repeat(64));
    if arguments[0] == "sign" {
        command.env("POLARIS_APP_SECRET", "secret");
    }
    let output =
        command.stdout(stdout).spawn().expect("the binary starts").wait_with_output().await.expect("the binary");
    (output.status.code(), String::from_utf8(output.stderr).expect("text"))
}

fn full() -> Stdio {
    fs::File::options().write(true).open("/dev/full").expect("a device that is always full").into()
}

/// A pipe whose reader has gone.
fn deaf() -> Stdio {
    let (reader, writer) = std::io::pipe().expect("a pipe");
    drop(reader);
    writer.into()
}

#[tokio::test]
async fn output_that_cannot_be_written_is_a_failure_and_a_reader_that_has_gone_is_none() {
    let app = App::start().await;
    let (target, folder) = (app.url("/weichuang"), Folder::new("output"));
    let database = folder.database();
    let rows = folder.path().join("members.jsonl").display().to_string();
    fs::write(&rows, "").expect("a file");
    assert_eq!(run(&["migrate", "--database-url", &database], Stdio::null()).await, (Some(0), String::new()));
    let verify =
        ["verify", "--side", "weichuang", "--target", &target, "--operation", "queryUser", "--max-cases", "20"];
    for (arguments, code) in [
        (&verify[..], 2),
        (&[&verify[..], &["--format", "json"]].concat(), 2),
        (&[&verify[..], &["--list"]].concat(), 2),
        (&["diff", "openapi", "openapi"], 2),
        (&["diff", "openapi", "openapi", "--format", "json"], 2),
        (&["diff", "--rules"], 2),
        (&["--help"], 1),
        (&["verify", "--help"], 1),
        (&["--version"], 1),
        (&["serve", "--print-config"], 1),
        (&["sign", "--app-key", "demo", "--api", "hm.order.p.query", "--body", "/dev/null"], 1),
        (&["migrate", "--database-url", &database], 1),
        (&["audit", "--database-url", &database, "--limit", "1"], 1),
        (&["app", "create", "--all-merchants", "--name", "x", "--database-url", &database], 1),
        (&["app", "list", "--database-url", &database], 1),
        (&["import", "members", &rows, "--database-url", &database], 1),
        (&["seed", "--database-url", &database], 1),
    ] {
        // An audit of nothing prints nothing.
        let silent = arguments[0] == "audit";
        let said = "polaris: the output cannot be written: No space left on device (os error 28)\n";
        let expected = if silent { (Some(0), String::new()) } else { (Some(code), said.to_owned()) };
        assert_eq!(run(arguments, full()).await, expected, "{arguments:?}");
        let (code, complaint) = run(arguments, deaf()).await;
        assert!(code == Some(0) && complaint.is_empty(), "{arguments:?}: {code:?} {complaint}");
    }
    let (code, complaint) = run(&[&verify[..], &["--output", "/dev/full"]].concat(), Stdio::null()).await;
    assert_eq!((code, complaint.as_str()), (Some(2), "polaris: /dev/full: No space left on device (os error 28)\n"));
}
