use contracts::runtime::TraceId;

use super::{Message, enqueue::real_now};
use crate::backend::{
    Backend, Caller, Scope,
    db::{DbError, Row, Session, Sql, sql},
    error::Result,
};

/// A row that this instance alone may deliver now.
#[derive(Debug)]
pub(super) struct Leased {
    pub(super) id: i64,
    /// What it says; `None` if this binary cannot read it.
    pub(super) message: Option<Message>,
    /// Which attempt this is, from 1.
    pub(super) attempt: i64,
    /// Whose call has caused it. Its scope was asked when it called, and stops nothing here.
    pub(super) caller: Caller,
    /// Which exchange that was.
    pub(super) trace: Option<TraceId>,
    /// When it was written, in business time.
    pub(super) created_at: i64,
}

/// Which rows to take.
#[derive(Debug, Clone, Copy)]
pub(super) enum Which {
    /// This one, if it is pending, due or not.
    One(i64),
    /// So many of those that are due. A row whose lease has ended is due.
    Due(i64),
}

/// The turn of those who take rows.
const TURN: i64 = 4011;

/// Takes rows that wait for no other one. One after the other: a row and the earlier one of its key that an operator has
/// just brought back would not see each other being taken.
pub(super) async fn lease(backend: &Backend, which: Which) -> Result<Vec<Leased>> {
    let now = real_now();
    let mut session = backend.db().transaction().await?;
    session.take_turn(TURN).await?;
    let columns = "d.id, d.kind, d.payload, d.attempts, d.app, d.trace, d.created_at";
    let mut statement = sql("SELECT ").push(columns).push(" FROM delivery d WHERE ");
    statement = match which {
        Which::One(id) => statement.push("d.state = 'pending' AND d.id = ").bind(id),
        Which::Due(_) => statement.push("d.state IN ('pending', 'delivering') AND d.next_at <= ").bind(now),
    };
    statement = statement.push(" AND NOT EXISTS (").append(in_its_way(now)).push(") ORDER BY d.next_at, d.id LIMIT ");
    statement = statement.bind(if let Which::Due(count) = which { count } else { 1 });
    statement = statement.push(&session.take("d"));
    let rows = session.all(statement).await?;
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let leased = rows.iter().map(Leased::read).collect::<Result<Vec<_>>>()?;
    let end = now + i64::try_from(backend.settings().retry.lease.as_millis()).unwrap_or_default();
    let statement = sql("UPDATE delivery SET state = 'delivering', attempts = attempts + 1, next_at = ").bind(end);
    let statement = statement.push(", lease_owner = ").bind(backend.settings().instance.owner).push(" WHERE id IN ");
    session.execute(statement.list(leased.iter().map(|row| row.id))).await?;
    session.commit().await?;
    Ok(leased)
}

/// What `d` waits for: an earlier undelivered row that shares a key or, after a parked row has come back, a later one
/// that is under way.
fn in_its_way(now: i64) -> Sql {
    sql("SELECT 1 FROM delivery_key mine JOIN delivery_key theirs ON theirs.subject = mine.subject \
         JOIN delivery other ON other.id = theirs.delivery_id \
         WHERE mine.delivery_id = d.id AND (theirs.delivery_id < d.id \
         OR (theirs.delivery_id > d.id AND other.state = 'delivering' AND other.next_at > ")
    .bind(now)
    .push("))")
}

/// Ends the leases of processes that are gone: nobody works on their rows any more.
pub(in crate::backend) async fn release(session: &mut Session, owners: &[i64]) -> Result<(), DbError> {
    let statement = sql("UPDATE delivery SET state = 'pending', lease_owner = NULL, next_at = ").bind(real_now());
    let statement = statement.push(" WHERE state = 'delivering' AND lease_owner IN ").list(owners.iter().copied());
    session.execute(statement).await.map(drop)
}

impl Leased {
    fn read(row: &Row) -> Result<Self> {
        let (app, trace): (Option<String>, Option<String>) = (row.get("app")?, row.get("trace")?);
        Ok(Self {
            caller: app.map_or_else(Caller::ourselves, |key| Caller::app(&key, Scope::All)),
            trace: trace.and_then(|digits| u64::from_str_radix(&digits, 16).ok()).map(TraceId),
            id: row.get("id")?,
            message: Message::read(&row.get::<String>("kind")?, &row.get::<String>("payload")?),
            attempt: row.get::<i64>("attempts")? + 1,
            created_at: row.get("created_at")?,
        })
    }
}
