use crate::backend::db::{Sql, begins_with, sql};

/// ` AND column = value`, if there is a value.
pub fn equal(column: &str, value: Option<&str>) -> Sql {
    value.map_or_else(Sql::default, |value| sql(" AND ").push(column).push(" = ").bind(value))
}

/// ` AND` the column begins with `prefix`, if there is one.
pub fn prefix(column: &str, prefix: Option<&str>) -> Sql {
    prefix.map_or_else(Sql::default, |prefix| sql(" AND ").append(begins_with(column, prefix)))
}
