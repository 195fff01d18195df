use poem::{Endpoint, EndpointExt, IntoEndpoint, Response, Result, http::HeaderValue};

/// Marks the successful replies of a side that nobody wrote yet: sample data, of the right form and without a meaning.
pub(super) fn marked(routes: impl IntoEndpoint<Endpoint: 'static>) -> impl Endpoint<Output = Response> + 'static {
    routes.into_endpoint().map_to_response().after(|outcome: Result<Response>| async move {
        outcome.map(|mut response| {
            if response.is_success() {
                response.headers_mut().insert("x-mock-source", HeaderValue::from_static("generated"));
            }
            response
        })
    })
}
