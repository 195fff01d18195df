use std::sync::Arc;

use serde_json::Value;

use super::{
    base,
    probe::{Probe, verdict},
};
use crate::verify::{Call, Exchange, Expectation, Finding, Session, contract::Operation};

/// At most this many calls are made to shrink one finding.
const TRIES: usize = 60;

/// The same finding with a smaller request, as small as it gets: fields are left out, lists shortened, values replaced by
/// plainer ones, as long as the contract's verdict and the failing check stay what they are.
pub(super) async fn shrink(session: &Session, probe: &Probe, finding: Finding) -> Finding {
    let Some((operation, mut body)) = probe.call.operation.zip(probe.call.json()).filter(|(_, body)| body.is_object())
    else {
        return finding;
    };
    // A request whose bytes are the point has no smaller form; JSON that says the same would be another request.
    if probe.call.body != body.to_string().into_bytes() {
        return finding;
    }
    let mut smallest = finding;
    let mut tries = 0;
    let mut again = true;
    while again {
        again = false;
        for candidate in candidates(operation, &body) {
            let expected = verdict(session.side, operation, &candidate);
            if !alike(&expected, &probe.expected) || size(&candidate) >= size(&body) {
                continue;
            }
            tries += 1;
            if tries > TRIES || session.budget.is_over() {
                return smallest;
            }
            let call = Call { body: candidate.to_string().into_bytes(), ..probe.call.clone() };
            let exchange: Arc<Exchange> = session.call(call).await;
            let found = session.recorder.check(&exchange, &expected, &probe.purpose.origin);
            let same = |each: &Finding| each.check == smallest.check && each.pointer == smallest.pointer;
            if let Some(found) = found.into_iter().find(same) {
                (smallest, body, again) = (found, candidate, true);
                break;
            }
        }
    }
    smallest
}

/// Shorter is smaller, and of two that are as long the one with the lower digits: so it comes to an end.
fn size(body: &Value) -> (usize, String) {
    let text = body.to_string();
    (text.len(), text)
}

/// Whether two requests are wrong in the same way, or both valid.
fn alike(one: &Expectation, other: &Expectation) -> bool {
    match (one, other) {
        (Expectation::Accepted { unknown: one }, Expectation::Accepted { unknown: other }) => {
            one.is_empty() == other.is_empty()
        }
        (one, other) => one == other,
    }
}

/// Requests one step smaller, the greatest steps first.
fn candidates(operation: &Operation, body: &Value) -> Vec<Value> {
    let mut found = Vec::new();
    let mut add = |change: &dyn Fn(&mut Value)| {
        let mut candidate = body.clone();
        change(&mut candidate);
        if candidate != *body && !found.contains(&candidate) {
            found.push(candidate);
        }
    };
    let all: Vec<_> = pointers(body, String::new());
    let dropped = |pointer: &&String| !pointer.is_empty();
    for pointer in all.iter().filter(dropped) {
        add(&|candidate| base::remove(candidate, pointer));
    }
    for pointer in &all {
        match body.pointer(pointer) {
            Some(Value::Array(items)) if items.len() > 1 => {
                for length in [1, items.len() / 2] {
                    add(&|candidate| {
                        if let Some(Value::Array(items)) = candidate.pointer_mut(pointer) {
                            items.truncate(length);
                        }
                    });
                }
            }
            Some(Value::String(text)) => {
                let count = text.chars().count();
                let short = |length: usize| text.chars().take(length).collect::<String>();
                let plain: Vec<Value> =
                    [0, 1, count / 2, count.saturating_sub(1)].map(|length| short(length).into()).into();
                let example =
                    operation.field(&template(pointer)).and_then(|field| field.schema["examples"][0].as_str());
                for value in plain.into_iter().chain(example.map(Value::from)) {
                    add(&|candidate| base::put(candidate, pointer, value.clone()));
                }
            }
            Some(Value::Number(number)) => {
                let number = number.as_i64().unwrap_or(i64::MAX);
                for value in [0, 1, number / 2] {
                    add(&|candidate| base::put(candidate, pointer, value.into()));
                }
            }
            _ => {}
        }
    }
    found
}

/// Every place of `value`, outer ones first; of a long list, the first and the last items.
fn pointers(value: &Value, place: String) -> Vec<String> {
    let below: Vec<_> = match value {
        Value::Object(fields) => fields
            .iter()
            .flat_map(|(name, value)| {
                pointers(value, format!("{place}/{}", name.replace('~', "~0").replace('/', "~1")))
            })
            .collect(),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .filter(|(index, _)| *index < 3 || index + 1 == items.len())
            .flat_map(|(index, value)| pointers(value, format!("{place}/{index}")))
            .collect(),
        _ => Vec::new(),
    };
    [place].into_iter().chain(below).collect()
}

/// The place that a pointer into a body stands for: `*` for every index.
fn template(pointer: &str) -> String {
    let tokens = pointer.split('/').map(|token| if token.parse::<usize>().is_ok() { "*" } else { token });
    tokens.collect::<Vec<_>>().join("/")
}
