use std::sync::Arc;

use poem::{
    Endpoint, Middleware, Request, Response, Result,
    http::{
        HeaderMap, HeaderValue, Method, StatusCode,
        header::{
            ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
            ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE,
            ACCESS_CONTROL_REQUEST_HEADERS, ACCESS_CONTROL_REQUEST_METHOD, ORIGIN, VARY,
        },
    },
};
use serde::{Deserialize, Serialize};
use url::Url;

/// The headers of a reply that a page may read.
const EXPOSED: &str = "X-Contract-Warnings, Retry-After, Allow";
const METHODS: &str = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS";

/// The origin of pages, `https://host` or `https://host:port`, as browsers send it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PageOrigin(String);

impl TryFrom<String> for PageOrigin {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let sent = Url::parse(&text).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
        let sent = sent.map(|url| url.origin().ascii_serialization());
        match sent {
            Some(sent) if sent == text => Ok(Self(text)),
            Some(sent) => Err(format!("{text:?} is no origin; browsers send {sent}")),
            None => Err(format!("{text:?} is no origin: http://HOST, https://HOST, or one of them with :PORT")),
        }
    }
}

impl From<PageOrigin> for String {
    fn from(origin: PageOrigin) -> Self {
        origin.0
    }
}

/// Lets pages of other origins call, with credentials. (poem's middleware answers an `OPTIONS` that is no preflight with
/// an error in plain text, and turns every error into text before its form is known.)
#[derive(Debug, Clone)]
pub(super) enum Cors {
    /// Pages of any origin.
    Any,
    /// Pages of these alone.
    Of(Arc<[PageOrigin]>),
}

impl Cors {
    /// The origin of the page that asks, if it may.
    fn granted(&self, request: &Request) -> Option<HeaderValue> {
        let origin = request.headers().get(ORIGIN)?;
        let granted = match self {
            Self::Any => true,
            Self::Of(origins) => origins.iter().any(|one| one.0.as_bytes() == origin.as_bytes()),
        };
        granted.then(|| origin.clone())
    }

    /// Whether replies depend on who asks.
    fn varies(&self) -> bool {
        !matches!(self, Self::Of(origins) if origins.is_empty())
    }
}

impl<E: Endpoint<Output = Response>> Middleware<E> for Cors {
    type Output = CorsEndpoint<E>;

    fn transform(&self, inner: E) -> CorsEndpoint<E> {
        CorsEndpoint { inner, cors: self.clone() }
    }
}

/// The endpoint of [`Cors`].
pub(super) struct CorsEndpoint<E> {
    inner: E,
    cors: Cors,
}

impl<E: Endpoint<Output = Response>> Endpoint for CorsEndpoint<E> {
    type Output = Response;

    async fn call(&self, request: Request) -> Result<Response> {
        let granted = self.cors.granted(&request);
        let mut response = match granted.as_ref().and_then(|_| preflight(&request)) {
            Some(allowed) => allowed,
            None => self.inner.get_response(request).await,
        };
        let headers = response.headers_mut();
        if let Some(origin) = granted {
            // A wildcard would do for pages that send no credentials alone.
            headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
            headers.insert(ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
            headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(EXPOSED));
        }
        if self.cors.varies() {
            headers.append(VARY, HeaderValue::from_static("Origin"));
        }
        Ok(response)
    }
}

/// The answer to a preflight, if the request is one.
fn preflight(request: &Request) -> Option<Response> {
    let asked = request.headers();
    if request.method() != Method::OPTIONS || !asked.contains_key(ACCESS_CONTROL_REQUEST_METHOD) {
        return None;
    }
    let mut granted = HeaderMap::new();
    granted.insert(ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static(METHODS));
    granted.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("86400"));
    if let Some(headers) = asked.get(ACCESS_CONTROL_REQUEST_HEADERS) {
        // Named one by one: `*` does not cover Authorization.
        granted.insert(ACCESS_CONTROL_ALLOW_HEADERS, headers.clone());
    }
    if asked.contains_key("access-control-request-private-network") {
        granted.insert("access-control-allow-private-network", HeaderValue::from_static("true"));
    }
    let mut response = Response::builder().status(StatusCode::NO_CONTENT).finish();
    response.headers_mut().extend(granted);
    Some(response)
}
