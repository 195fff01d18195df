//! Personal data, shortened to what tells people apart who know them: `133****1222`, `张*`.

use std::borrow::Cow;

use serde_json::Value;

/// The digits of a phone number.
const PHONE: usize = 11;
/// What may stand before one: the country's code, as people write it.
const PREFIXES: [&[u8]; 3] = [b"", b"86", b"0086"];
/// From so many hexadecimal digits on, a word is an id, whatever digits stand in it.
const ID: usize = 16;
/// Which of them are hidden.
const HIDDEN: std::ops::Range<usize> = 3..7;

/// The text with every phone number in it masked: eleven digits that begin with 1, and stand neither in a longer number
/// nor in an id such as a traceId.
#[must_use]
pub fn phones(text: &str) -> Cow<'_, str> {
    match bytes(text.as_bytes()) {
        Cow::Borrowed(_) => Cow::Borrowed(text),
        // Digits alone were replaced, by stars.
        Cow::Owned(masked) => Cow::Owned(String::from_utf8_lossy(&masked).into_owned()),
    }
}

/// As [`phones`], of text that may be cut anywhere.
#[must_use]
pub fn bytes(text: &[u8]) -> Cow<'_, [u8]> {
    let mut masked = Cow::Borrowed(text);
    let mut at = 0;
    while at < text.len() {
        let digits = text[at..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        let (before, phone) = text[at..at + digits].split_at(digits.saturating_sub(PHONE));
        if phone.len() == PHONE && phone[0] == b'1' && PREFIXES.contains(&before) && !in_id(text, at, digits) {
            masked.to_mut()[at + before.len()..][HIDDEN].fill(b'*');
        }
        at += digits.max(1);
    }
    masked
}

/// Whether the `digits` at `at` are a part of an id in hexadecimal.
fn in_id(text: &[u8], at: usize, digits: usize) -> bool {
    let hexadecimal = |byte: &&u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    let before = text[..at].iter().rev().take_while(hexadecimal).count();
    let after = text[at + digits..].iter().take_while(hexadecimal).count();
    before + after > 0 && before + digits + after >= ID
}

/// The first character of a name, and a star for all others.
#[must_use]
pub fn name(name: &str) -> String {
    let mut characters = name.chars();
    let first = characters.next().map(String::from).unwrap_or_default();
    if characters.next().is_some() { first + "*" } else { "*".to_owned() }
}

/// The value with names and phone numbers masked, at any depth.
#[must_use]
pub fn value(value: Value) -> Value {
    match value {
        Value::Object(fields) => {
            let masked = |(key, field): (String, Value)| match field {
                Value::String(text) if is_name(&key) => (key, name(&text).into()),
                field => (key, self::value(field)),
            };
            Value::Object(fields.into_iter().map(masked).collect())
        }
        Value::Array(items) => items.into_iter().map(self::value).collect(),
        Value::String(text) => phones(&text).into_owned().into(),
        Value::Number(number) => match phones(&number.to_string()) {
            Cow::Owned(masked) => masked.into(),
            Cow::Borrowed(_) => number.into(),
        },
        other => other,
    }
}

/// Whether a field of the contract holds the name of a person.
fn is_name(key: &str) -> bool {
    ["name", "userName", "operatorName"].contains(&key)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn phones_are_masked_and_longer_numbers_are_not() {
        for (text, masked) in [
            ("13333111222", "133****1222"),
            ("+8613333111222 008613333111222 8713333111222", "+86133****1222 0086133****1222 8713333111222"),
            ("call 13333111222, or 13810020001.", "call 133****1222, or 138****0001."),
            ("电话13333111222。", "电话133****1222。"),
            (
                "6675900416000001 1630634400000 23333111222 1333311122",
                "6675900416000001 1630634400000 23333111222 1333311122",
            ),
            ("trace=17612345678836ac9 face13333111222", "trace=17612345678836ac9 face133****1222"),
            ("trace=ae14514444449543 ae1a13333111222b5a", "trace=ae14514444449543 ae1a13333111222b5a"),
            ("", ""),
        ] {
            assert_eq!(phones(text), masked);
        }
        assert!(matches!(phones("nothing here"), Cow::Borrowed(_)));
        assert_eq!(&*bytes(b"\xff13333111222"), b"\xff133****1222");
    }

    #[test]
    fn names_are_masked_where_they_stand() {
        assert_eq!(["张三", "欧阳小明", "李", ""].map(name), ["张*", "欧*", "*", "*"]);
        let masked = value(json!({
            "operatorName": "李运营", "remark": "回电 13333111222", "phone": 13_333_111_222_i64, "id": 12,
            "members": [{"userName": "张三", "packageName": "月卡"}], "none": null,
        }));
        assert_eq!(
            masked,
            json!({
                "operatorName": "李*", "remark": "回电 133****1222", "phone": "133****1222", "id": 12,
                "members": [{"userName": "张*", "packageName": "月卡"}], "none": null,
            })
        );
    }
}
