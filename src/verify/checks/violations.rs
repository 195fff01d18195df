use std::collections::BTreeSet;

use super::{Expectation, Failure, Seen};
use crate::verify::Reply;

/// A request that violates the contract hears all that is wrong with it: every place and rule, and no other.
pub(super) fn check(seen: &Seen<'_>, reply: &Reply) -> Vec<Failure> {
    let violations = match seen.expected {
        Expectation::Refused { violations } => violations.as_slice(),
        Expectation::Invalid => &[],
        _ => return Vec::new(),
    };
    if reply.status != 400 {
        return Vec::new();
    }
    let Some(named) = reply.json().and_then(|body| body["violations"].as_array()) else {
        return vec![Failure::at("/violations", "the refusal does not say what violates the contract")];
    };
    // The place and the rule of what the schema cannot say are the server's to choose.
    if *seen.expected == Expectation::Invalid {
        let silent = named.is_empty();
        return silent
            .then(|| Failure::at("/violations", "the refusal does not say what violates the contract"))
            .into_iter()
            .collect();
    }
    let named: BTreeSet<_> = named
        .iter()
        .map(|each| (each["pointer"].as_str().unwrap_or_default(), each["rule"].as_str().unwrap_or_default()))
        .collect();
    let due: BTreeSet<_> = violations.iter().map(|(pointer, rule)| (pointer.as_str(), rule.as_str())).collect();
    let missing = due.difference(&named).map(|(pointer, rule)| {
        Failure::at(*pointer, format!("the refusal does not name the violation of {rule} at this place of the request"))
    });
    let surplus = named.difference(&due).map(|(pointer, rule)| {
        Failure::at(*pointer, format!("the refusal names {rule} at a place of the request that does not violate it"))
    });
    missing.chain(surplus).collect()
}
