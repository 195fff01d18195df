use super::{Failure, Seen};
use crate::verify::Reply;

/// Every reply is `application/json` in UTF-8, as documented.
pub(super) fn check(_: &Seen<'_>, reply: &Reply) -> Vec<Failure> {
    let Some(content_type) = reply.header("content-type") else {
        return vec![Failure::new("the reply has no Content-Type")];
    };
    let mut parts = content_type.split(';').map(str::trim);
    let essence = parts.next().unwrap_or_default();
    if !essence.eq_ignore_ascii_case("application/json") {
        return vec![Failure::new(format!("the reply is {essence}, not application/json"))];
    }
    let charset = parts.filter_map(|part| part.split_once('=')).find(|(name, _)| name.eq_ignore_ascii_case("charset"));
    match charset {
        Some((_, charset)) if !charset.trim_matches('"').eq_ignore_ascii_case("utf-8") => {
            vec![Failure::new(format!("the reply is in {charset}, not in UTF-8"))]
        }
        _ => Vec::new(),
    }
}
