use mocks::world::polaris::{PolarisRecords, Seen};

use super::{Stored, Verdict, store};
use crate::backend::{Backend, db::Session, error::Error};

/// How many records go into one batch.
const BATCH: usize = 2_000;

/// Why a world could not be brought in.
#[derive(Debug, thiserror::Error)]
pub enum WorldRefused {
    /// A record does not fit to what is stored.
    #[error("{kind}, record {number}: {reason}")]
    Record {
        /// Its kind.
        kind: &'static str,
        /// Which one of its kind, from 1.
        number: usize,
        /// Why.
        reason: String,
    },
    /// The database failed.
    #[error(transparent)]
    Failed(#[from] Error),
}

/// Brings in all `records`, or none of them. Returns how many were new.
///
/// # Errors
/// The first record that is refused, and those of the database.
pub async fn load(backend: &Backend, records: &PolarisRecords) -> Result<u64, WorldRefused> {
    let mut session = backend.db().transaction().await.map_err(Error::from)?;
    let (into, mut new) = (&mut session, 0);
    new += all(into, backend, &records.merchants).await?;
    new += all(into, backend, &records.tanks).await?;
    new += all(into, backend, &records.batteries).await?;
    new += all(into, backend, &records.vehicles).await?;
    new += all(into, backend, &records.members).await?;
    new += all(into, backend, &records.bindings).await?;
    new += all(into, backend, &records.rentals).await?;
    new += all(into, backend, &records.orders).await?;
    new += all(into, backend, &records.reviews).await?;
    new += all(into, backend, &records.deposits).await?;
    new += all(into, backend, &records.refunds).await?;
    new += all(into, backend, &records.gifts).await?;
    new += all(into, backend, &records.package_orders).await?;
    new += all(into, backend, &records.migrations).await?;
    session.commit().await.map_err(Error::from)?;
    Ok(new)
}

async fn all<R: Stored>(session: &mut Session, backend: &Backend, records: &[R]) -> Result<u64, WorldRefused> {
    let (mut seen, mut new) = (Seen::default(), 0);
    for (batch, some) in records.chunks(BATCH).enumerate() {
        let verdicts = store(session, backend, &mut seen, some).await?;
        for (index, verdict) in verdicts.into_iter().enumerate() {
            match verdict {
                Verdict::New => new += 1,
                Verdict::Known => {}
                Verdict::Refused(reason) => {
                    return Err(WorldRefused::Record { kind: R::KIND, number: batch * BATCH + index + 1, reason });
                }
            }
        }
    }
    Ok(new)
}
