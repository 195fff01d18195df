use std::{fmt, future::Future};

use poem::{Endpoint, Middleware, Request, Result, http::header::HOST};

use crate::forwarded::{Forwarded, authority};

tokio::task_local! {
    static CALLERS: Origin;
}

/// What leads to the mock: scheme and authority, such as `http://127.0.0.1:4010`, and behind a proxy perhaps a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin(Box<str>);

impl Origin {
    /// An origin as the settings give it; a slash at its end is dropped.
    #[must_use]
    pub fn new(origin: &str) -> Self {
        Self(origin.trim_end_matches('/').into())
    }

    /// The way in which the caller that is being answered reached the mock, or else `otherwise`.
    #[must_use]
    pub fn of_caller_or(otherwise: &Self) -> Self {
        CALLERS.try_with(Self::clone).unwrap_or_else(|_| otherwise.clone())
    }

    /// From the `Host` of a request, or what a proxy in front says, if it is plain.
    fn of_request(request: &Request) -> Option<Self> {
        let headers = request.headers();
        let Forwarded { scheme, host, prefix } = Forwarded::of(headers);
        let host = host.or_else(|| authority(headers.get(HOST)?.to_str().ok()?))?;
        Some(Self(format!("{}://{host}{}", scheme.unwrap_or("http"), prefix.unwrap_or_default()).into()))
    }

    /// The path that follows this origin in `address`, if it does.
    #[must_use]
    pub fn path_in<'a>(&self, address: &'a str) -> Option<&'a str> {
        address.strip_prefix(&*self.0).filter(|path| path.starts_with('/'))
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

/// Middleware that lets the mock write absolute URLs by the name under which its caller reached it: the addresses of
/// pictures work behind a forwarded port, below a prefix of a proxy, and from another machine too.
#[derive(Debug, Clone, Copy, Default)]
pub struct CallersOrigin;

/// See [`CallersOrigin`].
#[derive(Debug)]
pub struct CallersOriginEndpoint<E>(E);

impl<E: Endpoint> Middleware<E> for CallersOrigin {
    type Output = CallersOriginEndpoint<E>;

    fn transform(&self, endpoint: E) -> Self::Output {
        CallersOriginEndpoint(endpoint)
    }
}

impl<E: Endpoint> Endpoint for CallersOriginEndpoint<E> {
    type Output = E::Output;

    async fn call(&self, request: Request) -> Result<Self::Output> {
        let origin = Origin::of_request(&request);
        called_from(origin, self.0.call(request)).await
    }
}

async fn called_from<T>(origin: Option<Origin>, answer: impl Future<Output = T>) -> T {
    match origin {
        Some(origin) => CALLERS.scope(origin, answer).await,
        None => answer.await,
    }
}

#[cfg(test)]
mod tests {
    use poem::{EndpointExt, endpoint::make_sync};

    use super::*;

    async fn origin_for(host: &str) -> String {
        origin_of(&[("host", host)]).await
    }

    async fn origin_of(headers: &[(&str, &str)]) -> String {
        let fallback = Origin::new("http://127.0.0.1:4010/");
        let endpoint = make_sync(move |_| Origin::of_caller_or(&fallback).to_string()).with(CallersOrigin);
        let request = headers.iter().fold(Request::builder(), |request, (name, value)| request.header(*name, *value));
        endpoint.call(request.finish()).await.expect("an answer")
    }

    #[tokio::test]
    async fn the_host_of_the_request_is_the_origin() {
        assert_eq!(origin_for("mock.lan:8080").await, "http://mock.lan:8080");
        assert_eq!(origin_for("[::1]:4010").await, "http://[::1]:4010");
    }

    #[tokio::test]
    async fn a_proxy_says_where_it_was_asked_and_what_is_hostile_changes_nothing() {
        let (host, named) = (("host", "127.0.0.1:4010"), ("x-forwarded-host", "api.example.com"));
        for (said, origin) in [
            (vec![("x-forwarded-prefix", "/polaris/")], "http://127.0.0.1:4010/polaris"),
            (vec![named, ("x-forwarded-proto", "https")], "https://api.example.com"),
            (vec![named, ("x-forwarded-prefix", "/../x")], "http://api.example.com"),
            (vec![("x-forwarded-host", "<script>"), ("x-forwarded-proto", "javascript:")], "http://127.0.0.1:4010"),
        ] {
            assert_eq!(origin_of(&[&[host], &said[..]].concat()).await, origin, "{said:?}");
        }
    }

    #[test]
    fn a_path_follows_its_origin_alone() {
        let origin = Origin::new("http://127.0.0.1:4010");
        assert_eq!(origin.path_in("http://127.0.0.1:4010/a.svg"), Some("/a.svg"));
        for other in ["http://127.0.0.1:40100/a.svg", "http://127.0.0.1:4010", "/a.svg"] {
            assert_eq!(origin.path_in(other), None, "{other}");
        }
    }

    #[tokio::test]
    async fn without_a_plain_host_the_settings_decide() {
        for host in ["", "a b", "x/y", "user@x", "\"><script>"] {
            assert_eq!(origin_for(host).await, "http://127.0.0.1:4010", "{host}");
        }
    }
}
