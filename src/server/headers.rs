use poem::{
    Endpoint, Middleware, Request, Response, Result,
    http::{
        HeaderName, HeaderValue, Method,
        header::{
            CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
            X_FRAME_OPTIONS,
        },
    },
};

/// Swagger UI writes its own styles and shows pictures that it has in itself; nothing else comes from elsewhere.
const POLICY: &str = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; object-src 'none'; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Tells browsers what they may do with a reply: pages load nothing from elsewhere and stand in no frame, and the answers
/// of operations are kept nowhere.
pub(super) struct SafeHeaders;

impl<E: Endpoint<Output = Response>> Middleware<E> for SafeHeaders {
    type Output = SafeHeadersEndpoint<E>;

    fn transform(&self, inner: E) -> SafeHeadersEndpoint<E> {
        SafeHeadersEndpoint(inner)
    }
}

/// The endpoint of [`SafeHeaders`].
pub(super) struct SafeHeadersEndpoint<E>(E);

impl<E: Endpoint<Output = Response>> Endpoint for SafeHeadersEndpoint<E> {
    type Output = Response;

    async fn call(&self, request: Request) -> Result<Response> {
        let calls = request.method() == Method::POST;
        let mut response = self.0.call(request).await?;
        let page = response.headers().get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
        let mut set = |name: HeaderName, value| {
            response.headers_mut().insert(name, HeaderValue::from_static(value));
        };
        set(X_CONTENT_TYPE_OPTIONS, "nosniff");
        set(REFERRER_POLICY, "no-referrer");
        if calls {
            set(CACHE_CONTROL, "no-store");
        }
        if page {
            set(CONTENT_SECURITY_POLICY, POLICY);
            set(X_FRAME_OPTIONS, "DENY");
        }
        Ok(response)
    }
}
