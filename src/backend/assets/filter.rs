use crate::backend::db::{Sql, sql};

/// The greatest character: no name that begins with a prefix sorts after the prefix and this.
const GREATEST: char = char::MAX;

/// ` AND column = value`, if there is a value.
pub fn equal(column: &str, value: Option<&str>) -> Sql {
    value.map_or_else(Sql::default, |value| sql(" AND ").push(column).push(" = ").bind(value))
}

/// ` AND` the column begins with `prefix`, if there is one; a range, so that an index serves it.
pub fn prefix(column: &str, prefix: Option<&str>) -> Sql {
    prefix.map_or_else(Sql::default, |prefix| {
        let from = sql(" AND ").push(column).push(" >= ").bind(prefix);
        from.push(" AND ").push(column).push(" <= ").bind(format!("{prefix}{GREATEST}"))
    })
}
