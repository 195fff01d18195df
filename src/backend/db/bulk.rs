use std::fmt::Write;

use sqlx::PgConnection;

use super::{
    Bound, DbError, Session,
    sql::{Value, sql},
};

/// A statement of many rows has at most so many parameters on SQLite, and is kept prepared.
const PARAMETERS: usize = 2_000;
/// `COPY` is sent in pieces of about so many bytes: PostgreSQL stores one while the next is written.
const PIECE: usize = 1 << 16;

impl Session {
    /// Stores `rows` in `columns` of `table`, in the way that is quickest on each engine: `COPY` on PostgreSQL, statements
    /// of many rows on SQLite.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn insert<const N: usize>(
        &mut self,
        table: &str,
        columns: &str,
        rows: Vec<[Bound; N]>,
    ) -> Result<(), DbError> {
        if let Some(connection) = self.as_postgres() {
            return copy(connection, table, columns, &rows).await;
        }
        let mut rows = rows.into_iter().peekable();
        while rows.peek().is_some() {
            let mut statement = sql("INSERT INTO ").push(table).push(" (").push(columns).push(") VALUES ");
            for (index, row) in rows.by_ref().take(PARAMETERS / N).enumerate() {
                statement = statement.push(if index == 0 { "" } else { ", " }).list(row);
            }
            self.execute(statement).await?;
        }
        Ok(())
    }
}

async fn copy<const N: usize>(
    connection: &mut PgConnection,
    table: &str,
    columns: &str,
    rows: &[[Bound; N]],
) -> Result<(), DbError> {
    let mut sink = connection.copy_in_raw(&format!("COPY {table} ({columns}) FROM STDIN")).await?;
    let mut text = String::new();
    for row in rows {
        for (index, Bound(value)) in row.iter().enumerate() {
            text.push_str(if index == 0 { "" } else { "\t" });
            field(&mut text, value);
        }
        text.push('\n');
        if text.len() > PIECE {
            sink.send(std::mem::take(&mut text).into_bytes()).await?;
        }
    }
    sink.send(text.into_bytes()).await?;
    sink.finish().await?;
    Ok(())
}

/// A value as a field of `COPY`'s text format.
fn field(text: &mut String, value: &Value) {
    match value {
        Value::Integer(None) | Value::Text(None) => text.push_str("\\N"),
        Value::Integer(Some(number)) => {
            // Writing to a String cannot fail.
            let _ = write!(text, "{number}");
        }
        Value::Text(Some(value)) => {
            for char in value.chars() {
                match char {
                    '\\' => text.push_str("\\\\"),
                    '\t' => text.push_str("\\t"),
                    '\n' => text.push_str("\\n"),
                    '\r' => text.push_str("\\r"),
                    char => text.push(char),
                }
            }
        }
    }
}
