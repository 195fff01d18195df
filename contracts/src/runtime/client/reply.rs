use reqwest::{StatusCode, header::HeaderValue};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;

use super::{Answer, CallError, Hidden};
use crate::runtime::{At, Envelope, Flat, Operation, Rule, Violation, Wire, integer, objects::Objects, read};

/// One of the two forms of reply.
pub(crate) trait Form {
    /// The field that says whether the peer refused.
    const CODE: &'static str;
    /// A successful reply.
    type Success<T: Wire>: Wire;
    /// What the successful reply carries.
    fn data<T: Wire>(success: Self::Success<T>) -> T;
}

/// Replies in KOP's envelope.
pub(crate) struct KopForm;
/// Weichuang's flat replies.
pub(crate) struct FlatForm;

impl Form for KopForm {
    const CODE: &'static str = "code";
    type Success<T: Wire> = Envelope<T>;

    fn data<T: Wire>(success: Envelope<T>) -> T {
        success.data
    }
}

impl Form for FlatForm {
    const CODE: &'static str = "result";
    type Success<T: Wire> = Flat<T>;

    fn data<T: Wire>(success: Flat<T>) -> T {
        success.data
    }
}

/// What tells replies apart, read without a demand on the rest: a peer may say more than the contract knows.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Head {
    code: Value,
    result: Value,
    msg: Value,
    violations: Value,
}

impl Head {
    fn read(body: &[u8]) -> Self {
        let mut json = serde_json::Deserializer::from_slice(body);
        let head = Self::deserialize(Objects(&mut json));
        head.and_then(|head| json.end().map(|()| head)).unwrap_or_default()
    }

    fn code<F: Form>(&self) -> Option<i64> {
        integer(if F::CODE == "code" { &self.code } else { &self.result }).ok()
    }
}

/// What the body of an answer with `status` and `encoding` (`Content-Encoding`) says.
pub(super) fn tell_apart<O: Operation, F: Form>(
    status: StatusCode,
    encoding: Option<&HeaderValue>,
    body: &[u8],
) -> Result<Answer<O::Data>, CallError> {
    let head = Head::read(body);
    match head.code::<F>() {
        Some(200) if status.is_success() => success::<O, F>(status, body),
        // A failure in the middle of an operation, or a gateway that lost its peer: it may have acted or not. KOP's
        // gateway answers HTTP 200 always, so that the code counts as much as the status.
        Some(code @ 500..600) => Err(unknown(format!("HTTP {}, code {code}", status.as_u16()))),
        _ if status.is_server_error() || status == StatusCode::REQUEST_TIMEOUT => {
            Err(unknown(format!("HTTP {}", status.as_u16())))
        }
        Some(code) if code != 200 => {
            Err(CallError::Refused { code, msg: Hidden(lenient(head.msg)), violations: lenient(head.violations) })
        }
        _ => Err(match unreadable(encoding, body) {
            Some(violation) => CallError::InvalidReply { status: status.as_u16(), violations: vec![violation] },
            None => invalid::<O, F>(status, body),
        }),
    }
}

/// What keeps a body from being JSON in UTF-8 before any of it is read.
fn unreadable(encoding: Option<&HeaderValue>, body: &[u8]) -> Option<Violation> {
    let violation =
        |rule: &str, message: String| Some(Violation { pointer: String::new(), rule: rule.to_owned(), message });
    if let Some(encoding) = encoding.filter(|encoding| !encoding.as_bytes().eq_ignore_ascii_case(b"identity")) {
        let name: String = encoding.to_str().unwrap_or_default().chars().take(20).collect();
        return violation("contentEncoding", format!("未要求压缩，Content-Encoding 却是 {name}"));
    }
    for (mark, name) in [(&b"\xef\xbb\xbf"[..], "UTF-8"), (b"\xff\xfe", "UTF-16"), (b"\xfe\xff", "UTF-16")] {
        if body.starts_with(mark) {
            return violation("bom", format!("以 {name} 的 BOM 开头"));
        }
    }
    let error = str::from_utf8(body).err()?;
    violation("utf8", format!("不是 UTF-8 文本（第 {} 个字节起）", error.valid_up_to() + 1))
}

fn unknown(reason: String) -> CallError {
    CallError::OutcomeUnknown { reason, source: None }
}

fn lenient<T: DeserializeOwned + Default>(value: Value) -> T {
    serde_json::from_value(value).unwrap_or_default()
}

/// A reply that is neither success nor refusal, with all that keeps it from being a success.
fn invalid<O: Operation, F: Form>(status: StatusCode, body: &[u8]) -> CallError {
    let violations = match read::<F::Success<O::Data>>(body, O::document(), O::INFO.success) {
        Ok(_) => vec![Violation::new(At::ROOT.field(F::CODE), Rule::Const)],
        Err(violations) => violations,
    };
    CallError::InvalidReply { status: status.as_u16(), violations }
}

/// A reply that says it is a success: with its violations, as long as it can be read.
fn success<O: Operation, F: Form>(status: StatusCode, body: &[u8]) -> Result<Answer<O::Data>, CallError> {
    let violations = match read::<F::Success<O::Data>>(body, O::document(), O::INFO.success) {
        Ok(reading) => return Ok(Answer { data: F::data(reading.value), violations: Vec::new() }),
        Err(violations) => violations,
    };
    match repaired::<O, F>(body) {
        Some(success) => Ok(Answer { data: F::data(success), violations }),
        None => Err(CallError::InvalidReply { status: status.as_u16(), violations }),
    }
}

/// The reply with `null` where the contract misses a field: what may be null can then be read.
fn repaired<O: Operation, F: Form>(body: &[u8]) -> Option<F::Success<O::Data>> {
    let mut value: Value = serde_json::from_slice(body).ok()?;
    for pointer in O::document().missing(O::INFO.success, &value) {
        let (parent, name) = pointer.rsplit_once('/')?;
        value.pointer_mut(parent)?.as_object_mut()?.insert(name.to_owned(), Value::Null);
    }
    serde_json::from_value(value).ok()
}
