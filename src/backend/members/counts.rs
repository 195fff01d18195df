use std::collections::BTreeMap;

use super::State;
use crate::backend::{
    db::{Session, sql},
    error::Result,
};

/// Changes of `member_count`, gathered over a transaction's changes of members and written at once: in the order of the
/// keys, so that two transactions never wait for one another.
#[derive(Debug, Default)]
pub(in crate::backend) struct Counts(BTreeMap<(i64, i64), i64>);

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
        *self.0.entry((merchant_id.unwrap_or_default(), state.code())).or_default() += change;
        self
    }

    /// Writes the changes, after those of the members.
    pub async fn write(self, session: &mut Session) -> Result<()> {
        for ((merchant_id, state), change) in self.0.into_iter().filter(|(_, change)| *change != 0) {
            let statement = sql("INSERT INTO member_count (merchant_id, state, total) VALUES ");
            let statement = statement.list([merchant_id, state, change]);
            let again = " ON CONFLICT (merchant_id, state) DO UPDATE SET total = member_count.total + excluded.total";
            session.execute(statement.push(again)).await?;
        }
        Ok(())
    }
}
