use std::time::Duration;

use tokio::{
    sync::{Semaphore, SemaphorePermit},
    time::timeout,
};

/// What large replies may take at a time, all together, in KiB; the parts of a run hold several each.
const ALL: usize = 256 << 10;
/// Replies that take less need not ask, in bytes.
pub(super) const SMALL: usize = 1 << 20;
/// A reply that would take more when it is parsed, in bytes, is not looked into.
pub(super) const LARGEST: usize = 64 << 20;
/// How long a reply waits until others are judged.
const PATIENCE: Duration = Duration::from_secs(5);

static ROOM: Semaphore = Semaphore::const_new(ALL);

/// Room for a large reply, given back when it is dropped.
pub(super) type Room = SemaphorePermit<'static>;

/// Room for so many bytes; none if others do not leave it.
pub(super) async fn take(bytes: usize) -> Option<Room> {
    let kib = u32::try_from(bytes.div_ceil(1 << 10)).ok()?;
    timeout(PATIENCE, ROOM.acquire_many(kib)).await.ok()?.ok()
}

/// About how many bytes a body takes once it is parsed: an object takes much more than the `{}` that it is written as.
pub(super) fn parsed(body: &[u8]) -> usize {
    let values = body.iter().map(|byte| match byte {
        b'{' => 640,
        b'[' | b',' => 64,
        b'"' => 16,
        _ => 0,
    });
    values.sum::<usize>() + body.len()
}
