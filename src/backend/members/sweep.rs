use std::{future::Future, pin::pin, time::Duration};

use serde_json::json;

use super::{State, change::moved};
use crate::backend::{
    Backend,
    audit::{self, Entry},
    db::{Sql, sql},
    error::Result,
};

/// How many members are looked up at a time.
const BATCH: i64 = 500;

/// Makes members overdue who have an open rental past its due time, and those who have none any more using again;
/// returns how many changed.
///
/// # Errors
/// Those of the database; members before the error have changed.
pub async fn sweep(backend: &Backend) -> Result<u64> {
    let now = backend.now();
    let late =
        sql("SELECT DISTINCT m.id FROM rental r JOIN member m ON m.id = r.member_id WHERE r.returned_at IS NULL");
    let late = late.push(" AND r.due_at < ").bind(now).push(" AND m.state = ").bind(State::Using.code());
    let settled = sql("SELECT m.id FROM member m WHERE m.state = ").bind(State::Overdue.code());
    let settled = settled.push(" AND NOT ").append(has_late_rental(sql("m.id"), now));
    let overdue = sweep_all(backend, late, State::Using, State::Overdue, now).await?;
    Ok(overdue + sweep_all(backend, settled, State::Overdue, State::Using, now).await?)
}

/// Sweeps again and again, `every` so often, until `shutdown`.
pub async fn sweep_every(backend: Backend, every: Duration, shutdown: impl Future<Output = ()>) {
    let mut shutdown = pin!(shutdown);
    let mut ticks = tokio::time::interval(every);
    loop {
        tokio::select! {
            () = &mut shutdown => return,
            _ = ticks.tick() => {}
        }
        if let Err(error) = sweep(&backend).await {
            tracing::error!(%error, "the overdue members could not be looked for");
        }
    }
}

/// A transaction for each member, so that nobody waits for the sweep, nor it for two members at once.
async fn sweep_all(backend: &Backend, candidates: Sql, from: State, to: State, now: i64) -> Result<u64> {
    let mut changed = 0;
    loop {
        let before = changed;
        let mut session = backend.db().session().await?;
        let found = session.all(candidates.clone().push(" ORDER BY 1 LIMIT ").bind(BATCH)).await?;
        drop(session);
        for row in &found {
            let id: i64 = row.get("id")?;
            let mut session = backend.db().transaction().await?;
            // A vehicle may have come back since it was looked up.
            let late = sql("SELECT 1 AS one WHERE ").append(has_late_rental(Sql::default().bind(id), now));
            let late = session.first(late).await?.is_some();
            if late == (to == State::Overdue) && moved(&mut session, id, from, to).await? {
                let (before, after) = (json!({"state": from.code()}), json!({"state": to.code()}));
                let entity = format!("member {id}");
                let entry = Entry { operation: "sweepMembers", entity, before, after, ..Entry::default() };
                audit::record(&mut session, backend, entry).await?;
                session.commit().await?;
                changed += 1;
            }
        }
        if (found.len() as i64) < BATCH || changed == before {
            return Ok(changed);
        }
    }
}

/// Whether a member has an open rental past its due time.
fn has_late_rental(member: Sql, now: i64) -> Sql {
    let statement = sql("EXISTS (SELECT 1 FROM rental r WHERE r.member_id = ").append(member);
    statement.push(" AND r.returned_at IS NULL AND r.due_at < ").bind(now).push(")")
}
