use serde_json::Value;

use super::{Expectation, Failure, Seen};
use crate::verify::Reply;

/// How the inside of a server looks from outside.
const INSIDE: &[&str] = &[
    "panicked at",
    "RUST_BACKTRACE",
    "Traceback (most recent call last)",
    "Exception in thread",
    "\tat ",
    "\\tat ",
    "\\n    at ",
    ".java:",
    "java.lang.",
    "org.springframework",
    "goroutine ",
    "node_modules/",
    "System.NullReferenceException",
    "SQLSTATE",
    "sqlx::",
    "sqlite error",
    "ORA-0",
];

/// A shorter value stands in too much that was not copied from it.
const TELLING: usize = 6;

/// A refusal of a request that violates the contract never repeats a refused value, and no reply shows the inside of
/// the server.
pub(super) fn check(seen: &Seen<'_>, reply: &Reply) -> Vec<Failure> {
    let text = String::from_utf8_lossy(&reply.body);
    let mut found = Vec::new();
    if let Some(trace) = INSIDE.iter().find(|trace| text.contains(**trace)) {
        found.push(Failure::new(format!("the reply shows the inside of the server ({:?})", trace.trim())));
    }
    if let Expectation::Refused { violations } = seen.expected
        && let Some(request) = seen.exchange.call.json()
    {
        let refused = violations.iter().filter_map(|(pointer, _)| Some((pointer, request.pointer(pointer)?)));
        let repeated = refused.filter(|(_, value)| written(value).is_some_and(|value| text.contains(&value)));
        found
            .extend(repeated.map(|(pointer, _)| Failure::at(pointer, "the refusal repeats the value that it refuses")));
    }
    found
}

/// How a telling scalar would stand in a reply.
fn written(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => {
            let quoted = Value::from(text.as_str()).to_string();
            quoted[1..quoted.len() - 1].to_owned()
        }
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    (text.len() >= TELLING).then_some(text)
}
