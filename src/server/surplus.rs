use std::{
    future::ready,
    io,
    pin::Pin,
    task::{self, Context, Poll},
    time::Duration,
};

use futures_util::{Stream, StreamExt, stream};
use poem::{Body, Request};
use tokio::time::timeout;

/// At most this many pieces of a body (of a few KiB each) are read for nothing; who sends more loses the connection.
const MOST: usize = 8192;
/// And for at most this long.
const LONGEST: Duration = Duration::from_secs(10);

/// A body that announces no more than this is read at once, whoever will or will not ask for it.
const SMALL: u64 = 16 * 1024;

/// Sees to it that the request's body is read, also where a handler leaves it. Otherwise the connection is reset under
/// a client that is still sending, and the client never sees its 413, 404 or 401. A small body is read now; of a large
/// one, what is left is read in the background.
pub(super) async fn keep_reading(request: &mut Request) {
    let announced = request.header("content-length").and_then(|length| length.parse::<u64>().ok());
    let body = request.take_body();
    if announced.is_some_and(|length| length <= SMALL) {
        request.set_body(match body.into_bytes().await {
            Ok(bytes) => Body::from(bytes),
            Err(error) => Body::from_bytes_stream(stream::once(ready(Err::<Vec<u8>, _>(io::Error::other(error))))),
        });
    } else if !body.is_empty() {
        request.set_body(Body::from_bytes_stream(Watched(Some(Box::pin(body.into_bytes_stream())))));
    }
}

/// A stream that is read to its end even when it is dropped before.
struct Watched<S: Stream + Send + 'static>(Option<Pin<Box<S>>>);

impl<S: Stream + Send + 'static> Stream for Watched<S> {
    type Item = S::Item;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<S::Item>> {
        let Some(stream) = &mut self.0 else { return Poll::Ready(None) };
        let item = task::ready!(stream.as_mut().poll_next(context));
        if item.is_none() {
            self.0 = None;
        }
        Poll::Ready(item)
    }
}

impl<S: Stream + Send + 'static> Drop for Watched<S> {
    fn drop(&mut self) {
        if let Some(rest) = self.0.take() {
            tokio::spawn(timeout(LONGEST, rest.take(MOST).for_each(|_| async {})));
        }
    }
}
