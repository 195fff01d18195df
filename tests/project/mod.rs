/// Advisories about what is built in.
mod advisories;
/// Dependencies that are unused.
mod dependencies;
/// The licences of what is built in.
mod licences;
/// Every command and answer that the READMEs show.
mod readme;
/// The table of rules and the tests that show them.
mod rules;

use std::process::Command;

/// What cargo prints.
fn cargo(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO")).args(arguments).current_dir(env!("CARGO_MANIFEST_DIR")).output();
    let output = output.expect("cargo");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text")
}
