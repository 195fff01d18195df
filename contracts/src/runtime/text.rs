use super::Rule;

/// The text of a body. What is often sent in its place is named: text with a byte order mark, UTF-16, compressed data.
///
/// # Errors
/// The rule that it breaks.
pub fn text(body: &[u8]) -> Result<&str, Rule<'static>> {
    match body {
        [0xef, 0xbb, 0xbf, ..] => Err(Rule::ByteOrderMark),
        // JSON begins with ASCII, so that its first character shows which of its two bytes comes first.
        [0xfe, 0xff, ..] | [0xff, 0xfe, ..] | [0, 1..=255, ..] | [1..=255, 0, ..] => Err(Rule::Utf16),
        [0x1f, 0x8b, ..] => Err(Rule::Gzip),
        _ => str::from_utf8(body).map_err(|_| Rule::Utf8),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_utf_8_without_a_byte_order_mark_is_text() {
        for (body, read) in [
            (&b"{}"[..], Ok("{}")),
            (b"", Ok("")),
            (b"1", Ok("1")),
            ("张".as_bytes(), Ok("张")),
            (b"\xef\xbb\xbf{}", Err(Rule::ByteOrderMark)),
            (b"\xfe\xff\0{\0}", Err(Rule::Utf16)),
            (b"\xff\xfe{\0}\0", Err(Rule::Utf16)),
            (b"\0{\0}", Err(Rule::Utf16)),
            (b"{\0}\0", Err(Rule::Utf16)),
            (b"\x1f\x8b\x08\0", Err(Rule::Gzip)),
            (b"{\"a\":\"\xd5\xc5\"}", Err(Rule::Utf8)),
        ] {
            assert_eq!(text(body), read, "{body:?}");
        }
    }
}
