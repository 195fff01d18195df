use std::{collections::BTreeMap, fmt::Write, sync::LazyLock};

use polaris::verify::{Call, Envelope, Exchange, Reply, Side};
use regex::{Captures, Regex};
use serde_json::Value;

/// More rows of a list are told in one line.
const ROWS: usize = 5;

/// What happened in a file of cases: each call and its reply in a line, ids and addresses hidden once they are seen to be
/// some.
#[derive(Default)]
pub struct Story {
    /// The case and what is told of it: line, call and reply; a call that is made again replaces what it was answered.
    cases: Vec<(String, Vec<(u64, String)>)>,
}

impl Story {
    pub fn begin(&mut self, case: &str) {
        self.cases.push((case.to_owned(), Vec::new()));
    }

    pub fn tell(&mut self, line: u64, side: Side, exchange: &Exchange) {
        let told = format!("{}\n  {}", request(&exchange.call), reply(side, exchange));
        let (_, lines) = self.cases.last_mut().expect("a case");
        match lines.last_mut().filter(|(last, _)| *last == line) {
            Some((_, last)) => *last = told,
            None => lines.push((line, told)),
        }
    }

    /// All of it.
    pub fn text(&self) -> String {
        let mut text = String::new();
        for (case, lines) in &self.cases {
            let mut ids = BTreeMap::new();
            writeln!(text, "# {case}").expect("written");
            for (_, told) in lines {
                writeln!(text, "{}", hidden(told, &mut ids)).expect("written");
            }
            text.push('\n');
        }
        text
    }
}

fn request(call: &Call) -> String {
    let what = call.operation.map_or(call.path.as_str(), |operation| operation.id());
    let mut told = format!("{} {what}", call.method);
    match call.content_type.as_deref() {
        Some("application/json") => {}
        other => write!(told, " ({})", other.unwrap_or("no content type")).expect("written"),
    }
    let body = String::from_utf8_lossy(&call.body);
    let blanks = body.len() - body.trim_end().len();
    write!(told, " {}", body.trim_end()).expect("written");
    if blanks > 0 {
        write!(told, " and {blanks} blanks").expect("written");
    }
    told
}

fn reply(side: Side, exchange: &Exchange) -> String {
    match &exchange.outcome {
        Ok(reply) => format!("{} {}", reply.status, body(side.envelope(), reply)),
        Err(fault) => fault.to_string(),
    }
}

fn body(envelope: Envelope, reply: &Reply) -> String {
    let Some(mut body) = reply.json().cloned() else { return String::from_utf8_lossy(&reply.body).into_owned() };
    if let Some(id) = body.get("traceId") {
        let id = id.as_str().expect("a trace id is a string");
        let digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        assert!(id.len() == 16 && id.bytes().all(digit), "{id}");
        body["traceId"] = "[trace id]".into();
    }
    let mut cut = String::new();
    let rows = match envelope {
        Envelope::Kop => body.pointer_mut("/data/result"),
        Envelope::Flat => None,
    };
    if let Some(Value::Array(rows)) = rows
        && rows.len() > ROWS
    {
        let rest = rows.split_off(ROWS);
        cut = format!(" and {} more rows: {:016x}", rest.len(), digest(&rest));
    }
    format!("{body}{cut}")
}

/// FNV-1a over the rows without what differs from engine to engine.
fn digest(rows: &[Value]) -> u64 {
    let text = hidden(&Value::from(rows.to_vec()).to_string(), &mut BTreeMap::new());
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// Hides ids, numbered in the order in which they come up in a case, and the addresses of servers.
fn hidden(text: &str, ids: &mut BTreeMap<u64, usize>) -> String {
    static ADDRESS: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"http://127\.0\.0\.1:[0-9]+").expect("a pattern"));
    static DIGITS: LazyLock<Regex> = LazyLock::new(|| Regex::new("[0-9]+").expect("a pattern"));
    let text = ADDRESS.replace_all(text, "http://HOST");
    let id = |digits: &Captures<'_>| {
        let digits = &digits[0];
        match digits.parse() {
            // What we mint has 15 digits and more.
            Ok(id) if digits.len() >= 15 => {
                assert!(id < 1 << 53, "{id} is no id that JavaScript can hold");
                let next = ids.len() + 1;
                format!("[id {}]", ids.entry(id).or_insert(next))
            }
            _ => digits.to_owned(),
        }
    };
    DIGITS.replace_all(&text, id).into_owned()
}
