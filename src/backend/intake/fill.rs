use mocks::world::polaris::Seen;

use super::{Stored, Verdict, WorldRefused, store};
use crate::backend::{Backend, error::Error};

/// How many records go into one transaction.
const BATCH: usize = 5_000;

/// Brings in `records`, however many, a transaction for each batch; `progress` hears how many are done. Returns how many
/// were new.
///
/// # Errors
/// The first record that is refused, and those of the database; batches before it are kept.
pub async fn fill<R: Stored>(
    backend: &Backend,
    mut records: impl Iterator<Item = R>,
    progress: impl Fn(u64),
) -> Result<u64, WorldRefused> {
    let (mut done, mut new) = (0, 0);
    loop {
        let batch: Vec<_> = records.by_ref().take(BATCH).collect();
        if batch.is_empty() {
            return Ok(new);
        }
        let mut session = backend.db().transaction().await.map_err(Error::from)?;
        // What stands twice in the whole is found in the database.
        for (index, verdict) in
            store(&mut session, backend, &mut Seen::default(), &batch).await?.into_iter().enumerate()
        {
            match verdict {
                Verdict::New => new += 1,
                Verdict::Known => {}
                Verdict::Refused(reason) => {
                    return Err(WorldRefused::Record { kind: R::KIND, number: done + index + 1, reason });
                }
            }
        }
        session.commit().await.map_err(Error::from)?;
        done += batch.len();
        progress(batch.len() as u64);
    }
}
