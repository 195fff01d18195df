use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use sqlx::{
    AssertSqlSafe, Connection as _, PgConnection, Postgres, Sqlite, pool::PoolConnection, postgres::PgArguments,
    query::Query, sqlite::SqliteArguments,
};
use tokio::{runtime::Handle, time::timeout};

use super::{
    DbError, Engine, Plan, Row, Sql, plans,
    sql::{Value, sql},
};

/// How long what a transaction has left over may take to be rolled back.
const PATIENCE: Duration = Duration::from_secs(5);

/// A connection, in a transaction or not. Dropped without [`Session::commit`], a transaction changes nothing.
///
/// A connection goes back to its pool when it is known to be in no transaction. Whatever has happened to it, an error, a call
/// that was given up or a panic, its transaction is rolled back first; if that fails, the connection is closed.
pub struct Session {
    /// There until the session is dropped.
    connection: Option<Connection>,
    /// Whether a transaction was begun and has not been seen to end.
    in_transaction: bool,
    write_failed: Arc<AtomicBool>,
}

pub(super) enum Connection {
    Sqlite(PoolConnection<Sqlite>),
    Postgres(PoolConnection<Postgres>),
}

impl From<PoolConnection<Sqlite>> for Connection {
    fn from(connection: PoolConnection<Sqlite>) -> Self {
        Self::Sqlite(connection)
    }
}

impl From<PoolConnection<Postgres>> for Connection {
    fn from(connection: PoolConnection<Postgres>) -> Self {
        Self::Postgres(connection)
    }
}

/// Runs `$run` on whatever the connection is; `$query` prepares the statement for its engine.
macro_rules! on {
    ($session:expr, $statement:expr, |$connection:ident, $query:ident| $run:expr, $sqlite:expr, $postgres:expr) => {
        match $session.connection() {
            Connection::Sqlite(connection) => {
                let ($connection, $query) = (&mut **connection, sqlite($statement));
                $run.map($sqlite)
            }
            Connection::Postgres(connection) => {
                let ($connection, $query) = (&mut **connection, postgres($statement));
                $run.map($postgres)
            }
        }
        .map_err(DbError::from)
    };
}

/// Rolls back what a transaction has left over, and closes the connection if that does not work.
macro_rules! roll_back {
    ($runtime:expr, $connection:expr) => {{
        let mut connection = $connection;
        drop($runtime.spawn(async move {
            let rolled_back = timeout(PATIENCE, sqlx::raw_sql("ROLLBACK").execute(&mut *connection)).await;
            if !matches!(rolled_back, Ok(Ok(_))) {
                tracing::info!("a connection is closed: its transaction could not be rolled back");
                // What it says to that changes nothing.
                let _ = timeout(PATIENCE, connection.detach().close_hard()).await;
            }
        }));
    }};
}

impl Session {
    pub(super) fn new(connection: impl Into<Connection>, write_failed: &Arc<AtomicBool>) -> Self {
        Self { connection: Some(connection.into()), in_transaction: false, write_failed: write_failed.clone() }
    }

    /// The same connection, in a transaction.
    pub(super) async fn begin(mut self) -> Result<Self, DbError> {
        self.in_transaction = true;
        let begin = match self.engine() {
            Engine::Sqlite => "BEGIN IMMEDIATE",
            Engine::Postgres => "BEGIN",
        };
        self.script(begin).await?;
        Ok(self)
    }

    fn connection(&mut self) -> &mut Connection {
        self.connection.as_mut().expect("a session has its connection until it is dropped")
    }

    /// Takes note of a failure to write that says nothing about the statement.
    fn noted<T>(&self, result: Result<T, DbError>) -> Result<T, DbError> {
        if let Err(DbError::Unavailable(_) | DbError::Other(_)) = &result {
            self.write_failed.store(true, Ordering::Relaxed);
        }
        result
    }

    /// The engine that it is connected to.
    pub fn engine(&self) -> Engine {
        match self.connection {
            Some(Connection::Postgres(_)) => Engine::Postgres,
            _ => Engine::Sqlite,
        }
    }

