use serde::de::IgnoredAny;

use super::Unsignable;

/// The top-level fields of a body, each with the text that is signed: strings raw (unescaped), numbers and booleans as
/// their JSON text, arrays and objects as they were sent without white space, `null` empty.
///
/// The text of a value is that of its tokens: a JSON library would write `1.0` or `1e3` in its own way, and sort keys.
pub(super) fn fields(body: &[u8]) -> Result<Vec<(String, String)>, Unsignable> {
    let text = std::str::from_utf8(body).map_err(|_| Unsignable::Body)?;
    // From here on it is JSON, and the walk need not look for mistakes.
    serde_json::from_str::<IgnoredAny>(text).map_err(|_| Unsignable::Body)?;
    let compact = compact(text);
    let mut rest = compact.strip_prefix('{').ok_or(Unsignable::Body)?;
    let mut fields = Vec::new();
    while !rest.is_empty() && rest != "}" {
        let (name, after) = rest.split_at(token(rest));
        let (value, after) = after[1..].split_at(token(&after[1..]));
        fields.push((unescaped(name)?, signed(value)?));
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

fn signed(value: &str) -> Result<String, Unsignable> {
    match value.as_bytes().first() {
        Some(b'"') => unescaped(value),
        Some(b'n') => Ok(String::new()),
        _ => Ok(value.to_owned()),
    }
}

/// What a string stands for. Half of a surrogate pair stands for nothing.
fn unescaped(string: &str) -> Result<String, Unsignable> {
    serde_json::from_str(string).map_err(|_| Unsignable::Body)
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
        for body in
            ["", "[]", "1", "null", "{", "{\"a\":}", "{\"a\":1}x", "\u{feff}{}", r#"{"a":"\ud83d"}"#, r#"{a:1}"#]
        {
            assert_eq!(fields(body.as_bytes()), Err(Unsignable::Body), "{body}");
        }
        assert_eq!(fields(b"{\"a\":\"\xff\"}"), Err(Unsignable::Body));
    }
}
