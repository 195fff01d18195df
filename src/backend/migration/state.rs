use contracts::internal;

use crate::backend::{
    Backend,
    db::{Session, sql},
    error::Result,
    time,
};

/// What Weichuang knows is being asked for.
pub(super) const IMPORTING: &str = "importing";
/// The member is here; Weichuang does not know yet.
pub(super) const IMPORTED: &str = "imported";
/// Weichuang knows.
pub(super) const COMPLETED: &str = "completed";
/// It cannot go on.
pub(super) const FAILED: &str = "failed";

/// A migration.
pub(super) struct Migration {
    pub(super) phone: String,
    pub(super) member_id: Option<i64>,
    pub(super) state: String,
    reason: Option<String>,
    started_at: i64,
    completed_at: Option<i64>,
}

/// The migration of a phone.
pub(super) async fn of_phone(session: &mut Session, phone: &str) -> Result<Option<Migration>> {
    let columns = "phone, member_id, state, reason, started_at, completed_at";
    let statement = sql("SELECT ").push(columns).push(" FROM migration WHERE phone = ").bind(phone);
    let Some(row) = session.first(statement).await? else { return Ok(None) };
    Ok(Some(Migration {
        phone: row.get("phone")?,
        member_id: row.get("member_id")?,
        state: row.get("state")?,
        reason: row.get("reason")?,
        started_at: row.get("started_at")?,
        completed_at: row.get("completed_at")?,
    }))
}

/// Begins the migration of a phone, unless it has begun, and gives it.
pub(super) async fn begin(session: &mut Session, backend: &Backend, phone: &str) -> Result<Option<Migration>> {
    let statement = sql("INSERT INTO migration (phone, state, started_at) VALUES (").bind(phone).push(", ");
    let statement = statement.bind(IMPORTING).push(", ").bind(backend.now()).push(") ON CONFLICT (phone) DO NOTHING");
    session.execute(statement).await?;
    of_phone(session, phone).await
}

/// The migration of a phone has failed before anything of it was kept here.
pub(super) async fn failed(session: &mut Session, phone: &str, reason: &str) -> Result<()> {
    let statement = sql("UPDATE migration SET state = ").bind(FAILED).push(", reason = ").bind(reason);
    let statement = statement.push(" WHERE member_id IS NULL AND phone = ").bind(phone);
    session.execute(statement).await?;
    Ok(())
}

/// Weichuang knows that the member has moved.
pub(in crate::backend) async fn completed(session: &mut Session, backend: &Backend, member_id: i64) -> Result<()> {
    let statement = sql("UPDATE migration SET reason = NULL, state = ").bind(COMPLETED);
    let statement = statement.push(", completed_at = ").bind(backend.now()).push(" WHERE member_id = ");
    session.execute(statement.bind(member_id)).await?;
    Ok(())
}

/// Weichuang does not accept that the member has moved.
pub(in crate::backend) async fn refused(session: &mut Session, member_id: i64, reason: &str) -> Result<()> {
    let statement = sql("UPDATE migration SET state = ").bind(FAILED).push(", reason = ").bind(reason);
    session.execute(statement.push(" WHERE member_id = ").bind(member_id)).await?;
    Ok(())
}

impl From<Migration> for internal::Migration {
    fn from(migration: Migration) -> Self {
        Self {
            phone_no: migration.phone,
            user_id: migration.member_id.map(|id| id.to_string()).into(),
            state: migration.state,
            reason: migration.reason.into(),
            start_time: time::datetime(migration.started_at),
            complete_time: migration.completed_at.map(time::datetime).into(),
        }
    }
}
