use std::{
    fmt::{self, Display, Write},
    sync::{Arc, OnceLock},
    time::Duration,
};

use reqwest::{Method, header::HeaderMap};
use serde_json::Value;

use crate::plain::is_plain;

use super::{Anew, Envelope, Signed, Signing, contract::Operation, room::Room};

/// A call to the target.
#[derive(Debug, Clone)]
pub struct Call {
    /// The operation that is meant; none for a path that the contract does not have.
    pub operation: Option<&'static Operation>,
    /// The method; `POST` but for calls that are wrong on purpose.
    pub method: Method,
    /// The path below the side's base, e.g. `/tank/query`.
    pub path: String,
    /// The header `Content-Type`, if it is sent.
    pub content_type: Option<String>,
    /// Further headers: name and value.
    pub headers: Vec<(String, String)>,
    /// Whether the token, if the run has one, is sent.
    pub authorized: bool,
    /// How it is signed, where the target's calls are.
    pub signing: Signing,
    /// The body.
    pub body: Vec<u8>,
}

impl Call {
    /// A call of `operation` as the contract has it, with the request `body`.
    #[must_use]
    pub fn new(operation: &'static Operation, body: &Value) -> Self {
        Self::with_bytes(operation, body.to_string())
    }

    /// A call of `operation` with a body that may be no JSON at all.
    #[must_use]
    pub fn with_bytes(operation: &'static Operation, body: impl Into<Vec<u8>>) -> Self {
        Self {
            operation: Some(operation),
            method: Method::POST,
            path: operation.info.path.to_owned(),
            content_type: Some("application/json".to_owned()),
            headers: Vec::new(),
            authorized: true,
            signing: Signing::Right,
            body: body.into(),
        }
    }

    /// The body as JSON, if it is some.
    #[must_use]
    pub fn json(&self) -> Option<Value> {
        serde_json::from_slice(&self.body).ok()
    }

    /// The call as a line for a POSIX shell. `base` is the side's base URL; the token, where one is sent, stands in the
    /// variable `TOKEN`.
    #[must_use]
    pub fn curl(&self, base: &str, token: bool) -> String {
        self.curl_to(&quote(&self.url(base)), token)
    }

    fn url(&self, base: &str) -> String {
        format!("{}{}", base.trim_end_matches('/'), self.path)
    }

    /// The line for a call to `url`, which is a word of a shell.
    fn curl_to(&self, url: &str, token: bool) -> String {
        let line = self.curl_without_body(url, token);
        match str::from_utf8(&self.body) {
            Ok("") => line,
            Ok(text) if is_argument(text) => format!("{line} --data-raw {}", quote(text)),
            _ => format!("{} | {line} --data-binary @-", printed(&self.body)),
        }
    }

