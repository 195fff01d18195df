use serde::{Deserialize, Serialize};

use super::{success_code, text};
use crate::runtime::{At, NoData, Nullable, Report, TraceId, Validate, Violation, integer, present};

/// KOP's standard envelope around the reply of a successful call.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Envelope<T> {
    /// 结果 code: 200.
    #[serde(deserialize_with = "integer")]
    pub code: i32,
    /// 错误信息: null, or a hint for the page.
    #[serde(deserialize_with = "present")]
    pub msg: Nullable<String>,
    /// 结果信息.
    pub data: T,
}

/// What an operation answers when all went well: its data, and a sentence for the page where the contract allows one
/// (`x-success-msg`).
#[derive(Debug, Clone, PartialEq)]
pub struct Success<T> {
    /// The data.
    pub data: T,
    /// The sentence.
    pub msg: Option<String>,
}

impl<T> From<T> for Success<T> {
    fn from(data: T) -> Self {
        Self { data, msg: None }
    }
}

impl<T> Envelope<T> {
    /// The reply of a successful call.
    pub fn success(data: T) -> Self {
        Self::of(Success { data, msg: None })
    }

    /// The reply that `success` is.
    pub fn of(success: Success<T>) -> Self {
        Self { code: 200, msg: Nullable(success.msg), data: success.data }
    }
}

impl<T: Validate> Validate for Envelope<T> {
    fn check(&self, at: &At<'_>, report: &mut Report) {
        success_code(self.code, &at.field("code"), report);
        text(self.msg.as_ref(), &at.field("msg"), report);
        self.data.check(&at.field("data"), report);
    }
}

/// A refusal by Polaris or our internal side: the code, what a page can show, and the operation's `data` where the
/// contract gives its failures one.
#[derive(Debug, Clone, PartialEq)]
pub struct Failure<D = NoData> {
    /// The HTTP status of the same reply.
    pub code: u16,
    /// A short Chinese sentence that a page can show, without personal data.
    pub msg: String,
    /// The operation's own data, on the failures that have some.
    pub data: Option<D>,
    /// Every violation of the request, for 400.
    pub violations: Vec<Violation>,
}

impl<D> Failure<D> {
    /// A refusal with `code`.
    pub fn new(code: u16, msg: impl Into<String>) -> Self {
        Self { code, msg: msg.into(), data: None, violations: Vec::new() }
    }
}

/// A [`Failure`] as it is written: the envelope with `traceId` and, for 400, `violations`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FailureBody<D> {
    /// 结果 code, the HTTP status.
    pub code: i32,
    /// 错误信息.
    pub msg: String,
    /// The operation's own data, or null.
    pub data: Option<D>,
    /// 追踪号, also in the log.
    pub trace_id: String,
    /// Every violation of the request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub violations: Option<Vec<Violation>>,
}

impl<D> FailureBody<D> {
    /// What is written for `failure` in the exchange `trace`.
    pub fn new(failure: Failure<D>, trace: TraceId) -> Self {
        Self {
            code: i32::from(failure.code),
            msg: failure.msg,
            data: failure.data,
            trace_id: trace.to_string(),
            violations: (failure.code == 400).then_some(failure.violations),
        }
    }
}

impl Validate for NoData {
    fn check(&self, _at: &At<'_>, _report: &mut Report) {}
}
