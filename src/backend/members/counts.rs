use std::collections::BTreeMap;

use super::State;
use crate::backend::{
    db::{Session, sql},
    error::Result,
};

/// Into so many shares all members are divided in `member_total`.
const SHARES: i64 = 16;

/// Changes of `member_count` and `member_total`, gathered over a change of members and written at once: state by state, as
/// members move on, so that no two transactions wait for one another, not even if one of them writes twice.
#[derive(Debug, Default)]
pub(in crate::backend) struct Counts(BTreeMap<(i64, Of), i64>);

/// Whose members a row counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Of {
    /// Those of a merchant; 0 for those of none.
    Merchant(i64),
    /// Those of all merchants whose ids have this remainder.
    Share(i64),
}

impl Counts {
    /// A member of `merchant_id` is in `state` now.
    #[must_use]
    pub fn plus(self, merchant_id: Option<i64>, state: State) -> Self {
        self.by(merchant_id, state, 1)
    }

    /// A member of `merchant_id` is no longer in `state`.
    #[must_use]
    pub fn minus(self, merchant_id: Option<i64>, state: State) -> Self {
        self.by(merchant_id, state, -1)
    }

    fn by(mut self, merchant_id: Option<i64>, state: State, change: i64) -> Self {
        let merchant_id = merchant_id.unwrap_or_default();
        for of in [Of::Merchant(merchant_id), Of::Share(merchant_id % SHARES)] {
            *self.0.entry((state.code(), of)).or_default() += change;
        }
        self
    }

    /// Writes the changes, after those of the members.
    pub async fn write(self, session: &mut Session) -> Result<()> {
        for ((state, of), change) in self.0.into_iter().filter(|(_, change)| *change != 0) {
            let (table, key, value) = match of {
                Of::Merchant(id) => ("member_count", "merchant_id", id),
                Of::Share(share) => ("member_total", "share", share),
            };
            let insert = format!("INSERT INTO {table} ({key}, state, total) VALUES ");
            let again = format!(" ON CONFLICT ({key}, state) DO UPDATE SET total = {table}.total + excluded.total");
            session.execute(sql(&insert).list([value, state, change]).push(&again)).await?;
        }
        Ok(())
    }
}
