/// The command: arguments, revisions, exit codes, mentions.
mod command;
/// Every keyword of our own documents.
mod keywords;
/// Forms of schemas that our own documents do not use, and partners' do.
mod partner;
/// What a report looks like.
mod report;
/// Every rule and its verdicts, both ways.
mod rules;

use polaris::diff::{Change, Contract};

/// A small contract. `Thing` is sent and answered, so that what happens to it happens on both sides.
const BASE: &str = include_str!("base.yaml");

/// The three documents of the house.
const OURS: [(&str, &str); 3] = [
    ("internal.yaml", include_str!("../../openapi/internal.yaml")),
    ("polaris.yaml", include_str!("../../openapi/polaris.yaml")),
    ("weichuang.yaml", include_str!("../../openapi/weichuang.yaml")),
];

fn contract(yaml: &str) -> Contract {
    Contract::parse("base.yaml", yaml).unwrap_or_else(|error| panic!("{error}\n{yaml}"))
}

/// `BASE` with `from`, which stands there once, replaced.
fn changed(from: &str, to: &str) -> String {
    assert_eq!(BASE.matches(from).count(), 1, "{from:?} should stand in the base once");
    BASE.replacen(from, to, 1)
}

/// A change in words: operation, place, rule, subject, whom it breaks.
fn words(change: &Change) -> String {
    let operation = change.operation.as_ref().map_or("-", |operation| &operation.id);
    let parts = [operation, &change.place.to_string(), change.rule.id(), change.subject.as_deref().unwrap_or_default()];
    let parts: Vec<_> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    format!("{}: {}", parts.join(" "), change.breaks())
}
