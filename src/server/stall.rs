use std::{
    io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::{Sleep, sleep},
};

use super::seats::{Connections, Seat};

/// A connection that gives up: when a request has not been said and answered in time, however slowly its bytes drip (the
/// time runs from its first byte, or from the beginning, until something of an answer is written), and when nothing of an answer is
/// taken for too long.
pub(super) struct Stalling<I> {
    io: I,
    seat: Arc<Seat>,
    patience: Duration,
    unread: Duration,
    asking: Option<Pin<Box<Sleep>>>,
    taking: Option<Pin<Box<Sleep>>>,
}

impl<I> Stalling<I> {
    pub(super) fn new(io: I, seat: Arc<Seat>, connections: &Connections) -> Self {
        let &Connections { patience, unread, .. } = connections;
        Self { io, seat, patience, unread, asking: Some(Box::pin(sleep(patience))), taking: None }
    }

    /// Gives up if what is written stays with us for too long.
    fn taking<T>(&mut self, context: &mut Context<'_>, outcome: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if outcome.is_ready() {
            self.taking = None;
            return outcome;
        }
        let unread = self.unread;
        let deadline = self.taking.get_or_insert_with(|| Box::pin(sleep(unread)));
        ready!(deadline.as_mut().poll(context));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }

    fn written(&mut self, context: &mut Context<'_>, outcome: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        let written = ready!(self.taking(context, outcome))?;
        // That a request should go on is no answer.
        if self.seat.taken() {
            self.asking = None;
        }
        Poll::Ready(Ok(written))
    }
}

impl<I: AsyncRead + Unpin> AsyncRead for Stalling<I> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if let Some(deadline) = &mut self.asking
            && deadline.as_mut().poll(context).is_ready()
        {
            return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
        }
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.io).poll_read(context, buffer))?;
        if buffer.filled().len() > before && self.asking.is_none() {
            self.asking = Some(Box::pin(sleep(self.patience)));
            self.seat.asking();
        }
        Poll::Ready(Ok(()))
    }
}

impl<I: AsyncWrite + Unpin> AsyncWrite for Stalling<I> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.io).poll_write(context, bytes);
        self.written(context, outcome)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let outcome = Pin::new(&mut self.io).poll_flush(context);
        self.taking(context, outcome)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let outcome = Pin::new(&mut self.io).poll_shutdown(context);
        self.taking(context, outcome)
    }

    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.io).poll_write_vectored(context, bytes);
        self.written(context, outcome)
    }
}
