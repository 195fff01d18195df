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

/// Brings in all `records`, or none of them.
///
/// # Errors
/// The first record that is refused, and those of the database.
pub async fn load(backend: &Backend, records: &PolarisRecords) -> Result<(), WorldRefused> {
    let mut session = backend.db().transaction().await.map_err(Error::from)?;
    let into = &mut session;
    all(into, backend, &records.merchants).await?;
    all(into, backend, &records.tanks).await?;
    all(into, backend, &records.batteries).await?;
    all(into, backend, &records.vehicles).await?;
    all(into, backend, &records.members).await?;
    all(into, backend, &records.bindings).await?;
    all(into, backend, &records.rentals).await?;
    all(into, backend, &records.orders).await?;
    all(into, backend, &records.reviews).await?;
    all(into, backend, &records.deposits).await?;
    all(into, backend, &records.refunds).await?;
    all(into, backend, &records.gifts).await?;
    all(into, backend, &records.package_orders).await?;
    all(into, backend, &records.migrations).await?;
    Ok(session.commit().await.map_err(Error::from)?)
}

async fn all<R: Stored>(session: &mut Session, backend: &Backend, records: &[R]) -> Result<(), WorldRefused> {
    let mut seen = Seen::default();
    for (batch, some) in records.chunks(BATCH).enumerate() {
        let verdicts = store(session, backend, &mut seen, some).await?;
        let refused = verdicts.into_iter().enumerate().find_map(|(index, verdict)| match verdict {
            Verdict::Refused(reason) => Some((index, reason)),
            Verdict::New | Verdict::Known => None,
        });
        if let Some((index, reason)) = refused {
            return Err(WorldRefused::Record { kind: R::KIND, number: batch * BATCH + index + 1, reason });
        }
    }
    Ok(())
}
