use sqlx::{
    AssertSqlSafe, PgConnection, Postgres, Sqlite, Transaction, pool::PoolConnection, postgres::PgArguments,
    query::Query, sqlite::SqliteArguments,
};

use super::{
    DbError, Engine, Plan, Row, Sql, plans,
    sql::{Value, sql},
};

/// A connection, in a transaction or not. Dropped without [`Session::commit`], a transaction changes nothing.
pub struct Session(Connection);

enum Connection {
    Sqlite(PoolConnection<Sqlite>),
    SqliteTransaction(Transaction<'static, Sqlite>),
    Postgres(PoolConnection<Postgres>),
    PostgresTransaction(Transaction<'static, Postgres>),
}

/// Runs `$run` on whatever the connection is; `$query` prepares the statement for its engine.
macro_rules! on {
    ($session:expr, $statement:expr, |$connection:ident, $query:ident| $run:expr, $sqlite:expr, $postgres:expr) => {
        match &mut $session.0 {
            Connection::Sqlite(connection) => {
                let ($connection, $query) = (&mut **connection, sqlite($statement));
                $run.map($sqlite)
            }
            Connection::SqliteTransaction(connection) => {
                let ($connection, $query) = (&mut **connection, sqlite($statement));
                $run.map($sqlite)
            }
            Connection::Postgres(connection) => {
                let ($connection, $query) = (&mut **connection, postgres($statement));
                $run.map($postgres)
            }
            Connection::PostgresTransaction(connection) => {
                let ($connection, $query) = (&mut **connection, postgres($statement));
                $run.map($postgres)
            }
        }
        .map_err(DbError::from)
    };
}

impl Session {
    pub(super) fn sqlite(connection: PoolConnection<Sqlite>) -> Self {
        Self(Connection::Sqlite(connection))
    }

    pub(super) fn sqlite_transaction(transaction: Transaction<'static, Sqlite>) -> Self {
        Self(Connection::SqliteTransaction(transaction))
    }

    pub(super) fn postgres(connection: PoolConnection<Postgres>) -> Self {
        Self(Connection::Postgres(connection))
    }

    pub(super) fn postgres_transaction(transaction: Transaction<'static, Postgres>) -> Self {
        Self(Connection::PostgresTransaction(transaction))
    }

    /// The engine that it is connected to.
    pub fn engine(&self) -> Engine {
        match self.0 {
            Connection::Sqlite(_) | Connection::SqliteTransaction(_) => Engine::Sqlite,
            Connection::Postgres(_) | Connection::PostgresTransaction(_) => Engine::Postgres,
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
        on!(
            self,
            statement,
            |connection, query| query.fetch_all(connection).await,
            |rows| rows.into_iter().map(Row::Sqlite).collect(),
            |rows| rows.into_iter().map(Row::Postgres).collect()
        )
    }

    /// The first row of a query.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn first(&mut self, statement: Sql) -> Result<Option<Row>, DbError> {
        self.explain(&statement).await?;
        on!(
            self,
            statement,
            |connection, query| query.fetch_optional(connection).await,
            |row| row.map(Row::Sqlite),
            |row| row.map(Row::Postgres)
        )
    }

    /// How many rows a statement changed.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn execute(&mut self, statement: Sql) -> Result<u64, DbError> {
        self.explain(&statement).await?;
        on!(self, statement, |connection, query| query.execute(connection).await, |done| done.rows_affected(), |done| {
            done.rows_affected()
        })
    }

    /// PostgreSQL's own connection, if it is that.
    pub(super) fn as_postgres(&mut self) -> Option<&mut PgConnection> {
        match &mut self.0 {
            Connection::Sqlite(_) | Connection::SqliteTransaction(_) => None,
            Connection::Postgres(connection) => Some(connection),
            Connection::PostgresTransaction(connection) => Some(connection),
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
        let script = || sqlx::raw_sql(AssertSqlSafe(script.to_owned()));
        match &mut self.0 {
            Connection::Sqlite(connection) => script().execute(&mut **connection).await.map(drop),
            Connection::SqliteTransaction(connection) => script().execute(&mut **connection).await.map(drop),
            Connection::Postgres(connection) => script().execute(&mut **connection).await.map(drop),
            Connection::PostgresTransaction(connection) => script().execute(&mut **connection).await.map(drop),
        }
        .map_err(DbError::from)
    }

    /// Makes the changes of a transaction last.
    ///
    /// # Errors
    /// See [`DbError`]; then nothing has changed, or nobody knows.
    pub async fn commit(self) -> Result<(), DbError> {
        match self.0 {
            Connection::SqliteTransaction(transaction) => transaction.commit().await?,
            Connection::PostgresTransaction(transaction) => transaction.commit().await?,
            Connection::Sqlite(_) | Connection::Postgres(_) => {}
        }
        Ok(())
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
