use std::error::Error;

use sqlx::{postgres::PgDatabaseError, sqlite::SqliteError};

/// What can go wrong with the database. The text is for the log: it names no value of a row.
#[derive(Debug, Clone, thiserror::Error)]
pub enum DbError {
    /// A row with the same key is there already.
    #[error("a unique constraint is violated")]
    Duplicate,
    /// Other writers were in the way for too long: the same may go well in a moment.
    #[error("the database is busy with other transactions")]
    Busy,
    /// It cannot be used now: it cannot be reached, its connections are all in use, its disk is full.
    #[error("{0}")]
    Unavailable(String),
    /// The file is not the one that was opened: whatever is written goes nowhere.
    #[error("{0}")]
    Lost(String),
    /// Anything else.
    #[error("the database failed: {0}")]
    Other(String),
}

impl From<sqlx::Error> for DbError {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::Database(cause) if cause.is_unique_violation() => DbError::Duplicate,
            sqlx::Error::Database(cause) => {
                if let Some(cause) = cause.try_downcast_ref::<PgDatabaseError>() {
                    return postgres(cause);
                }
                match cause.try_downcast_ref::<SqliteError>() {
                    Some(cause) => sqlite(cause),
                    None => DbError::Other(chain(&error)),
                }
            }
            sqlx::Error::Io(_)
            | sqlx::Error::Tls(_)
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed => DbError::Unavailable(chain(&error)),
            _ => DbError::Other(chain(&error)),
        }
    }
}

/// By the class of SQLSTATE. PostgreSQL's messages repeat values in their details only, which are left out.
fn postgres(cause: &PgDatabaseError) -> DbError {
    let (code, text) = (cause.code(), format!("PostgreSQL says: {} ({})", cause.message(), cause.code()));
    match code {
        // Serialisation, deadlock, a lock that is not to be had.
        "40001" | "40P01" | "55P03" => DbError::Busy,
        // A server that is a standby, or set to read only.
        "25006" => DbError::Unavailable(text),
        // Connections, credentials, resources such as disk and memory, an operator's intervention, the system.
        _ if ["08", "28", "3D", "53", "57", "58"].iter().any(|class| code.starts_with(class)) => {
            DbError::Unavailable(text)
        }
        _ => DbError::Other(text),
    }
}

/// By the primary code, which is the last byte of the extended one.
fn sqlite(cause: &SqliteError) -> DbError {
    use sqlx::error::DatabaseError as _;
    let code = cause.code().and_then(|code| code.parse::<i32>().ok()).unwrap_or_default();
    let text = format!("SQLite says: {} ({code})", cause.message());
    match code & 0xff {
        // Busy, locked.
        5 | 6 => DbError::Busy,
        // No memory, read-only, input or output, full, cannot open.
        7 | 8 | 10 | 13 | 14 => DbError::Unavailable(text),
        _ => DbError::Other(text),
    }
}

/// An error and its causes, each once: many errors repeat their cause in their own text.
pub(super) fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let said = cause.to_string();
        if !text.contains(&said) {
            text = format!("{text}: {said}");
        }
        source = cause.source();
    }
    text
}
