/// Rows of a file.
mod import;
/// A whole world.
mod world;

use mocks::world::polaris::Record;
use polaris::backend::{
    error::Error,
    intake::{self, ImportReport, Row, Stored},
};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{Bench, on_both_engines, rows};

/// Imports `rows` as lines 1, 2, …; a row that is no record of the kind is refused as it would be in a file.
async fn import<R: Stored + DeserializeOwned>(bench: &Bench, rows: &[Value], skip_invalid: bool) -> ImportReport {
    let open = || {
        let rows = rows.iter().enumerate().map(|(index, row)| {
            let record = serde_json::from_value::<R>(row.clone()).map_err(|error| error.to_string());
            Ok::<_, Error>(Row { line: index as u64 + 1, record })
        });
        Ok::<_, Error>(rows)
    };
    intake::import(&bench.backend, open, skip_invalid, |_| {}).await.expect(R::KIND)
}

/// Imports rows that are all new.
async fn import_all<R: Stored + DeserializeOwned + Record>(bench: &Bench, rows: &[Value]) {
    let report = import::<R>(bench, rows, false).await;
    assert_eq!((report.new, report.known), (rows.len() as u64, 0), "{}: {:?}", R::KIND, report.reasons);
}

/// How many rows a table has.
async fn count(bench: &Bench, table: &str) -> i64 {
    rows::integers(bench, &format!("SELECT COUNT(*) AS value FROM {table}")).await[0]
}
