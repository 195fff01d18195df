use mocks::world::polaris::Seen;

use super::{Stored, Verdict, WorldRefused, store};
use crate::backend::{Backend, error::Error};

/// How many records are looked up and stored at once, in one transaction: others that write wait for it.
const BATCH: usize = 5_000;

/// Brings in `records`, however many; `progress` hears how many are done. Returns how many were new.
///
/// # Errors
/// The first record that is refused, and those of the database; transactions before it are kept.
pub async fn fill<R: Stored>(
    backend: &Backend,
    records: impl Iterator<Item = R>,
    progress: impl Fn(u64),
) -> Result<u64, WorldRefused> {
    let (mut records, mut done, mut new) = (records.peekable(), 0, 0);
    while records.peek().is_some() {
        let batch: Vec<_> = records.by_ref().take(BATCH).collect();
        let mut session = backend.db().transaction().await.map_err(Error::from)?;
        // What stands twice in the whole is found in the database.
        let verdicts = store(&mut session, backend, &mut Seen::default(), &batch).await?;
        for (index, verdict) in verdicts.into_iter().enumerate() {
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
    Ok(new)
}
