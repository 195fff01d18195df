use sqlx::{Column as _, Decode, Postgres, Row as _, Sqlite, Type, postgres::PgRow, sqlite::SqliteRow};

use super::DbError;

/// A row of a result.
pub enum Row {
    /// SQLite's.
    Sqlite(SqliteRow),
    /// PostgreSQL's.
    Postgres(PgRow),
}

/// A type that a column can be read as: `i64`, `String`, and `Option`s of them.
pub trait Column: for<'r> Decode<'r, Sqlite> + Type<Sqlite> + for<'r> Decode<'r, Postgres> + Type<Postgres> {}

impl<T: for<'r> Decode<'r, Sqlite> + Type<Sqlite> + for<'r> Decode<'r, Postgres> + Type<Postgres>> Column for T {}

impl Row {
    /// The value of the column `name`.
    ///
    /// # Errors
    /// When there is no such column, or it has another type.
    pub fn get<T: Column>(&self, name: &str) -> Result<T, DbError> {
        match self {
            Row::Sqlite(row) => row.try_get(name),
            Row::Postgres(row) => row.try_get(name),
        }
        .map_err(DbError::from)
    }

    /// All columns with their names, in the order of the result.
    ///
    /// # Errors
    /// When one is neither a number nor text.
    pub fn cells(&self) -> Result<Vec<(String, Cell)>, DbError> {
        let names: Vec<_> = match self {
            Row::Sqlite(row) => row.columns().iter().map(|column| column.name().to_owned()).collect(),
            Row::Postgres(row) => row.columns().iter().map(|column| column.name().to_owned()).collect(),
        };
        let cell = |name: String| {
            let cell = match self.get::<Option<i64>>(&name) {
                Ok(number) => number.map_or(Cell::Null, Cell::Integer),
                Err(_) => self.get::<Option<String>>(&name)?.map_or(Cell::Null, Cell::Text),
            };
            Ok((name, cell))
        };
        names.into_iter().map(cell).collect()
    }
}

/// What stands in a column, whatever it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
    /// Nothing.
    Null,
    /// A number.
    Integer(i64),
    /// A text.
    Text(String),
}
