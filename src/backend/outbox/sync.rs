use contracts::weichuang::AssetBindingResult;
use serde::{Deserialize, Serialize};

use super::{Message, SyncedBinding, enqueue, user, worker};
use crate::backend::{
    Backend,
    db::{Row, sql},
    error::{Error, Result},
};

/// At most so many bindings go in one batch.
const BATCH: i64 = 500;

/// What became of a sync.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SyncReport {
    /// How many bindings were pushed.
    pub bindings: usize,
    /// How many batches they made.
    pub batches: usize,
    /// What Weichuang refused.
    pub refused: Vec<SyncRefusal>,
    /// The deliveries that Weichuang has not answered yet.
    pub undelivered: Vec<i64>,
}

/// A binding that Weichuang refused.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SyncRefusal {
    /// The battery.
    pub battery_code: String,
    /// Weichuang's `result`.
    pub result: i32,
    /// Weichuang's reason.
    pub msg: Option<String>,
}

impl SyncRefusal {
    /// The refusals among `results`, as a row keeps them.
    pub(super) fn kept(results: Vec<AssetBindingResult>) -> String {
        let refused: Vec<_> = results
            .into_iter()
            .filter(|one| one.result != 200)
            .map(|one| Self { battery_code: one.asset_code, result: one.result, msg: one.msg })
            .collect();
        serde_json::to_string(&refused).unwrap_or_default()
    }
}

/// Pushes all current bindings to Weichuang, in batches through todo.weichuang.1, and tells what it refused. A batch that
/// it does not answer now stays in the outbox.
///
/// # Errors
/// [`Error::Partner`] when Weichuang cannot be asked who a member is, and those of the database.
pub async fn sync_bindings(backend: &Backend) -> Result<SyncReport> {
    meet(backend).await?;
    let (mut report, mut last) = (SyncReport::default(), 0);
    while let Some(batch) = push(backend, last).await? {
        worker::deliver_to_the_end(backend, &[batch.delivery]).await;
        last = batch.last;
        report.bindings += batch.size;
        report.batches += 1;
        let statement = sql("SELECT state, outcome FROM delivery WHERE id = ").bind(batch.delivery);
        let row = backend.db().session().await?.first(statement).await?;
        match row.map(|row| row.get::<Option<String>>("outcome")).transpose()?.flatten() {
            Some(kept) => report.refused.extend(serde_json::from_str::<Vec<SyncRefusal>>(&kept).unwrap_or_default()),
            None => report.undelivered.push(batch.delivery),
        }
    }
    Ok(report)
}

/// Learns the `userId` of every member who has a battery.
async fn meet(backend: &Backend) -> Result<()> {
    let statement = "SELECT m.id FROM battery_binding b JOIN member m ON m.id = b.member_id \
                     WHERE b.unbound_at IS NULL AND m.weichuang_user_id IS NULL";
    let strangers = backend.db().session().await?.all(sql(statement)).await?;
    for row in strangers {
        let known = async {
            let member = user::member(backend, row.get("id").map_err(Error::from)?).await?;
            user::user_id(backend, &member).await
        };
        known.await.map_err(|fault| Error::Partner(fault.cause().to_owned()))?;
    }
    Ok(())
}

struct Batch {
    delivery: i64,
    size: usize,
    last: i64,
}

/// Writes the next batch, of bindings after `last`. It holds them until the commit: whoever changes one of them later
/// writes a row that waits for this one.
async fn push(backend: &Backend, last: i64) -> Result<Option<Batch>> {
    let mut session = backend.db().transaction().await?;
    let statement = sql("SELECT b.id, b.battery_code, b.member_id, b.bound_at FROM battery_binding b \
                         WHERE b.unbound_at IS NULL AND b.id > ");
    let statement = statement.bind(last).push(" ORDER BY b.id LIMIT ").bind(BATCH).push(&session.keep("b"));
    let rows = session.all(statement).await?;
    let Some(newest) = rows.last() else { return Ok(None) };
    let last = newest.get("id")?;
    let bindings = rows.iter().map(read).collect::<Result<Vec<_>>>()?;
    let size = bindings.len();
    let delivery = enqueue(&mut session, backend, Message::BindingSync { bindings }).await?;
    session.commit().await?;
    Ok(Some(Batch { delivery, size, last }))
}

fn read(row: &Row) -> Result<SyncedBinding> {
    let (battery_code, member_id) = (row.get("battery_code")?, row.get("member_id")?);
    Ok(SyncedBinding { battery_code, member_id, bound_at: row.get("bound_at")? })
}
