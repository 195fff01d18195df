use serde_json::{Map, Value};

use crate::backend::{
    Backend,
    db::{Cell, DbError, sql},
    time,
};

/// The collections: their names, tables, and the columns of their keys.
const TABLES: [(&str, &str, &str); 15] = [
    ("merchants", "merchant", "id"),
    ("tanks", "tank", "code"),
    ("batteries", "battery", "code"),
    ("vehicles", "vehicle", "code"),
    ("members", "member", "id"),
    ("bindings", "battery_binding", "id"),
    ("rentals", "rental", "id"),
    ("orders", "swap_order", "id"),
    ("reviews", "access_review", "id"),
    ("deposits", "deposit", "id"),
    ("refunds", "refund", "id"),
    ("gifts", "package_gift", "id"),
    ("packageOrders", "package_order", "id"),
    ("migrations", "migration", "phone"),
    ("deliveries", "delivery", "id"),
];

/// Their names.
pub(super) const COLLECTIONS: &[&str] = &{
    let mut names = [""; TABLES.len()];
    let mut index = 0;
    while index < TABLES.len() {
        names[index] = TABLES[index].0;
        index += 1;
    }
    names
};

/// The rows of a collection as they stand in the database, in the order of their keys: fields are its columns, times are
/// written as in the contract.
pub(super) async fn read(backend: &Backend, collection: &str, key: Option<&str>) -> Result<Vec<Value>, DbError> {
    let Some((_, table, column)) = TABLES.iter().find(|(name, ..)| *name == collection) else { return Ok(Vec::new()) };
    let mut statement = sql("SELECT * FROM ").push(table);
    if let Some(key) = key {
        statement = statement.push(" WHERE CAST(").push(column).push(" AS TEXT) = ").bind(key);
    }
    let rows = backend.db().session().await?.all(statement.push(" ORDER BY ").push(column)).await?;
    rows.iter().map(|row| Ok(Value::Object(row.cells()?.into_iter().map(field).collect::<Map<_, _>>()))).collect()
}

fn field((column, cell): (String, Cell)) -> (String, Value) {
    let value = match cell {
        Cell::Null => Value::Null,
        Cell::Integer(milliseconds) if column.ends_with("_at") => time::datetime(milliseconds).into(),
        Cell::Integer(number) => number.into(),
        Cell::Text(text) => text.into(),
    };
    (camel_case(&column), value)
}

fn camel_case(column: &str) -> String {
    let mut words = column.split('_');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |name, word| {
        let (head, tail) = word.split_at(word.len().min(1));
        name + &head.to_uppercase() + tail
    })
}
