/// Weichuang's flat replies.
mod flat;
/// KOP's standard envelope.
mod kop;

use super::{At, Report, Rule, check};

pub use flat::{Flat, InvalidRequest, Refusal};
pub use kop::{Envelope, Failure, FailureBody, Success};

fn success_code(code: i32, at: &At<'_>, report: &mut Report) {
    if code != 200 {
        report.add(at, Rule::Const);
    }
}

fn text(value: Option<&String>, at: &At<'_>, report: &mut Report) {
    if let Some(value) = value {
        check::max_length(value, 500, at, report);
        if value.contains('\0') {
            report.add(at, Rule::Pattern);
        }
    }
}
