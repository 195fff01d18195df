use std::collections::BTreeSet;

use super::{Expectation, Failure, Seen};
use crate::verify::Reply;

/// The header that reports unknown fields.
pub const HEADER: &str = "x-contract-warnings";

/// Fields that the contract does not have are accepted and reported in `X-Contract-Warnings`; without such fields there
/// is no such header.
pub(super) fn check(seen: &Seen<'_>, reply: &Reply) -> Vec<Failure> {
    let Expectation::Accepted { unknown } = seen.expected else { return Vec::new() };
    // What did not reach the operation was not read either.
    if [401, 403, 429].contains(&reply.status) || reply.status >= 500 || reply.status == 400 {
        return Vec::new();
    }
    let said: BTreeSet<_> = reply.header(HEADER).into_iter().flat_map(|value| value.split(',')).map(decode).collect();
    let due: BTreeSet<_> = unknown.iter().cloned().collect();
    let missing = due.difference(&said).map(|pointer| {
        Failure::at(
            pointer,
            "X-Contract-Warnings does not name this field of the request, which the contract does not have",
        )
    });
    let surplus = said.difference(&due).map(|pointer| {
        Failure::at(pointer, "X-Contract-Warnings names a field that the contract has, or that was not sent")
    });
    missing.chain(surplus).collect()
}

/// Undoes percent encoding.
fn decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.trim().as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let hex = after.get(..2).and_then(|hex| str::from_utf8(hex).ok()).filter(|_| *first == b'%');
        match hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            None => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    #[test]
    fn percent_encoding_is_undone() {
        assert_eq!(super::decode("/%E5%90%8D%2C%E5%AD%97"), "/名,字");
        assert_eq!(super::decode("/a%2"), "/a%2");
    }
}
