use std::collections::BTreeMap;

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

/// All that is stored, but what the gateway itself writes.
pub async fn stored(bench: &Bench) -> BTreeMap<&'static str, Vec<String>> {
    let mut tables = BTreeMap::new();
    let mut session = bench.backend.db().session().await.expect("a session");
    for table in [
        "merchant",
        "member",
        "member_count",
        "member_total",
        "tank",
        "battery",
        "battery_binding",
        "vehicle",
        "rental",
        "swap_order",
        "access_review",
        "deposit",
        "refund",
        "member_package",
        "package_gift",
        "package_order",
        "migration",
        "delivery",
        "delivery_key",
        "audit",
    ] {
        let rows = session.all(sql("SELECT * FROM ").push(table)).await.expect("rows");
        let mut rows: Vec<_> = rows.iter().map(|row| format!("{:?}", row.cells().expect("cells"))).collect();
        rows.sort();
        tables.insert(table, rows);
    }
    tables
}

async fn rows(bench: &Bench, query: &str) -> Vec<Row> {
    let mut session = bench.backend.db().session().await.expect("a session");
    session.all(sql(query)).await.expect("rows")
}
