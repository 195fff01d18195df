use super::{Failure, Seen};
use crate::verify::Reply;

/// No 5xx: nothing that a caller sends may break the server. 503 is how a server says that it is overloaded, and 502
/// that Weichuang could not be asked; where the operation documents 502, it is no fault of the request.
pub(super) fn check(seen: &Seen<'_>, reply: &Reply) -> Vec<Failure> {
    let code = reply.code(seen.envelope()).unwrap_or(reply.status).max(reply.status);
    let documented = seen.exchange.call.operation.is_some_and(|operation| operation.codes.contains(&502));
    if !(500..600).contains(&code) || (code == 502 && documented) {
        return Vec::new();
    }
    vec![Failure::new(format!("the server failed: {code}"))]
}
