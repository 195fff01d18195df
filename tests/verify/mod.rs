/// The cases of the contract.
mod cases;
/// Each check fails on a server that does that one thing wrong.
mod checks;
/// The command: exit codes, time, output.
mod command;
/// Two targets that are asked the same.
mod compare;
/// A server in front of a healthy one that damages its answers.
mod damaged;
/// Requests from the contract: complete, deterministic, shrunk.
mod generated;
/// Healthy servers pass.
mod healthy;
/// Targets that answer with very much.
mod large;
/// Pages, repeats, refused writes.
mod lists;
/// Servers that are damaged in one way each, and what is said of them.
mod mutants;
/// A sample of mutants is found.
mod mutation;
/// The forms of a report.
mod reports;
/// Calls that are signed, and calls that are signed badly.
mod signed;
/// What ends a run before it is through.
mod stopped;
/// Walks over operations that share data, held against invariants.
mod walks;

use polaris::verify::{Options, Report, Run, Side};

use self::damaged::Damaged;

/// A run against `target`, with what `change` says.
async fn verify(side: Side, target: &str, change: impl FnOnce(&mut Options)) -> Report {
    let mut options = Options::new(side, target.parse().expect("a URL"));
    options.concurrency = 4;
    change(&mut options);
    Run::new(&options).expect("a run").run().await.expect("a target")
}

/// The findings as lines: operation, check, pointer, message.
fn lines(report: &Report) -> Vec<String> {
    let findings = report.recorded.findings.iter().flat_map(|kept| &kept.findings);
    findings
        .map(|found| {
            let pointer = found.pointer.as_deref().unwrap_or("-");
            format!("{} | {} | {pointer} | {}", found.operation_id(), found.check, found.message)
        })
        .collect()
}

/// Panics if anything failed, with what it was.
fn assert_conforms(report: &Report) {
    assert!(report.conforms(), "{}", report.write(polaris::verify::report::Format::Text, false));
}
