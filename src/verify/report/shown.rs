use crate::verify::{Exchange, Reply};

/// A longer body is cut where it is shown.
const LONGEST: usize = 4 << 10;

/// The body of a request or a reply as a person can read it.
pub(super) fn body(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    if text.len() <= LONGEST {
        return text.into_owned();
    }
    let head: String = text.chars().take(LONGEST / 4).collect();
    format!("{head}… ({} bytes)", bytes.len())
}

/// The body, indented if it is JSON and not too long.
pub(super) fn pretty(bytes: &[u8]) -> String {
    let json = serde_json::from_slice::<serde_json::Value>(bytes).ok().filter(|_| bytes.len() <= LONGEST);
    json.and_then(|json| serde_json::to_string_pretty(&json).ok()).unwrap_or_else(|| body(bytes))
}

/// The first line of a reply, or why there is none.
pub(super) fn outcome(exchange: &Exchange) -> String {
    match &exchange.outcome {
        Ok(Reply { status, .. }) => format!("HTTP {status}"),
        Err(fault) => fault.to_string(),
    }
}
