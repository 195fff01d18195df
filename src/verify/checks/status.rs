use super::{Expectation, Failure, Seen};
use crate::verify::{Envelope, Reply};

/// The HTTP status is one that the contract documents and one that was expected, and the body's code agrees with it.
pub(super) fn check(seen: &Seen<'_>, reply: &Reply) -> Vec<Failure> {
    if reply.status >= 500 {
        // Another check's matter.
        return Vec::new();
    }
    let mut found = Vec::new();
    if let Some(expected) = unexpected(seen, reply) {
        let code = reply.code(seen.envelope()).filter(|code| *code != reply.status);
        let code = code.map(|code| format!(" ({} {code})", seen.envelope().code_field())).unwrap_or_default();
        let message = format!("{expected}, but the answer is {}{code}", reply.status);
        found.push(Failure { pointer: violated(seen), message });
    }
    found.extend(disagreement(seen.envelope(), reply));
    found
}

/// The place of the request that alone violates the contract.
fn violated(seen: &Seen<'_>) -> Option<String> {
    match seen.expected {
        Expectation::Refused { violations } if violations.len() == 1 => Some(violations[0].0.clone()),
        _ => None,
    }
}

/// What was expected, if the reply is something else.
fn unexpected(seen: &Seen<'_>, reply: &Reply) -> Option<String> {
    let demand = |statuses: &[u16], sentence: &str| (!statuses.contains(&reply.status)).then(|| sentence.to_owned());
    match seen.expected {
        Expectation::Accepted { .. } if reply.status == 400 || reply.code(seen.envelope()) == Some(400) => {
            Some("a valid request must be accepted".to_owned())
        }
        Expectation::Accepted { .. } | Expectation::Documented => undocumented(seen, reply),
        Expectation::Refused { violations } => {
            let rules = match violations.as_slice() {
                // The finding has the place.
                [(_, rule)] => format!("{rule} here"),
                all => all.iter().map(|(pointer, rule)| format!("{rule} at {pointer}")).collect::<Vec<_>>().join(", "),
            };
            demand(&[400], &format!("the request violates {rules}: 400 is due"))
        }
        Expectation::Invalid => demand(&[400], "the request violates the contract: 400 is due"),
        Expectation::UnknownOperation => demand(&[404, 405], "the contract has no such path: 404 is due"),
        Expectation::WrongMethod => demand(&[405], "the contract has no such method: 405 is due"),
        Expectation::UnsupportedMediaType => demand(&[415], "the body is no application/json: 415 is due"),
        Expectation::TooLarge => demand(&[413], "the body is larger than 1 MiB: 413 is due"),
        Expectation::Unauthorized(why) => demand(&[401], &format!("{why}: 401 is due")),
    }
}

fn undocumented(seen: &Seen<'_>, reply: &Reply) -> Option<String> {
    let operation = seen.exchange.call.operation?;
    if operation.replies.contains_key(&reply.status) {
        return None;
    }
    let documented = operation.replies.keys().map(u16::to_string).collect::<Vec<_>>().join(", ");
    Some(format!("the contract documents {documented}"))
}

/// Body and status must not contradict each other.
fn disagreement(envelope: Envelope, reply: &Reply) -> Option<Failure> {
    let field = envelope.code_field();
    let said = reply.json()?.get(field)?;
    let code = reply.code(envelope);
    // Weichuang's refusals are HTTP 200 with another `result`; its violations are HTTP 400.
    let agrees = match (envelope, reply.status) {
        (Envelope::Flat, 200) => code.is_some_and(|code| code != 400) || said.as_i64().is_some_and(|code| code > 400),
        (_, status) => code == Some(status),
    };
    (!agrees).then(|| Failure::at(format!("/{field}"), format!("{field} contradicts the HTTP status {}", reply.status)))
}
