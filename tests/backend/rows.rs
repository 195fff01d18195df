use polaris::backend::db::{Row, sql};

use super::Bench;

/// The integers in the column `value` of what `query` finds; without the rows where it is null.
pub async fn integers(bench: &Bench, query: &str) -> Vec<i64> {
    rows(bench, query).await.iter().filter_map(|row| row.get("value").expect("an integer")).collect()
}

/// The texts in the column `value` of what `query` finds; without the rows where it is null.
pub async fn texts(bench: &Bench, query: &str) -> Vec<String> {
    rows(bench, query).await.iter().filter_map(|row| row.get("value").expect("a text")).collect()
}

/// How often an operation is in the audit log.
pub async fn audited(bench: &Bench, operation: &str) -> usize {
    integers(bench, &format!("SELECT id AS value FROM audit WHERE operation = '{operation}'")).await.len()
}

async fn rows(bench: &Bench, query: &str) -> Vec<Row> {
    let mut session = bench.backend.db().session().await.expect("a session");
    session.all(sql(query)).await.expect("rows")
}
