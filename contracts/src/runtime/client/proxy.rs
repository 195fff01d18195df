use http::Uri;
use hyper_util::client::proxy::matcher::Matcher;
use reqwest::{ClientBuilder, Url};
use url::Host;

/// Whether `url` leads to this machine.
fn is_local(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback() || address.is_unspecified(),
        Some(Host::Ipv6(address)) => {
            let mapped = address.to_ipv4_mapped();
            address.is_loopback() || address.is_unspecified() || mapped.is_some_and(|address| address.is_loopback())
        }
        Some(Host::Domain(name)) => {
            let name = name.trim_end_matches('.');
            name.eq_ignore_ascii_case("localhost") || name.to_ascii_lowercase().ends_with(".localhost")
        }
        None => false,
    }
}

/// What every HTTP client of ours begins with: no redirects, and the proxy of the environment (`http_proxy`,
/// `https_proxy`, `all_proxy`, `no_proxy`) unless `base` leads to this machine, where no proxy has any business.
pub fn http_client(base: &Url) -> ClientBuilder {
    let builder = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none());
    if is_local(base) { builder.no_proxy() } else { builder }
}

/// Whether calls to `base` go through a proxy of the environment.
pub(super) fn is_proxied(base: &Url) -> bool {
    let uri: Result<Uri, _> = base.as_str().parse();
    !is_local(base) && uri.is_ok_and(|uri| Matcher::from_system().intercept(&uri).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_machine_has_many_names() {
        let is_local = |url: &str| is_local(&url.parse().expect("a URL"));
        for local in [
            "http://127.0.0.1:4010/weichuang",
            "http://127.1.2.3",
            "https://127.1",
            "http://0.0.0.0:1",
            "http://[::1]:4010",
            "http://[::]:4010",
            "http://[::ffff:127.0.0.1]",
            "http://localhost",
            "http://LocalHost.:8080",
            "http://mock.localhost",
        ] {
            assert!(is_local(local), "{local}");
        }
        for other in [
            "http://10.0.0.1",
            "http://128.0.0.1",
            "http://localhost.example.org",
            "http://[::2]",
            "http://mylocalhost",
        ] {
            assert!(!is_local(other), "{other}");
        }
    }
}