    /// Waits until no other transaction has the turn `number`, and has it until the commit. What is read afterwards shows
    /// what the one before has changed. SQLite's one writer needs nothing.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn take_turn(&mut self, number: i64) -> Result<(), DbError> {
        if self.engine() == Engine::Postgres {
            self.all(sql("SELECT pg_advisory_xact_lock(").bind(number).push(")")).await?;
        }
        Ok(())
    }

    /// The database's clock, in milliseconds since 1970 UTC.
    pub fn clock(&self) -> &'static str {
        match self.engine() {
            Engine::Sqlite => "CAST(unixepoch('subsec') * 1000 AS INTEGER)",
            Engine::Postgres => "CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT)",
        }
    }

    /// What ends a `SELECT` whose rows nobody else may change, nor refer to anew, until the transaction is over. On
    /// SQLite a transaction is the one writer anyway.
    pub fn locking(&self) -> &'static str {
        match self.engine() {
            Engine::Sqlite => "",
            Engine::Postgres => " FOR UPDATE",
        }
    }

    /// What a `SELECT` from `table` ends with to keep its rows as they are until the commit. SQLite's one writer needs
    /// nothing.
    pub fn keep(&self, table: &str) -> String {
        match self.engine() {
            Engine::Sqlite => String::new(),
            Engine::Postgres => format!(" FOR SHARE OF {table}"),
        }
    }

    /// What a `SELECT` from `table` ends with to take its rows for this transaction alone, without those that another
    /// one has taken. SQLite's one writer needs nothing.
    pub fn take(&self, table: &str) -> String {
        match self.engine() {
            Engine::Sqlite => String::new(),
            Engine::Postgres => format!(" FOR UPDATE OF {table} SKIP LOCKED"),
        }
    }

    /// All rows of a query.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn all(&mut self, statement: Sql) -> Result<Vec<Row>, DbError> {
        self.explain(&statement).await?;
        let rows = on!(
            self,
            statement,
            |connection, query| query.fetch_all(connection).await,
            |rows| rows.into_iter().map(Row::Sqlite).collect(),
            |rows| rows.into_iter().map(Row::Postgres).collect()
        );
        self.noted(rows)
    }

    /// The first row of a query.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn first(&mut self, statement: Sql) -> Result<Option<Row>, DbError> {
        self.explain(&statement).await?;
        let row = on!(
            self,
            statement,
            |connection, query| query.fetch_optional(connection).await,
            |row| row.map(Row::Sqlite),
            |row| row.map(Row::Postgres)
        );
        self.noted(row)
    }

    /// How many rows a statement changed.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn execute(&mut self, statement: Sql) -> Result<u64, DbError> {
        self.explain(&statement).await?;
        let rows = on!(
            self,
            statement,
            |connection, query| query.execute(connection).await,
            |done| done.rows_affected(),
            |done| done.rows_affected()
        );
        self.noted(rows)
    }

    /// PostgreSQL's own connection, if it is that.
    pub(super) fn as_postgres(&mut self) -> Option<&mut PgConnection> {
        match self.connection() {
            Connection::Sqlite(_) => None,
            Connection::Postgres(connection) => Some(connection),
        }
    }

    /// Has the engine tell how it carries out `statement`, where [`explained`](super::explained) wants that.
    async fn explain(&mut self, statement: &Sql) -> Result<(), DbError> {
        if !plans::wanted() {
            return Ok(());
        }
        let (explain, column) = match self.engine() {
            Engine::Sqlite => ("EXPLAIN QUERY PLAN ", "detail"),
            Engine::Postgres => ("EXPLAIN ", "QUERY PLAN"),
        };
        let explain = sql(explain).append(statement.clone());
        let rows: Vec<Row> = on!(
            self,
            explain,
            |connection, query| query.fetch_all(connection).await,
            |rows| rows.into_iter().map(Row::Sqlite).collect(),
            |rows| rows.into_iter().map(Row::Postgres).collect()
        )?;
        let steps = rows.iter().map(|row| row.get::<String>(column)).collect::<Result<Vec<_>, _>>()?;
        plans::keep(Plan { statement: statement.text.clone(), steps: steps.join("\n") });
        Ok(())
    }

    /// Runs several statements without parameters: migrations.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn script(&mut self, script: &str) -> Result<(), DbError> {
        let script = sqlx::raw_sql(AssertSqlSafe(script.to_owned()));
        let done = match self.connection() {
            Connection::Sqlite(connection) => script.execute(&mut **connection).await.map(drop),
            Connection::Postgres(connection) => script.execute(&mut **connection).await.map(drop),
        };
        self.noted(done.map_err(DbError::from))
    }

    /// Makes the changes of a transaction last.
    ///
    /// # Errors
    /// See [`DbError`]; then nothing has changed, or nobody knows.
    pub async fn commit(mut self) -> Result<(), DbError> {
        if self.in_transaction {
            self.script("COMMIT").await?;
            self.in_transaction = false;
        }
        Ok(())
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        if !self.in_transaction {
            return;
        }
        let Some(connection) = self.connection.take() else { return };
        // Without a runtime, nobody rolls back: the connection ends with its pool.
        if let Ok(runtime) = Handle::try_current() {
            match connection {
                Connection::Sqlite(connection) => roll_back!(runtime, connection),
                Connection::Postgres(connection) => roll_back!(runtime, connection),
            }
        }
    }
}

fn sqlite(statement: Sql) -> Query<'static, Sqlite, SqliteArguments> {
    let query = sqlx::query(AssertSqlSafe(statement.nameless().unwrap_or(statement.text)));
    statement.values.into_iter().fold(query, |query, value| match value {
        Value::Integer(value) => query.bind(value),
        Value::Text(value) => query.bind(value),
    })
}

fn postgres(statement: Sql) -> Query<'static, Postgres, PgArguments> {
    let query = sqlx::query(AssertSqlSafe(statement.text));
    statement.values.into_iter().fold(query, |query, value| match value {
        Value::Integer(value) => query.bind(value),
        Value::Text(value) => query.bind(value),
    })
}
