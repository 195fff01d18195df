use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use contracts::runtime::server::BODY_LIMIT;
use futures_util::{StreamExt, stream};
use poem::{Body, Request};
use tokio::sync::Notify;

/// The room for bodies of which nobody knows yet who sends them. Where it is full, the body that has been coming for longest
/// gives way: whoever says at once what he has to say is heard, however many do not.
#[derive(Debug, Clone)]
pub(super) struct Bodies(Arc<Mutex<Room>>);

#[derive(Debug)]
struct Room {
    free: usize,
    next: u64,
    /// In the order in which they began.
    bodies: BTreeMap<u64, Held>,
}

#[derive(Debug)]
struct Held {
    bytes: usize,
    /// None, once it is whole.
    give_way: Option<Arc<Notify>>,
}

/// A body that has come in; its room is free again when this is dropped.
#[derive(Debug)]
pub struct Received {
    bodies: Bodies,
    number: u64,
}

/// There is no room for this body.
#[derive(Debug)]
pub(super) struct NoRoom;

impl Bodies {
    /// Room for so many bytes.
    pub(super) fn new(bytes: usize) -> Self {
        Self(Arc::new(Mutex::new(Room { free: bytes, next: 0, bodies: BTreeMap::new() })))
    }

    /// Waits for the whole body of `request`, so that it can be read at once. What is too large, or breaks off, is left to
    /// whoever reads it then.
    pub(super) async fn receive(&self, request: &mut Request) -> Result<Received, NoRoom> {
        let (received, give_way) = self.enter();
        let announced = request.header("content-length").and_then(|length| length.parse::<usize>().ok());
        let body = request.take_body();
        if body.is_empty() || announced.is_some_and(|length| length > BODY_LIMIT) {
            request.set_body(body);
            return Ok(received);
        }
        let mut pieces = body.into_bytes_stream();
        let mut bytes = Vec::new();
        let broken = loop {
            let piece = tokio::select! {
                piece = pieces.next() => piece,
                () = give_way.notified() => return Err(NoRoom),
            };
            match piece {
                None => break None,
                Some(Err(error)) => break Some(Err(error)),
                Some(Ok(piece)) => {
                    received.grow(piece.len())?;
                    if bytes.is_empty() {
                        // What is announced costs nothing until it comes.
                        bytes.reserve_exact(announced.unwrap_or_default());
                    }
                    bytes.extend_from_slice(&piece);
                }
            }
            if bytes.len() > BODY_LIMIT {
                break Some(Ok(Vec::new().into()));
            }
        };
        received.stay()?;
        request.set_body(match broken {
            None => Body::from(bytes),
            Some(last) => {
                let read = stream::iter([Ok(bytes.into()), last]);
                Body::from_bytes_stream(read.chain(pieces))
            }
        });
        Ok(received)
    }

    fn enter(&self) -> (Received, Arc<Notify>) {
        let mut room = self.room();
        let number = room.next;
        room.next += 1;
        let give_way = Arc::new(Notify::new());
        room.bodies.insert(number, Held { bytes: 0, give_way: Some(give_way.clone()) });
        (Received { bodies: self.clone(), number }, give_way)
    }

    fn room(&self) -> MutexGuard<'_, Room> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Room {
    /// Has the oldest body that is still coming give way, other than `number`.
    fn oldest_gives_way(&mut self, number: u64) -> Result<(), NoRoom> {
        let coming = |held: &Held| held.bytes > 0 && held.give_way.is_some();
        let oldest = self.bodies.iter().find(|(other, held)| **other != number && coming(held));
        let gone = oldest.map(|(other, _)| *other).and_then(|other| self.bodies.remove(&other)).ok_or(NoRoom)?;
        self.free += gone.bytes;
        if let Some(give_way) = gone.give_way {
            give_way.notify_one();
        }
        Ok(())
    }
}

impl Received {
    /// Takes room for more, of others if need be. Nothing, where this body was to give way itself.
    fn grow(&self, bytes: usize) -> Result<(), NoRoom> {
        let mut room = self.bodies.room();
        while room.free < bytes {
            room.oldest_gives_way(self.number)?;
        }
        room.bodies.get_mut(&self.number).ok_or(NoRoom)?.bytes += bytes;
        room.free -= bytes;
        Ok(())
    }

    /// Has it stay until this is dropped.
    fn stay(&self) -> Result<(), NoRoom> {
        self.bodies.room().bodies.get_mut(&self.number).ok_or(NoRoom)?.give_way = None;
        Ok(())
    }
}

impl Drop for Received {
    fn drop(&mut self) {
        let mut room = self.bodies.room();
        if let Some(held) = room.bodies.remove(&self.number) {
            room.free += held.bytes;
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;
    use hyper::body::Bytes;
    use tokio::sync::mpsc;

    use super::*;

    /// A request whose body comes piece by piece.
    fn request() -> (mpsc::UnboundedSender<usize>, Request) {
        let (pieces, mut coming) = mpsc::unbounded_channel::<usize>();
        let stream = stream::poll_fn(move |context| coming.poll_recv(context));
        let stream = stream.map(|bytes| Ok::<_, std::io::Error>(Bytes::from(vec![b'x'; bytes])));
        (pieces, Request::builder().body(Body::from_bytes_stream(stream)))
    }

    #[tokio::test]
    async fn the_body_that_has_been_coming_for_longest_gives_way_and_its_room_is_free() {
        let bodies = Bodies::new(100);
        let ((first, mut slow), (second, mut slower), (third, mut quick)) = (request(), request(), request());
        let (mut slow, mut slower) = (Box::pin(bodies.receive(&mut slow)), Box::pin(bodies.receive(&mut slower)));
        first.send(50).expect("sent");
        second.send(40).expect("sent");
        assert!(slow.as_mut().now_or_never().is_none() && slower.as_mut().now_or_never().is_none());
        third.send(30).expect("sent");
        drop(third);
        let whole = bodies.receive(&mut quick).await.expect("room");
        assert_eq!(quick.take_body().into_vec().await.expect("the body").len(), 30);
        assert!(slow.await.is_err(), "the oldest gives way");
        assert!(slower.as_mut().now_or_never().is_none(), "the next one may go on");
        assert_eq!(bodies.room().free, 100 - 40 - 30);
        // One that is whole does not give way: nobody waits for it.
        second.send(31).expect("sent");
        assert!(slower.await.is_err());
        assert_eq!(bodies.room().free, 70);
        drop(whole);
        let room = bodies.room();
        assert_eq!((room.free, room.bodies.len()), (100, 0));
    }

    #[tokio::test]
    async fn what_is_too_large_is_left_to_whoever_reads_it() {
        let bodies = Bodies::new(4 * BODY_LIMIT);
        let (pieces, mut large) = request();
        pieces.send(BODY_LIMIT).expect("sent");
        pieces.send(1).expect("sent");
        let received = bodies.receive(&mut large).await.expect("room");
        assert!(large.take_body().into_bytes_limit(BODY_LIMIT).await.is_err());
        drop(received);
        assert_eq!(bodies.room().free, 4 * BODY_LIMIT);
    }
}
