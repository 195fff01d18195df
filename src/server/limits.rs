use std::time::Duration;

use poem::{Endpoint, Error, Middleware, Request, Response, Result, http::StatusCode};

/// How much a server takes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// So many calls are answered at a time; the next one hears at once that it should come again.
    pub concurrency: usize,
    /// How long a call may take.
    pub patience: Duration,
    /// So many bytes are kept of bodies of which nobody knows yet who sends them.
    pub unsigned: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { concurrency: 256, patience: Duration::from_secs(30), unsigned: 32 << 20 }
    }
}

/// A longer path and query is refused.
const LONGEST_URL: usize = 8 << 10;
/// Headers that are longer together are refused.
const LONGEST_HEAD: usize = 16 << 10;

/// Refuses a head that no caller of ours needs.
pub(super) struct ShortHead;

impl<E: Endpoint<Output = Response>> Middleware<E> for ShortHead {
    type Output = ShortHeadEndpoint<E>;

    fn transform(&self, inner: E) -> ShortHeadEndpoint<E> {
        ShortHeadEndpoint(inner)
    }
}

/// The endpoint of [`ShortHead`].
pub(super) struct ShortHeadEndpoint<E>(E);

impl<E: Endpoint<Output = Response>> Endpoint for ShortHeadEndpoint<E> {
    type Output = Response;

    async fn call(&self, request: Request) -> Result<Response> {
        if request.uri().path_and_query().is_some_and(|target| target.as_str().len() > LONGEST_URL) {
            return Err(Error::from_status(StatusCode::URI_TOO_LONG));
        }
        let head: usize = request.headers().iter().map(|(name, value)| name.as_str().len() + value.len()).sum();
        if head > LONGEST_HEAD {
            return Err(Error::from_status(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE));
        }
        self.0.call(request).await
    }
}
