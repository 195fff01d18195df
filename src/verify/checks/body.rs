use reqwest::Method;
use serde_json::Value;

use super::{Failure, Seen};
use crate::verify::{Envelope, Reply};

/// At most this many violations of one reply are named.
const NAMED: usize = 5;

/// The body is JSON and holds the schema that the contract gives for this status; of what is not documented (unknown
/// paths, wrong methods), the side's form of a failure.
pub(super) fn check(seen: &Seen<'_>, reply: &Reply) -> Vec<Failure> {
    if seen.exchange.call.method == Method::HEAD {
        return Vec::new();
    }
    let Some(body) = reply.json() else {
        let what = if reply.body.is_empty() { "the body is empty" } else { "the body is no JSON" };
        return vec![Failure::new(what)];
    };
    let schema = schema(seen, reply, body);
    let violations = seen.side.document().violations(schema, body).into_iter();
    let mut found: Vec<_> = violations
        .take(NAMED)
        .map(|violation| {
            let message = format!("the reply violates the contract ({schema}): {}", violation.rule);
            Failure::at(violation.pointer, message)
        })
        .collect();
    found.extend(surplus(seen, schema, body));
    found
}

/// The component schema that the body must hold.
fn schema(seen: &Seen<'_>, reply: &Reply, body: &Value) -> &'static str {
    let envelope = seen.envelope();
    let failure = envelope.failure_schema(reply.status);
    let Some(operation) = seen.exchange.call.operation else { return failure };
    match (envelope, reply.status) {
        // `oneOf` success and refusal: which of them, `result` says.
        (Envelope::Flat, 200) if body["result"] != 200 && !body["result"].is_null() => "Refusal",
        (_, 200) => operation.info.success,
        (_, status) => operation.replies.get(&status).map_or(failure, |form| form.schema.as_str()),
    }
}

/// A refusal of the flat form goes without the operation's fields.
fn surplus(seen: &Seen<'_>, schema: &str, body: &Value) -> Vec<Failure> {
    let Some(operation) = seen.exchange.call.operation.filter(|_| schema == "Refusal") else { return Vec::new() };
    let contract = seen.side.contract();
    let own = contract.schemas.named(operation.info.success)["properties"].as_object().into_iter().flatten();
    let own = own.map(|(name, _)| name).filter(|name| !["result", "msg"].contains(&name.as_str()));
    own.filter(|name| !body[name.as_str()].is_null())
        .map(|name| Failure::at(format!("/{name}"), "a refusal goes without the operation's fields"))
        .collect()
}
