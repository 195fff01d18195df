use contracts::internal;
use serde_json::json;

use crate::backend::{
    Backend,
    audit::{self, Entry},
    db::{Bound, Session, sql},
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
    read(session, "phone", phone).await
}

async fn read(session: &mut Session, column: &str, value: impl Into<Bound>) -> Result<Option<Migration>> {
    let columns = "phone, member_id, state, reason, started_at, completed_at";
    let statement = sql("SELECT ").push(columns).push(" FROM migration WHERE ").push(column).push(" = ").bind(value);
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

/// Begins the migration of a phone, anew if it has failed before anything of it was kept here, and gives it.
pub(super) async fn begin(session: &mut Session, backend: &Backend, phone: &str) -> Result<Option<Migration>> {
    let statement = sql("INSERT INTO migration (phone, state, started_at) VALUES (").bind(phone).push(", ");
    let statement = statement.bind(IMPORTING).push(", ").bind(backend.now()).push(") ON CONFLICT (phone) DO NOTHING");
    if session.execute(statement).await? == 1 {
        record(session, backend, phone, None, IMPORTING).await?;
    }
    let migration = of_phone(session, phone).await?;
    match &migration {
        Some(failed) if failed.state == FAILED && failed.member_id.is_none() => {
            moved(session, backend, failed, IMPORTING, None).await?;
            of_phone(session, phone).await
        }
        _ => Ok(migration),
    }
}

/// What Weichuang knows of a phone is kept here from now on. False if another caller was first.
pub(super) async fn imported(session: &mut Session, backend: &Backend, phone: &str) -> Result<bool> {
    match of_phone(session, phone).await? {
        Some(migration) if migration.state == IMPORTING => moved(session, backend, &migration, IMPORTED, None).await,
        _ => Ok(false),
    }
}

/// The migration of a phone has failed before anything of it was kept here.
pub(super) async fn failed(session: &mut Session, backend: &Backend, phone: &str, reason: &str) -> Result<()> {
    if let Some(migration) = of_phone(session, phone).await?.filter(|it| it.state == IMPORTING) {
        moved(session, backend, &migration, FAILED, Some(reason)).await?;
    }
    Ok(())
}

/// Weichuang knows that the member has moved.
pub(in crate::backend) async fn completed(session: &mut Session, backend: &Backend, member_id: i64) -> Result<()> {
    if let Some(migration) = read(session, "member_id", member_id).await?.filter(Migration::is_untold) {
        moved(session, backend, &migration, COMPLETED, None).await?;
    }
    Ok(())
}

/// Weichuang does not accept that the member has moved.
pub(in crate::backend) async fn refused(
    session: &mut Session,
    backend: &Backend,
    member_id: i64,
    reason: &str,
) -> Result<()> {
    if let Some(migration) = read(session, "member_id", member_id).await?.filter(Migration::is_untold) {
        moved(session, backend, &migration, FAILED, Some(reason)).await?;
    }
    Ok(())
}

/// Moves a migration on from the state that it was read in, and says whether it was still there.
async fn moved(
    session: &mut Session,
    backend: &Backend,
    Migration { phone, state, .. }: &Migration,
    to: &'static str,
    reason: Option<&str>,
) -> Result<bool> {
    let statement = sql("UPDATE migration SET state = ").bind(to).push(", reason = ").bind(reason);
    let statement = statement.push(", completed_at = ").bind((to == COMPLETED).then(|| backend.now()));
    let statement = statement.push(" WHERE phone = ").bind(phone).push(" AND state = ").bind(state);
    if session.execute(statement).await? == 0 {
        return Ok(false);
    }
    record(session, backend, phone, Some(state), to).await?;
    Ok(true)
}

/// The step of a migration for the audit log. The reason is a sentence of Weichuang's and may name a person: it stays in the
/// row.
async fn record(session: &mut Session, backend: &Backend, phone: &str, from: Option<&str>, to: &str) -> Result<()> {
    let (before, after) = (from.map(|state| json!({"state": state})).unwrap_or_default(), json!({"state": to}));
    let entity = format!("migration {phone}");
    let entry = Entry { operation: "startMigration", entity, before, after, ..Entry::default() };
    audit::record(session, backend, entry).await
}

impl Migration {
    /// Whether the member is here and Weichuang does not know, or does not accept it.
    fn is_untold(&self) -> bool {
        self.state == IMPORTED || self.state == FAILED
    }
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
