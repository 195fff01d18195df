use poem::{
    Endpoint, Error, Middleware, Request, Response, Result,
    http::{StatusCode, header::AUTHORIZATION},
};

/// Demands `Authorization: Bearer`, if there is a token to demand, as Weichuang may do (provisional).
pub(super) struct Bearer(pub(super) Option<String>);

impl<E: Endpoint<Output = Response>> Middleware<E> for Bearer {
    type Output = BearerEndpoint<E>;

    fn transform(&self, inner: E) -> BearerEndpoint<E> {
        BearerEndpoint { inner, token: self.0.clone() }
    }
}

/// The endpoint of [`Bearer`].
pub(super) struct BearerEndpoint<E> {
    inner: E,
    token: Option<String>,
}

impl<E: Endpoint<Output = Response>> Endpoint for BearerEndpoint<E> {
    type Output = Response;

    async fn call(&self, request: Request) -> Result<Response> {
        if self.token.is_none() || self.token.as_deref() == given(&request) {
            self.inner.call(request).await
        } else {
            Err(Error::from_status(StatusCode::UNAUTHORIZED))
        }
    }
}

fn given(request: &Request) -> Option<&str> {
    let value = request.headers().get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}