    /// The lines for a call that is signed anew each time they are run: the app's secret stands in the variable
    /// `POLARIS_APP_SECRET`, and what is signed is the file that is sent.
    fn curl_signed(&self, base: &str, token: bool, anew: &Anew) -> String {
        let Anew { api, app_key, method } = anew;
        let (app_key, api, gateway) = (quote(app_key), quote(api), quote(&self.url(base)));
        let sign = format!(
            r#"polaris sign --app-key {app_key} --method {method} --gateway {gateway} --api {api} --body "$BODY""#
        );
        let body = match str::from_utf8(&self.body) {
            Ok(text) if is_argument(text) => format!("printf %s {}", quote(text)),
            _ => printed(&self.body),
        };
        let line = self.curl_without_body(&format!(r#""$({sign} | sed -n 1p)""#), token);
        let line = format!(r#"BODY=$(mktemp); {body} >"$BODY"; {line}"#);
        if self.body.is_empty() { line } else { line + r#" --data-binary @"$BODY""# }
    }

    fn curl_without_body(&self, url: &str, token: bool) -> String {
        let mut line = String::from("curl -sS");
        if self.method == Method::HEAD {
            line.push_str(" -I");
        } else if self.method != Method::POST || self.body.is_empty() {
            let _ = write!(line, " -X {}", self.method);
        }
        let _ = write!(line, " {url}");
        match &self.content_type {
            Some(content_type) => {
                let _ = write!(line, " -H {}", quote(&format!("Content-Type: {content_type}")));
            }
            // Without it, curl would say that a body is a form.
            None if !self.body.is_empty() => line.push_str(" -H 'Content-Type:'"),
            None => {}
        }
        for (name, value) in &self.headers {
            let _ = write!(line, " -H {}", quote(&format!("{name}: {value}")));
        }
        if token && self.authorized {
            line.push_str(r#" -H "Authorization: Bearer $TOKEN""#);
        }
        line
    }
}

/// Whether a body can stand in a command line that a terminal shows.
fn is_argument(text: &str) -> bool {
    text.len() < ARGUMENT && text.chars().all(is_plain)
}

/// A longer body is no argument of a command line any more.
const ARGUMENT: usize = 64 << 10;

/// `text` as one word of a POSIX shell.
fn quote(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// A command of a POSIX shell that prints `bytes`.
fn printed(bytes: &[u8]) -> String {
    let blanks = bytes.iter().rev().take_while(|byte| **byte == b' ').count();
    if blanks > ARGUMENT / 2 {
        let head = printed(&bytes[..bytes.len() - blanks]);
        return format!("{{ {head}; head -c {blanks} /dev/zero | tr '\\0' ' '; }}");
    }
    let mut format = String::with_capacity(bytes.len());
    for byte in bytes {
        match byte {
            b'%' => format.push_str("%%"),
            b'\\' => format.push_str(r"\\"),
            b'\'' => format.push_str(r"'\''"),
            b' '..=b'~' => format.push(char::from(*byte)),
            // Writing to a String cannot fail.
            other => drop(write!(format, "\\{other:03o}")),
        }
    }
    format!("printf '{format}'")
}

/// So much of a body is kept beyond the moment in which it is judged, and of the headers.
const KEPT: usize = 8 << 10;

/// What the target answered.
#[derive(Debug)]
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body, read to its end; of a reply that a finding keeps, its beginning.
    pub body: Vec<u8>,
    /// How long the body was.
    pub length: usize,
    json: OnceLock<Option<Value>>,
    /// What a large reply holds of the run's room.
    _room: Option<Room>,
}

impl Reply {
    /// A reply.
    #[must_use]
    pub fn new(status: u16, headers: HeaderMap, body: Vec<u8>) -> Self {
        Self::holding(status, headers, body, None)
    }

    /// A reply that holds room.
    pub(super) fn holding(status: u16, headers: HeaderMap, body: Vec<u8>, room: Option<Room>) -> Self {
        Self { status, headers, length: body.len(), body, json: OnceLock::new(), _room: room }
    }

    /// As much of it as a report shows; it holds no room.
    fn kept(&self) -> Self {
        let headers: usize = self.headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum();
        Self {
            status: self.status,
            headers: if headers > KEPT { HeaderMap::new() } else { self.headers.clone() },
            body: self.body[..self.body.len().min(KEPT)].to_vec(),
            length: self.length,
            json: OnceLock::new(),
            _room: None,
        }
    }

    /// The body as JSON, if it is some.
    #[must_use]
    pub fn json(&self) -> Option<&Value> {
        self.json.get_or_init(|| serde_json::from_slice(&self.body).ok()).as_ref()
    }

    /// The code that the body says: `result` or `code`.
    #[must_use]
    pub fn code(&self, envelope: Envelope) -> Option<u16> {
        u16::try_from(self.json()?[envelope.code_field()].as_u64()?).ok()
    }

    /// Whether it is a success: HTTP 200 and the code 200.
    #[must_use]
    pub fn is_success(&self, envelope: Envelope) -> bool {
        self.status == 200 && self.code(envelope) == Some(200)
    }

    /// What the operation gave: `data` in KOP's envelope, the whole body in the flat one.
    #[must_use]
    pub fn data(&self, envelope: Envelope) -> Option<&Value> {
        match envelope {
            Envelope::Flat => self.json(),
            Envelope::Kop => self.json()?.get("data"),
        }
    }

    /// A header as text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

/// Why there is no reply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// No connection came about.
    Unreachable(String),
    /// The connection ended, or made no sense, before the reply was whole.
    Broken(String),
    /// The reply did not come in time.
    TimedOut,
    /// The reply is larger than [`contracts::runtime::client::REPLY_LIMIT`].
    TooLarge,
    /// The reply consists of more values than are looked at.
    TooMany,
    /// Other large replies have left no room for this one.
    NoRoom,
}

impl Display for Fault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreachable(reason) => write!(out, "no connection: {reason}"),
            Self::Broken(reason) => write!(out, "no whole reply: {reason}"),
            Self::TimedOut => out.write_str("no reply in time"),
            Self::TooMany => out.write_str("a reply of too many values (more than 64 MiB once parsed)"),
            Self::NoRoom => out.write_str("a large reply, while the run holds 256 MiB of others: it was not read"),
            Self::TooLarge => out.write_str("a reply without end (more than 16 MiB)"),
        }
    }
}

/// A call and what came of it.
#[derive(Debug)]
pub struct Exchange {
    /// What was sent.
    pub call: Call,
    /// The base URL of the side that it was sent to.
    pub base: Arc<str>,
    /// Whether a token went with it.
    pub token: bool,
    /// The signature that went with it.
    pub signed: Option<Signed>,
    /// What came back, or why nothing did.
    pub outcome: Result<Reply, Fault>,
    /// From the first byte sent to the last byte read.
    pub latency: Duration,
}

impl Exchange {
    /// The reply, if there is one.
    #[must_use]
    pub fn reply(&self) -> Option<&Reply> {
        self.outcome.as_ref().ok()
    }

    /// The call as a line for a POSIX shell: signed anew by `polaris sign`, or with the signature as it was sent, where that
    /// is the point.
    #[must_use]
    pub fn curl(&self) -> String {
        match &self.signed {
            None => self.call.curl(&self.base, self.token),
            Some(Signed { again: Some(anew), .. }) => self.call.curl_signed(&self.base, self.token, anew),
            Some(Signed { query, again: None }) => {
                let url = quote(&format!("{}?{query}", self.call.url(&self.base)));
                self.call.curl_to(&url, self.token)
            }
        }
    }

    /// The exchange as a finding keeps it, and whether that is less.
    pub(super) fn kept(&self) -> (Self, bool) {
        let kept = Self {
            call: self.call.clone(),
            base: self.base.clone(),
            token: self.token,
            signed: self.signed.clone(),
            outcome: self.outcome.as_ref().map(Reply::kept).map_err(Clone::clone),
            latency: self.latency,
        };
        let cut = kept.reply().is_some_and(|reply| reply.body.len() < reply.length);
        (kept, cut)
    }

    /// The id of the operation, or `(unknown)`.
    #[must_use]
    pub fn operation_id(&self) -> &'static str {
        self.call.operation.map_or("(unknown)", Operation::id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_quoted_so_that_a_shell_reads_it_back() {
        assert_eq!(quote("it's $HOME"), r"'it'\''s $HOME'");
        assert_eq!(printed(b"%\\'\xff\0a"), r"printf '%%\\'\''\377\000a'");
    }
}
