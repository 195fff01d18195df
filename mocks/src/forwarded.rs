use poem::http::{HeaderMap, HeaderName, header::FORWARDED, uri::Authority};

/// A longer host or prefix is nobody's.
const LONGEST: usize = 255;

/// What a proxy in front says of the request that it was sent: `Forwarded` (RFC 7239), or else the usual `X-Forwarded-`
/// headers. Of a chain of proxies the first one counts, and what could do harm in a page or an address is ignored.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Forwarded<'a> {
    pub(crate) scheme: Option<&'static str>,
    pub(crate) host: Option<&'a str>,
    /// Where the mock begins at the proxy: empty, or a path without a slash at its end.
    pub(crate) prefix: Option<&'a str>,
}

impl<'a> Forwarded<'a> {
    pub(crate) fn of(headers: &'a HeaderMap) -> Self {
        let usual = |name| first(headers, HeaderName::from_static(name));
        Self {
            scheme: standard(headers, "proto").or_else(|| usual("x-forwarded-proto")).and_then(scheme),
            host: standard(headers, "host").or_else(|| usual("x-forwarded-host")).and_then(authority),
            prefix: usual("x-forwarded-prefix").and_then(prefix),
        }
    }
}

/// What the first proxy has written into a header.
fn first(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    headers.get(name)?.to_str().ok()?.split(',').next().map(str::trim)
}

/// A parameter of the first element of `Forwarded`.
fn standard<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let mut parameters = first(headers, FORWARDED)?.split(';').filter_map(|parameter| parameter.split_once('='));
    let found = parameters.find(|(given, _)| given.trim().eq_ignore_ascii_case(name));
    found.map(|(_, value)| value.trim().trim_matches('"'))
}

fn scheme(text: &str) -> Option<&'static str> {
    ["http", "https"].into_iter().find(|scheme| text.eq_ignore_ascii_case(scheme))
}

/// `text`, if it is a plain authority: a host, perhaps with a port.
pub(crate) fn authority(text: &str) -> Option<&str> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-:[]".contains(&byte);
    let fits = (1..=LONGEST).contains(&text.len()) && text.bytes().all(plain) && text.parse::<Authority>().is_ok();
    fits.then_some(text)
}

/// A path of plain names, without the slash at its end.
fn prefix(text: &str) -> Option<&str> {
    let path = text.strip_suffix('/').unwrap_or(text);
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    let name = |name: &str| !["", ".", ".."].contains(&name) && name.bytes().all(plain);
    let fits = path.is_empty() || path.strip_prefix('/').is_some_and(|names| names.split('/').all(name));
    (fits && path.len() <= LONGEST).then_some(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(given: &[(&'static str, &str)]) -> HeaderMap {
        let value = |value: &str| value.as_bytes().try_into().expect("a value");
        given.iter().map(|(name, text)| (HeaderName::from_static(name), value(text))).collect()
    }

    #[test]
    fn what_the_first_proxy_says_counts_in_either_spelling() {
        let spelt = headers(&[
            ("x-forwarded-proto", "https, http"),
            ("x-forwarded-host", "api.example.com:8443, inner"),
            ("x-forwarded-prefix", "/polaris/v1/"),
        ]);
        let expected =
            Forwarded { scheme: Some("https"), host: Some("api.example.com:8443"), prefix: Some("/polaris/v1") };
        assert_eq!(Forwarded::of(&spelt), expected);
        let standard = headers(&[
            ("forwarded", "for=192.0.2.1; Proto=HTTPS;host=\"api.example.com:8443\", for=10.0.0.1;host=inner"),
            ("x-forwarded-prefix", "/"),
        ]);
        assert_eq!(Forwarded::of(&standard), Forwarded { prefix: Some(""), ..expected });
        assert_eq!(Forwarded::of(&HeaderMap::new()), Forwarded::default());
    }

    #[test]
    fn hostile_values_are_ignored() {
        let long = format!("/{}", "x".repeat(300));
        for (name, value) in [
            ("x-forwarded-proto", "javascript"),
            ("x-forwarded-proto", "https://evil.example/"),
            ("x-forwarded-proto", "ｈttps"),
            ("x-forwarded-host", ""),
            ("x-forwarded-host", "a b"),
            ("x-forwarded-host", "evil.example/path"),
            ("x-forwarded-host", "user@evil.example"),
            ("x-forwarded-host", "\"><script>"),
            ("x-forwarded-host", "例子.example"),
            ("x-forwarded-host", &long),
            ("x-forwarded-prefix", "polaris"),
            ("x-forwarded-prefix", "//evil.example"),
            ("x-forwarded-prefix", "/a//b"),
            ("x-forwarded-prefix", "/../etc"),
            ("x-forwarded-prefix", "/a/./b"),
            ("x-forwarded-prefix", "/a?b"),
            ("x-forwarded-prefix", "/%2e%2e"),
            ("x-forwarded-prefix", "javascript:alert(1)"),
            ("x-forwarded-prefix", "/<script>"),
            ("x-forwarded-prefix", "/\\evil.example"),
            ("x-forwarded-prefix", "/北极星"),
            ("x-forwarded-prefix", &long),
            ("forwarded", "host=\"<b>\";proto=ftp"),
        ] {
            assert_eq!(Forwarded::of(&headers(&[(name, value)])), Forwarded::default(), "{name}: {value}");
        }
    }
}
