use std::{
    future::ready,
    io,
    pin::Pin,
    sync::Arc,
    task::{self, Context, Poll},
    time::Duration,
};

use futures_util::{Stream, StreamExt, stream::BoxStream};
use hyper::body::Bytes;
use poem::{Body, Request};
use tokio::{sync::Semaphore, time::timeout};

use super::seats::Seat;

/// At most so much of a body is read for nothing; who sends more loses the connection.
const MOST: usize = 16 << 20;
/// And for at most this long.
const LONGEST: Duration = Duration::from_secs(10);
/// Of so many connections at once.
const AT_ONCE: usize = 64;

/// Sees to it that a request's body is read, also where a handler leaves it: of what is left, the rest is read in the
/// background, and forgotten. Otherwise the connection is reset under a client that is still sending, and the client never
/// sees its 413, 404 or 401.
#[derive(Debug, Clone)]
pub(super) struct Surplus(Arc<Semaphore>);

impl Default for Surplus {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(AT_ONCE)))
    }
}

impl Surplus {
    /// Watches the body of the request that was said on `seat`.
    pub(super) fn watch(&self, request: &mut Request, seat: &Arc<Seat>) {
        let body = request.take_body();
        if body.is_empty() {
            seat.asked();
            return;
        }
        let body = Some(body.into_bytes_stream().boxed());
        request.set_body(Body::from_bytes_stream(Watched { body, seat: seat.clone(), surplus: self.clone() }));
    }

    fn read(&self, rest: Pieces) {
        let Ok(permit) = self.0.clone().try_acquire_owned() else { return };
        tokio::spawn(async move {
            let mut read = 0;
            let mut rest = rest.take_while(|piece| {
                read += piece.as_ref().map_or(MOST, Bytes::len);
                ready(read < MOST)
            });
            let _ = timeout(LONGEST, async { while rest.next().await.is_some() {} }).await;
            drop(permit);
        });
    }
}

/// A body as it comes in.
type Pieces = BoxStream<'static, io::Result<Bytes>>;

/// A stream that is read to its end even when it is dropped before.
struct Watched {
    body: Option<Pieces>,
    seat: Arc<Seat>,
    surplus: Surplus,
}

impl Stream for Watched {
    type Item = io::Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let Some(body) = &mut self.body else { return Poll::Ready(None) };
        let item = task::ready!(body.as_mut().poll_next(context));
        if item.is_none() {
            self.body = None;
            self.seat.asked();
        }
        Poll::Ready(item)
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        if let Some(rest) = self.body.take() {
            self.surplus.read(rest);
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::stream;
    use tokio::sync::mpsc;

    use super::*;

    #[tokio::test]
    async fn rests_are_read_of_only_so_many_at_once() {
        let surplus = Surplus::default();
        let rest = || {
            let (pieces, mut coming) = mpsc::unbounded_channel::<Bytes>();
            (pieces, stream::poll_fn(move |context| coming.poll_recv(context)).map(Ok).boxed())
        };
        let mut reading = Vec::new();
        for _ in 0..AT_ONCE {
            let (pieces, rest) = rest();
            surplus.read(rest);
            reading.push(pieces);
        }
        let (one_more, left) = rest();
        surplus.read(left);
        assert!(one_more.is_closed());
        assert!(reading.iter().all(|pieces| !pieces.is_closed()));
        // Where one has come to its end, there is room again.
        drop(reading.pop());
        while surplus.0.available_permits() == 0 {
            tokio::task::yield_now().await;
        }
        let (next, left) = rest();
        surplus.read(left);
        assert!(!next.is_closed());
    }
}
