use poem::{
    Endpoint, Middleware, Request, Response, Result,
    http::{
        HeaderMap, HeaderValue, Method, StatusCode,
        header::{
            ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
            ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_HEADERS,
            ACCESS_CONTROL_REQUEST_METHOD, ORIGIN,
        },
    },
};

/// The headers of a reply that a page may read.
const EXPOSED: &str = "X-Contract-Warnings, Retry-After, Allow";
const METHODS: &str = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS";

/// Lets pages of any origin call, without cookies. (poem's middleware answers an `OPTIONS` that is no preflight with
/// an error in plain text, and turns every error into text before its form is known.)
pub(super) struct OpenCors;

impl<E: Endpoint<Output = Response>> Middleware<E> for OpenCors {
    type Output = OpenCorsEndpoint<E>;

    fn transform(&self, inner: E) -> OpenCorsEndpoint<E> {
        OpenCorsEndpoint(inner)
    }
}

/// The endpoint of [`OpenCors`].
pub(super) struct OpenCorsEndpoint<E>(E);

impl<E: Endpoint<Output = Response>> Endpoint for OpenCorsEndpoint<E> {
    type Output = Response;

    async fn call(&self, request: Request) -> Result<Response> {
        if !request.headers().contains_key(ORIGIN) {
            return self.0.call(request).await;
        }
        let mut response = match preflight(&request) {
            Some(allowed) => allowed,
            None => self.0.call(request).await?,
        };
        response.headers_mut().insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
        response.headers_mut().insert(ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(EXPOSED));
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
