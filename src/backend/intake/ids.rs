use std::hash::{DefaultHasher, Hash, Hasher};

use crate::backend::{
    db::{Session, sql},
    error::Result,
    ids::first_id_at,
};

/// Ids for rows that happened at `times`, given with their keys: an id tells its second, and is the same for the same key
/// whenever it is made. Ids of `table` that are taken are passed over.
pub(super) async fn ids(session: &mut Session, table: &str, rows: &[(i64, String)]) -> Result<Vec<i64>> {
    let mut ids: Vec<_> = rows.iter().map(|(time, key)| id(*time, key)).collect();
    loop {
        let select =
            sql("SELECT id FROM ").push(table).push(" WHERE id").append(session.one_of(ids.iter().copied().collect()));
        let mut taken = std::collections::HashSet::new();
        for row in session.all(select).await? {
            taken.insert(row.get::<i64>("id")?);
        }
        let mut bumped = false;
        for id in &mut ids {
            // The second of two that fell together moves on, as does one that is stored.
            while !taken.insert(*id) {
                *id += 1;
                bumped = true;
            }
        }
        if !bumped {
            return Ok(ids);
        }
    }
}

/// The second of `time`, and 22 bits of the key.
fn id(time: i64, key: &str) -> i64 {
    const SECOND: i64 = 1_000;
    let mut hash = DefaultHasher::new();
    key.hash(&mut hash);
    let start = first_id_at(time - time.rem_euclid(SECOND));
    let span = first_id_at(time + SECOND) - first_id_at(time);
    start + (hash.finish() % span.unsigned_abs().max(1)) as i64
}
