use std::{fmt, future::Future};

use poem::{Endpoint, Middleware, Request, Result, http::header::HOST};

tokio::task_local! {
    static CALLERS: Origin;
}

/// Scheme and authority that lead to the mock, such as `http://127.0.0.1:4010`.
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

    /// From the `Host` of a request, if it is a plain authority.
    fn of_request(request: &Request) -> Option<Self> {
        let host = request.headers().get(HOST)?.to_str().ok()?;
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-:[]".contains(&byte);
        let fits = (1..=255).contains(&host.len()) && host.bytes().all(plain);
        fits.then(|| Self(format!("http://{host}").into()))
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

/// Middleware that lets the mock write absolute URLs by the name under which its caller reached it: the addresses of
/// pictures work behind a forwarded port and from another machine too.
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
        let fallback = Origin::new("http://127.0.0.1:4010/");
        let endpoint = make_sync(move |_| Origin::of_caller_or(&fallback).to_string()).with(CallersOrigin);
        endpoint.call(Request::builder().header("host", host).finish()).await.expect("an answer")
    }

    #[tokio::test]
    async fn the_host_of_the_request_is_the_origin() {
        assert_eq!(origin_for("mock.lan:8080").await, "http://mock.lan:8080");
        assert_eq!(origin_for("[::1]:4010").await, "http://[::1]:4010");
    }

    #[tokio::test]
    async fn without_a_plain_host_the_settings_decide() {
        for host in ["", "a b", "x/y", "user@x", "\"><script>"] {
            assert_eq!(origin_for(host).await, "http://127.0.0.1:4010", "{host}");
        }
    }
}
