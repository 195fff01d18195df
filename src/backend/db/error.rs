/// What can go wrong with the database. The text is for the log: it names no value of a row.
#[derive(Debug, thiserror::Error)]
pub enum DbError {
    /// A row with the same key is there already.
    #[error("a unique constraint is violated")]
    Duplicate,
    /// Two writers met, and this one must try again.
    #[error("the transaction was serialised after another one")]
    Busy,
    /// Anything else.
    #[error("the database failed: {0}")]
    Other(String),
}

impl From<sqlx::Error> for DbError {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::Database(cause) if cause.is_unique_violation() => DbError::Duplicate,
            sqlx::Error::Database(cause)
                if matches!(cause.code().as_deref(), Some("40001" | "40P01" | "5" | "6" | "261" | "262" | "517")) =>
            {
                DbError::Busy
            }
            // PostgreSQL's messages repeat values in their details only, which Display leaves out.
            _ => DbError::Other(error.to_string()),
        }
    }
}
