//! Errors of the domain. They know no HTTP: [`Error::into`] a `Failure` happens at the edge. Use
//!
//! - [`Error::NotFound`] when what the caller names is not there ([`Error::Missing`] where it named several things),
//! - [`Error::Conflict`] when its state does not allow the call,
//! - [`Error::Forbidden`] when it is outside what the caller may see,
//! - [`Error::Invalid`] for what a schema cannot say (two dates in the wrong order, a page too deep),
//! - [`Error::Partner`] when Weichuang's answer is needed now and cannot be had.
//!
//! The text of the first four is for the caller: a short Chinese sentence without personal data. The cause of the
//! others is for the log.

use contracts::runtime::{Failure, Violation};

use super::db::DbError;

/// Why an operation was not carried out.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no such thing.
    #[error("not found: {0}")]
    NotFound(&'static str),
    /// There is no such thing, and the sentence says which.
    #[error("not found: {0}")]
    Missing(String),
    /// The state does not allow it.
    #[error("conflict: {0}")]
    Conflict(String),
    /// It belongs to somebody whom the caller has nothing to do with.
    #[error("forbidden: {0}")]
    Forbidden(&'static str),
    /// The request contradicts itself.
    #[error("invalid: {0}")]
    Invalid(Box<Violation>),
    /// Weichuang could not be asked.
    #[error("Weichuang could not be asked: {0}")]
    Partner(String),
    /// The database failed.
    #[error(transparent)]
    Db(#[from] DbError),
}

/// What an operation of the domain gives.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// A conflict with a sentence for the caller.
    pub fn conflict(msg: impl Into<String>) -> Self {
        Self::Conflict(msg.into())
    }

    /// A violation of a rule that a schema cannot say, at `pointer`.
    pub fn invalid(pointer: &str, rule: &str, message: &str) -> Self {
        let violation = Violation { pointer: pointer.to_owned(), rule: rule.to_owned(), message: message.to_owned() };
        Self::Invalid(Box::new(violation))
    }
}

impl<D> From<Error> for Failure<D> {
    fn from(error: Error) -> Self {
        match error {
            Error::NotFound(msg) => Failure::new(404, msg),
            Error::Missing(msg) => Failure::new(404, msg),
            Error::Conflict(msg) => Failure::new(409, msg),
            Error::Forbidden(msg) => Failure::new(403, msg),
            Error::Invalid(violation) => {
                let mut failure = Failure::new(400, violation.message.clone());
                failure.violations.push(*violation);
                failure
            }
            Error::Partner(cause) => {
                tracing::warn!(%cause, "Weichuang could not be asked");
                Failure::new(502, "微创暂时无法访问，请稍后再试")
            }
            // A duplicate that the operation has not foreseen is another writer too: what the state is, is seen next time.
            Error::Db(error @ (DbError::Duplicate | DbError::Busy | DbError::Unavailable(_) | DbError::Lost(_))) => {
                tracing::warn!(%error, "the database cannot be used now");
                Failure::new(503, "系统繁忙，请稍后再试")
            }
            Error::Db(error) => {
                tracing::error!(%error, "the database failed");
                Failure::new(500, "系统繁忙，请稍后再试")
            }
        }
    }
}
