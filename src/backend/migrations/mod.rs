//! The schema, in numbered steps that are embedded in the binary.

use super::db::{Db, DbError, Engine, Session, sql};

/// Every step, in order. A step that has been released never changes.
const STEPS: [&str; 2] = [include_str!("0001.sql"), include_str!("0002.sql")];

/// The turn of those who run steps.
const TURN: i64 = 4010;

/// How far a database is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// As far as this binary.
    Current,
    /// Steps are missing: `polaris migrate` runs them.
    Behind(usize),
    /// A later binary has been here.
    Ahead(usize),
}

/// How far `db` is.
///
/// # Errors
/// See [`DbError`].
pub async fn state(db: &Db) -> Result<State, DbError> {
    let done = done(&mut db.session().await?).await?;
    Ok(match done.cmp(&STEPS.len()) {
        std::cmp::Ordering::Less => State::Behind(STEPS.len() - done),
        std::cmp::Ordering::Equal => State::Current,
        std::cmp::Ordering::Greater => State::Ahead(done - STEPS.len()),
    })
}

/// Runs the steps that `db` lacks, all or none; returns how many there were.
///
/// # Errors
/// See [`DbError`].
pub async fn run(db: &Db) -> Result<usize, DbError> {
    let mut session = db.transaction().await?;
    // Two instances may start at once.
    session.take_turn(TURN).await?;
    let done = done(&mut session).await?;
    if done == 0 {
        session.script("CREATE TABLE IF NOT EXISTS schema_step (number BIGINT PRIMARY KEY)").await?;
    }
    let missing = STEPS.iter().enumerate().skip(done);
    for (index, step) in missing.clone() {
        let words = match db.engine() {
            Engine::Sqlite => [
                ("{APPEND_ONLY}", include_str!("append_only.sqlite.sql")),
                ("{C}", ""),
                ("{UNLOGGED}", ""),
                ("{ROOM}", ""),
            ],
            Engine::Postgres => [
                ("{APPEND_ONLY}", include_str!("append_only.postgres.sql")),
                ("{C}", "COLLATE \"C\""),
                ("{UNLOGGED}", "UNLOGGED"),
                ("{ROOM}", "WITH (fillfactor = 70)"),
            ],
        };
        let step = words.iter().fold(step.to_string(), |step, (word, meaning)| step.replace(word, meaning));
        session.script(&step).await?;
        session.execute(sql("INSERT INTO schema_step (number) VALUES ").list([index as i64 + 1])).await?;
    }
    session.commit().await?;
    Ok(missing.count())
}

/// Writes something of some size that changes nothing, and takes note that writes work.
///
/// # Errors
/// See [`DbError`]: then they do not.
pub async fn try_write(db: &Db) -> Result<(), DbError> {
    let mut session = db.transaction().await?;
    match db.engine() {
        // What is deleted in the same transaction is not written to SQLite's log: the row stays until the next time.
        Engine::Sqlite => {
            session.execute(sql("DELETE FROM accepted_ahead WHERE app_key = ''")).await?;
            let row = "INSERT INTO accepted_ahead (app_key, sign, expires_at) VALUES ('', hex(randomblob(16384)), 0)";
            session.execute(sql(row)).await?;
        }
        Engine::Postgres => {
            session.execute(sql("INSERT INTO schema_step (number) VALUES (-1)")).await?;
            session.execute(sql("DELETE FROM schema_step WHERE number = -1")).await?;
        }
    }
    session.commit().await?;
    db.writes_work();
    Ok(())
}

/// How many steps have been run.
async fn done(session: &mut Session) -> Result<usize, DbError> {
    let known = match session.engine() {
        Engine::Sqlite => "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'schema_step'",
        Engine::Postgres => "SELECT 1 FROM pg_tables WHERE schemaname = current_schema() AND tablename = 'schema_step'",
    };
    if session.first(sql(known)).await?.is_none() {
        return Ok(0);
    }
    let row = session.first(sql("SELECT COUNT(*) AS steps FROM schema_step")).await?;
    let steps = row.map(|row| row.get::<i64>("steps")).transpose()?.unwrap_or_default();
    Ok(usize::try_from(steps).unwrap_or_default())
}
