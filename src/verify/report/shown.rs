use crate::verify::{Exchange, Reply};

/// A longer body is cut where it is shown.
const LONGEST: usize = 4 << 10;

/// The body of a request as a person can read it.
pub(super) fn body(bytes: &[u8]) -> String {
    beginning(bytes, bytes.len())
}

/// The body of a reply, of which no more than its beginning may have been kept.
pub(super) fn reply(reply: &Reply) -> String {
    beginning(&reply.body, reply.length)
}

fn beginning(bytes: &[u8], length: usize) -> String {
    let text = String::from_utf8_lossy(bytes);
    if text.len() <= LONGEST && bytes.len() == length {
        return text.into_owned();
    }
    let head: String = text.chars().take(LONGEST / 4).collect();
    format!("{head}… ({length} bytes)")
}

/// The body, indented if it is JSON and not too long.
pub(super) fn pretty(bytes: &[u8]) -> Option<String> {
    let bytes = Some(bytes).filter(|bytes| bytes.len() <= LONGEST)?;
    let json = serde_json::from_slice::<serde_json::Value>(bytes).ok()?;
    serde_json::to_string_pretty(&json).ok()
}

/// The first line of a reply, or why there is none.
pub(super) fn outcome(exchange: &Exchange) -> String {
    match &exchange.outcome {
        Ok(Reply { status, .. }) => format!("HTTP {status}"),
        Err(fault) => fault.to_string(),
    }
}
