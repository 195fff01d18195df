//! What a caller may see and change. [`rule`] says for each operation what that means for it.

/// What the scope means for each operation.
mod rules;

use std::{collections::BTreeSet, sync::Arc};

pub use rules::{RULES, Rule, rule};

use super::{
    db::{Sql, sql},
    error::{Error, Result},
};

/// What a caller may see and change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// Everything.
    All,
    /// These merchants, by their ids, and what belongs to them. What belongs to no merchant is outside.
    Merchants(Arc<BTreeSet<i64>>),
}

/// What is answered to whoever asks for something outside, and for what is not there at all.
const OUTSIDE: &str = "不存在，或不在应用的商户范围内";

impl Scope {
    /// These merchants and nothing else.
    pub fn merchants(ids: impl IntoIterator<Item = i64>) -> Self {
        Self::Merchants(Arc::new(ids.into_iter().collect()))
    }

    /// The ids of the merchants, if not all are inside.
    #[must_use]
    pub fn ids(&self) -> Option<Vec<i64>> {
        match self {
            Self::All => None,
            Self::Merchants(ids) => Some(ids.iter().copied().collect()),
        }
    }

    /// Demands that the owner of what is asked for is inside.
    ///
    /// # Errors
    /// [`Error::Forbidden`].
    pub fn demand(&self, owner: Option<i64>) -> Result<()> {
        match self {
            Self::Merchants(ids) if !owner.is_some_and(|owner| ids.contains(&owner)) => Err(Error::Forbidden(OUTSIDE)),
            _ => Ok(()),
        }
    }

    /// What is said of something that is not there: `error` to whoever sees everything, and to all others the same as of what
    /// is outside, so that nobody learns from it what there is.
    #[must_use]
    pub fn missing(&self, error: Error) -> Error {
        match self {
            Self::All => error,
            Self::Merchants(_) => Error::Forbidden(OUTSIDE),
        }
    }

    /// Demands that all the merchants that are asked for are inside.
    ///
    /// # Errors
    /// [`Error::Forbidden`].
    pub fn demand_all(&self, owners: &[i64]) -> Result<()> {
        owners.iter().try_for_each(|owner| self.demand(Some(*owner)))
    }

    /// ` AND` the merchant in `column` is inside; nothing where all are.
    #[must_use]
    pub fn condition(&self, column: &str) -> Sql {
        match self {
            Self::All => Sql::default(),
            // `IN ()` is no SQL on PostgreSQL.
            Self::Merchants(ids) if ids.is_empty() => sql(" AND 1 = 0"),
            Self::Merchants(ids) => sql(" AND ").push(column).push(" IN ").list(ids.iter().copied()),
        }
    }
}
