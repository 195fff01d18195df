//! Data in, in bulk: the records of a world, an import or a seed become rows.
//!
//! A record whose key is stored already is known and left as it is, so that bringing in the same twice changes nothing.
//! One that refers to nothing, or wants what only one can have, is refused with a reason that names no person.

/// Merchants, tanks, batteries and vehicles.
mod assets;
/// Deposits and applications to get them back.
mod deposits;
/// As many records as one likes.
mod fill;
/// Ids made from a time and a key.
mod ids;
/// The rows of a file, checked and stored in batches.
mod import;
/// Members, their batteries, vehicles and moves.
mod members;
/// Swap orders, packages and gifts.
mod orders;
/// What records refer to, and what only one can have.
mod references;
/// Access reviews.
mod reviews;
/// A whole world at once.
mod world;

use std::{collections::HashSet, future::Future};

use jiff::civil::DateTime;
use mocks::world::{
    Moment,
    polaris::{Record, Seen},
};
use serde_json::json;

use super::{
    Backend,
    audit::{self, Entry},
    db::{Bound, Session, sql},
    error::Result,
    time,
};
pub use fill::fill;
pub use import::{ImportReport, Refused, Row, import};
use references::References;
pub use world::{WorldRefused, load};

/// What becomes of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It was not there.
    New,
    /// Its key was there, and nothing has changed.
    Known,
    /// It cannot be brought in: why.
    Refused(String),
}

/// A record that becomes rows.
pub trait Stored: Record + Send + Sync {
    /// The keys of those of `records` that are stored.
    fn known(session: &mut Session, records: &[Self]) -> impl Future<Output = Result<HashSet<String>>> + Send
    where
        Self: Sized;

    /// Stores `records`, none of which is known, and what follows from them.
    fn insert(
        session: &mut Session,
        backend: &Backend,
        found: &References,
        records: &[&Self],
    ) -> impl Future<Output = Result<()>> + Send
    where
        Self: Sized;
}

/// What would become of each of `records` beside what is stored and what was `seen` before them.
///
/// # Errors
/// Those of the database.
pub async fn check<R: Stored>(session: &mut Session, seen: &mut Seen, records: &[R]) -> Result<Vec<Verdict>> {
    Ok(examined(session, seen, records).await?.0)
}

/// Stores those of `records` that are new and not refused, and tells what became of each.
///
/// # Errors
/// Those of the database.
pub async fn store<R: Stored>(
    session: &mut Session,
    backend: &Backend,
    seen: &mut Seen,
    records: &[R],
) -> Result<Vec<Verdict>> {
    let (verdicts, found) = examined(session, seen, records).await?;
    let new = records.iter().zip(&verdicts).filter(|(_, verdict)| **verdict == Verdict::New);
    let new: Vec<_> = new.map(|(record, _)| record).collect();
    if !new.is_empty() {
        R::insert(session, backend, &found, &new).await?;
        let (entity, after) = (R::KIND.to_owned(), json!({ "new": new.len() }));
        audit::record(session, backend, Entry { operation: "import", entity, after, ..Entry::default() }).await?;
    }
    Ok(verdicts)
}

async fn examined<R: Stored>(
    session: &mut Session,
    seen: &mut Seen,
    records: &[R],
) -> Result<(Vec<Verdict>, References)> {
    let known = R::known(session, records).await?;
    let found = References::find(session, records).await?;
    let taken = references::taken(session, records).await?;
    let verdicts = records.iter().map(|record| {
        if known.contains(&record.key()) {
            return Verdict::Known;
        }
        if let Some(missing) = record.references().iter().find(|reference| !found.has(reference)) {
            return Verdict::Refused(format!("{} is no {} here", missing.field, missing.to.noun()));
        }
        if let Some(claim) = record.claims().iter().find(|claim| taken.contains(claim)) {
            return Verdict::Refused(claim.to.refusal().to_owned());
        }
        // What is refused takes nothing from the others.
        seen.add(record).map_or_else(|problem| Verdict::Refused(problem.to_string()), |()| Verdict::New)
    });
    Ok((verdicts.collect(), found))
}

/// The texts of the column `value` that `select`, which ends with a column, finds for those of `values` in that column.
async fn among(
    session: &mut Session,
    select: &str,
    values: impl IntoIterator<Item = String>,
) -> Result<HashSet<String>> {
    let statement = sql(select).append(session.one_of(values.into_iter().collect()));
    session.all(statement).await?.iter().map(|row| Ok(row.get("value")?)).collect()
}

/// A time of a record, in milliseconds since 1970 UTC.
fn at(moment: Moment) -> i64 {
    time::at(DateTime::from(moment))
}

/// The text of an optional value.
fn text<T: ToString>(value: Option<&T>) -> Bound {
    value.map(T::to_string).into()
}
