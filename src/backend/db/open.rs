use std::{
    str::FromStr,
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, Instant},
};

use sqlx::{
    PgPool, SqlitePool,
    postgres::{PgConnectOptions, PgPoolOptions},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use tokio::time::sleep;

use super::{DbError, Session};

/// How long a connection to SQLite waits for another one.
const PATIENCE: Duration = Duration::from_secs(5);
/// How often a new file that others open too is tried again.
const POLL: Duration = Duration::from_millis(10);

/// Which engine a database runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// SQLite, in a file or in memory.
    Sqlite,
    /// PostgreSQL 15 or later.
    Postgres,
}

/// A database. Clones share one pool.
#[derive(Debug, Clone)]
pub struct Db(Pool);

#[derive(Debug, Clone)]
enum Pool {
    Sqlite(SqlitePool),
    Postgres(PgPool),
}

impl Db {
    /// Opens the database at `url`: `sqlite://path/to/file.db`, `postgres://user@host/name`; with at most
    /// `connections` connections.
    ///
    /// # Errors
    /// When the URL names no engine that is known, or the database cannot be reached.
    pub async fn open(url: &str, connections: u32) -> Result<Self, DbError> {
        if url.starts_with("sqlite:") {
            let options =
                SqliteConnectOptions::from_str(url)?.create_if_missing(true).journal_mode(SqliteJournalMode::Wal);
            return Self::sqlite(options.synchronous(SqliteSynchronous::Normal), connections).await;
        }
        if url.starts_with("postgres:") || url.starts_with("postgresql:") {
            let pool = PgPoolOptions::new().max_connections(connections).acquire_timeout(Duration::from_secs(5));
            return Ok(Self(Pool::Postgres(pool.connect_with(PgConnectOptions::from_str(url)?).await?)));
        }
        Err(DbError::Other("the database URL should begin with sqlite: or postgres:".to_owned()))
    }

    /// Opens the database at `url`, which is there already, by one connection that can change nothing.
    ///
    /// # Errors
    /// As [`Db::open`]'s, and when there is no such file.
    pub async fn open_to_read(url: &str) -> Result<Self, DbError> {
        if url.starts_with("sqlite:") {
            let options = SqliteConnectOptions::from_str(url)?.read_only(true).busy_timeout(PATIENCE);
            let pool = SqlitePoolOptions::new().max_connections(1);
            return Ok(Self(Pool::Sqlite(pool.connect_with(options).await?)));
        }
        let options = PgConnectOptions::from_str(url)?.options([("default_transaction_read_only", "on")]);
        Ok(Self(Pool::Postgres(PgPoolOptions::new().max_connections(1).connect_with(options).await?)))
    }

    /// A fresh database in memory, gone with its last clone.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn in_memory() -> Result<Self, DbError> {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        // A plain `:memory:` is one database for each connection; the memory VFS shares one by its name.
        let name = format!("/polaris-{}", NUMBER.fetch_add(1, Ordering::Relaxed));
        Self::sqlite(SqliteConnectOptions::new().filename(name).vfs("memdb"), 8).await
    }

    async fn sqlite(options: SqliteConnectOptions, connections: u32) -> Result<Self, DbError> {
        let options = options.foreign_keys(true).busy_timeout(PATIENCE);
        // The indexes of a million orders do not fit in the 2 MB that a connection keeps by itself; reads need no copy.
        let options = options.pragma("cache_size", "-65536").pragma("mmap_size", "1073741824");
        let options = options.optimize_on_close(true, 400);
        // The first connection stays: a database in memory ends with its last one.
        let pool = SqlitePoolOptions::new().max_connections(connections).idle_timeout(None).max_lifetime(None);
        let started = Instant::now();
        loop {
            // A new file is turned to write-ahead logging by whoever has it alone, which SQLite itself does not wait for.
            match pool.clone().connect_with(options.clone()).await.map_err(DbError::from) {
                Err(DbError::Busy) if started.elapsed() < PATIENCE => sleep(POLL).await,
                opened => return Ok(Self(Pool::Sqlite(opened?))),
            }
        }
    }

    /// The engine.
    pub fn engine(&self) -> Engine {
        match self.0 {
            Pool::Sqlite(_) => Engine::Sqlite,
            Pool::Postgres(_) => Engine::Postgres,
        }
    }

    /// Has the engine look at the data anew, after much has come in: it finds its indexes by what it knows of it.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn analyze(&self) -> Result<(), DbError> {
        self.session().await?.script("ANALYZE").await
    }

    /// Closes every connection.
    pub async fn close(&self) {
        match &self.0 {
            Pool::Sqlite(pool) => pool.close().await,
            Pool::Postgres(pool) => pool.close().await,
        }
    }

    /// A connection to read with.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn session(&self) -> Result<Session, DbError> {
        Ok(match &self.0 {
            Pool::Sqlite(pool) => Session::sqlite(pool.acquire().await?),
            Pool::Postgres(pool) => Session::postgres(pool.acquire().await?),
        })
    }

    /// A transaction that will write. On SQLite it is the one writer from its beginning, so that it never has to give
    /// up half-way.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn transaction(&self) -> Result<Session, DbError> {
        Ok(match &self.0 {
            Pool::Sqlite(pool) => Session::sqlite_transaction(pool.begin_with("BEGIN IMMEDIATE").await?),
            Pool::Postgres(pool) => Session::postgres_transaction(pool.begin().await?),
        })
    }
}
