use serde::de::IgnoredAny;
use serde_json::Value;

use super::Unsignable;
use crate::runtime::{Rule, text};

/// The top-level fields of a body, each with the text that is signed: strings raw (unescaped), numbers and booleans as
/// their JSON text, arrays and objects as they were sent without white space, `null` empty.
///
/// The text of a value is that of its tokens: a JSON library would write `1.0` or `1e3` in its own way, and sort keys.
pub(super) fn fields(body: &[u8]) -> Result<Vec<(String, String)>, Unsignable> {
    let text = text(body).map_err(Unsignable::Body)?;
    // From here on it is JSON, and the walk need not look for mistakes.
    serde_json::from_str::<IgnoredAny>(text).map_err(|error| no_json(&error))?;
    let compact = compact(text);
    let mut rest = compact.strip_prefix('{').ok_or(Unsignable::Body(Rule::Type("object")))?;
    let mut fields = Vec::new();
    while !rest.is_empty() && rest != "}" {
        let (name, after) = rest.split_at(token(rest));
        let (value, after) = after[1..].split_at(token(&after[1..]));
        // Half of a surrogate pair stands for nothing, and only a whole look finds it at its place.
        let field = unescaped(name).and_then(|name| Ok((name, signed(value)?)));
        fields.push(field.map_err(|error| no_json(&serde_json::from_str::<Value>(text).err().unwrap_or(error)))?);
        rest = &after[1..];
    }
    Ok(fields)
}

/// The text without the white space between its tokens.
fn compact(text: &str) -> String {
    let mut strings = Strings::default();
    text.chars().filter(|char| strings.goes_on(*char) || !char.is_ascii_whitespace()).collect()
}

/// How long the token is, or the array or object, that `text` begins with.
fn token(text: &str) -> usize {
    let (mut strings, mut depth) = (Strings::default(), 0_usize);
    for (index, char) in text.char_indices() {
        if strings.goes_on(char) {
            continue;
        }
        match char {
            '{' | '[' => depth += 1,
            ',' | ':' | '}' | ']' if depth == 0 => return index,
            '}' | ']' => depth -= 1,
            _ => {}
        }
    }
    text.len()
}

fn signed(value: &str) -> serde_json::Result<String> {
    match value.as_bytes().first() {
        Some(b'"') => unescaped(value),
        Some(b'n') => Ok(String::new()),
        _ => Ok(value.to_owned()),
    }
}

/// What a string stands for.
fn unescaped(string: &str) -> serde_json::Result<String> {
    serde_json::from_str(string)
}

fn no_json(error: &serde_json::Error) -> Unsignable {
    Unsignable::Body(Rule::Json(error.line(), error.column()))
}

/// Whether a walk over JSON is in a string.
#[derive(Default)]
struct Strings {
    inside: bool,
    escaped: bool,
}

impl Strings {
    /// Whether `char` belongs to a string, its quotes included.
    fn goes_on(&mut self, char: char) -> bool {
        if !self.inside {
            self.inside = char == '"';
            return self.inside;
        }
        match char {
            _ if self.escaped => self.escaped = false,
            '\\' => self.escaped = true,
            '"' => self.inside = false,
            _ => {}
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields_of(body: &str) -> Vec<(String, String)> {
        fields(body.as_bytes()).expect("fields")
    }

    #[test]
    fn a_value_is_signed_as_it_was_sent() {
        for (value, signed) in [
            (r#""张三""#, "张三"),
            (r#""a\"b\\\u0041\n\ud83d\ude00""#, "a\"b\\A\n😀"),
            (r#""""#, ""),
            ("1.0", "1.0"),
            ("-1E+3", "-1E+3"),
            ("12345678901234567890123", "12345678901234567890123"),
            ("true", "true"),
            ("null", ""),
            (r#"[ 1 , "a , b" , [ ] ]"#, r#"[1,"a , b",[]]"#),
            ("{ \"b\" : \"\\u0041\\\"}\" ,\n\t\"a\" : { } }", r#"{"b":"\u0041\"}","a":{}}"#),
        ] {
            assert_eq!(
                fields_of(&format!(" {{ \"x\" : {value} , \"y\":1 }} "))[0],
                ("x".into(), signed.into()),
                "{value}"
            );
        }
        assert_eq!(fields_of(r#"{"\u0061":1}"#), [("a".to_owned(), "1".to_owned())]);
        assert_eq!(fields_of(" { } "), []);
    }

    #[test]
    fn what_is_no_object_has_no_fields() {
        for body in ["[]", "1", "null"] {
            assert_eq!(fields(body.as_bytes()), Err(Unsignable::Body(Rule::Type("object"))), "{body}");
        }
        for (body, line, column) in [
            ("", 1, 0),
            ("{", 1, 1),
            ("{\"a\":}", 1, 6),
            ("{\"a\":1}x", 1, 8),
            ("{\n\"a\":\"\\ud83d\"}", 2, 12),
            ("{a:1}", 1, 2),
        ] {
            assert_eq!(fields(body.as_bytes()), Err(Unsignable::Body(Rule::Json(line, column))), "{body}");
        }
        assert_eq!(fields(b"{\"a\":\"\xff\"}"), Err(Unsignable::Body(Rule::Utf8)));
        assert_eq!(fields("\u{feff}{}".as_bytes()), Err(Unsignable::Body(Rule::ByteOrderMark)));
    }
}
