use std::fmt::{self, Display};

use poem::http::{HeaderMap, header};

use super::Rejection;

/// Refuses a body that its head says not to be in UTF-8, or to be compressed: nobody here reads those.
///
/// # Errors
/// [`Rejection::Charset`] or [`Rejection::Compressed`].
pub fn readable(headers: &HeaderMap) -> Result<(), Rejection> {
    let codings = headers.get_all(header::CONTENT_ENCODING).iter();
    let mut codings = codings.flat_map(|value| value.to_str().unwrap_or("?").split(',')).map(str::trim);
    if let Some(coding) = codings.find(|coding| !coding.is_empty() && !coding.eq_ignore_ascii_case("identity")) {
        return Err(Rejection::Compressed(Named::new(coding)));
    }
    let (_, mut charsets) = content_type(headers);
    charsets.find(|charset| !is_utf8(charset)).map_or(Ok(()), |charset| Err(Rejection::Charset(Named::new(charset))))
}

/// Whether its head says that a body is JSON.
pub(super) fn is_json(headers: &HeaderMap) -> bool {
    content_type(headers).0.eq_ignore_ascii_case("application/json")
}

/// The media type, and the charsets that go with it.
fn content_type(headers: &HeaderMap) -> (&str, impl Iterator<Item = &str>) {
    let value = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let mut parts = value.split(';');
    let essence = parts.next().unwrap_or_default().trim();
    let parameters = parts.filter_map(|parameter| parameter.split_once('='));
    let charsets = parameters.filter(|(name, _)| name.trim().eq_ignore_ascii_case("charset"));
    (essence, charsets.map(|(_, charset)| charset.trim().trim_matches(['"', '\'']).trim()))
}

/// `UTF-8` in any spelling that is met: `utf8`, `UTF_8` and the like.
fn is_utf8(charset: &str) -> bool {
    let letters = charset.bytes().filter(|byte| !b"-_ ".contains(byte)).map(|byte| byte.to_ascii_lowercase());
    letters.eq(*b"utf8")
}

/// The name of a charset or a coding as the caller wrote it, as far as it is harmless to repeat.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named(String);

impl Named {
    const LONGEST: usize = 32;

    fn new(name: &str) -> Self {
        let harmless = |char: &char| char.is_ascii_alphanumeric() || "-_.+".contains(*char);
        Self(name.chars().take_while(harmless).take(Self::LONGEST).collect())
    }
}

impl Display for Named {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(if self.0.is_empty() { "?" } else { &self.0 })
    }
}

#[cfg(test)]
mod tests {
    use poem::http::HeaderValue;

    use super::*;

    fn read(name: &'static str, value: &'static str) -> Result<(), String> {
        let value = HeaderValue::from_bytes(value.as_bytes()).expect("a value");
        readable(&[(header::HeaderName::from_static(name), value)].into_iter().collect())
            .map_err(|rejection| rejection.message())
    }

    #[test]
    fn utf_8_is_taken_in_every_spelling() {
        for value in [
            "application/json",
            "application/json;",
            "application/json; charset=utf-8",
            "application/json;charset=UTF8",
            "application/json; Charset=\"utf-8\"",
            "application/json; charset='UTF-8'",
            "application/json; charset = Utf_8 ; x=y",
        ] {
            assert_eq!(read("content-type", value), Ok(()), "{value}");
        }
    }

    #[test]
    fn another_charset_and_a_compression_are_named_as_far_as_that_is_safe() {
        for (name, value, named) in [
            ("content-type", "application/json; charset=GBK", "不支持 GBK"),
            ("content-type", "application/json; charset=utf-8; charset=utf-16le", "不支持 utf-16le"),
            ("content-type", "application/json; charset=\"big5<script>\"", "不支持 big5"),
            ("content-type", "application/json; charset=", "不支持 ?"),
            ("content-encoding", "gzip", "gzip"),
            ("content-encoding", "identity, br", "br"),
            ("content-encoding", "压缩", "?"),
        ] {
            let refused = read(name, value).expect_err("a refusal");
            assert!(refused.contains(named) && !refused.contains('<'), "{value}: {refused}");
        }
        let long: &'static str = Box::leak("x".repeat(1000).into_boxed_str());
        assert!(read("content-encoding", long).expect_err("a refusal").len() < 100);
        assert_eq!(read("content-encoding", "Identity"), Ok(()));
    }
}
