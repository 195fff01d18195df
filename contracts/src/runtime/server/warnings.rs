use std::fmt::Write;

use poem::{Response, http::HeaderValue};

/// The response header that lists the fields the contract does not have.
const HEADER: &str = "X-Contract-Warnings";
/// The header is cut, between two pointers, at this many bytes.
const LIMIT: usize = 1024;

/// Reports `unknown` (JSON Pointers) on `response`, so that a misspelt field does not vanish unseen.
pub(super) fn attach(unknown: &[String], response: &mut Response) {
    if let Some(value) = header_value(unknown) {
        response.headers_mut().insert(HEADER, value);
    }
}

fn header_value(unknown: &[String]) -> Option<HeaderValue> {
    let mut value = String::new();
    for pointer in unknown {
        let encoded = percent_encode(pointer);
        let comma = usize::from(!value.is_empty());
        if value.len() + comma + encoded.len() > LIMIT {
            break;
        }
        if comma == 1 {
            value.push(',');
        }
        value.push_str(&encoded);
    }
    if value.is_empty() && !unknown.is_empty() {
        // A single name too long for the header still shows that there was one.
        value.push_str("/...");
    }
    HeaderValue::from_str(&value).ok().filter(|value| !value.is_empty())
}

fn percent_encode(pointer: &str) -> String {
    let mut encoded = String::with_capacity(pointer.len());
    for byte in pointer.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_fields_are_listed_percent_encoded_and_cut_at_one_kibibyte() {
        let value = header_value(&["/pageSzie".into(), "/名,字".into()]).expect("a header");
        assert_eq!(value, "/pageSzie,/%E5%90%8D%2C%E5%AD%97");
        let many: Vec<_> = (0..1000).map(|index| format!("/field{index}")).collect();
        let value = header_value(&many).expect("a header");
        assert!(value.len() <= LIMIT && value.as_bytes().ends_with(b"/field112"), "{value:?}");
        assert_eq!(header_value(&["/".repeat(2000)]).expect("a header"), "/...");
        assert!(header_value(&[]).is_none());
    }
}
