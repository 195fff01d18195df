use regex_syntax::hir::Look;

use crate::cursor::{Cursor, Result};

/// A regular expression that ECMA-262 and Rust understand alike, and that speaks of the whole string.
pub struct Pattern {
    /// As it stands in the document.
    pub source: String,
    /// Whether only strings up to some length can match.
    pub bounded: bool,
}

/// Reads a pattern.
pub fn pattern(at: &Cursor<'_>) -> Result<Pattern> {
    let source = at.text()?;
    if let Some(difference) = difference(source) {
        return Err(at.error(format!("regular expression engines differ on {difference}")));
    }
    let expression = regex_syntax::parse(source).map_err(|error| at.error(error.to_string()))?;
    let properties = expression.properties();
    if !properties.look_set_prefix().contains(Look::Start) || !properties.look_set_suffix().contains(Look::End) {
        return Err(at.error("should be anchored with ^ and $, each alternative of it"));
    }
    Ok(Pattern { source: source.to_owned(), bounded: properties.maximum_len().is_some() })
}

/// The first thing in `source` that engines do not read alike.
fn difference(source: &str) -> Option<&'static str> {
    let mut rest = source;
    let mut in_class = false;
    while let Some(char) = rest.chars().next() {
        let after = &rest[char.len_utf8()..];
        let mut escaped = 0;
        match char {
            '\\' => match after.as_bytes() {
                [b'.' | b'*' | b'-', ..] => escaped = 1,
                [b'x', high, low, ..] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => escaped = 3,
                _ => return Some("this escape: spell the characters out, [0-9] for \\d"),
            },
            '[' if in_class => return Some("[ within a class"),
            '[' if after.starts_with(']') || after.starts_with("^]") => return Some("] at the start of a class"),
            '[' => in_class = true,
            ']' => in_class = false,
            '&' | '-' | '~' if in_class && after.starts_with(char) => return Some("&&, -- and ~~ within a class"),
            '(' if !in_class && after.starts_with('?') => return Some("(?…) groups"),
            '.' if !in_class => return Some("what . leaves out: write a class, such as [^\\x00]"),
            _ => {}
        }
        rest = &after[escaped..];
    }
    None
}
