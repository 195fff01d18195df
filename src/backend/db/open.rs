use std::{
    str::FromStr,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};

use super::{
    DbError, Session,
    file::Serving,
    postgres::Server,
    sqlite::{File, PATIENCE},
};

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
pub struct Db(Arc<Parts>);

#[derive(Debug)]
struct Parts {
    pool: Pool,
    /// Set once a write has failed, until one is seen to work again.
    write_failed: Arc<AtomicBool>,
}

#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "a process has one")]
enum Pool {
    Sqlite(File),
    Postgres(Server),
}

impl Db {
    fn of(pool: Pool) -> Self {
        Self(Arc::new(Parts { pool, write_failed: Arc::default() }))
    }

    /// Opens the database at `url`: `sqlite://path/to/file.db`, `postgres://user@host/name`; with at most
    /// `connections` connections.
    ///
    /// # Errors
    /// When the URL names no engine that is known, or the database cannot be reached.
    pub async fn open(url: &str, connections: u32) -> Result<Self, DbError> {
        if url.starts_with("sqlite:") {
            let options = SqliteConnectOptions::from_str(url)?.create_if_missing(true);
            // Whoever is told of a change may rely on it: a commit waits until it is on the disk.
            let options = options.journal_mode(SqliteJournalMode::Wal).synchronous(SqliteSynchronous::Full);
            return Ok(Self::of(Pool::Sqlite(File::open(options, connections).await?)));
        }
        if url.starts_with("postgres:") || url.starts_with("postgresql:") {
            return Ok(Self::of(Pool::Postgres(Server::open(url, connections, false).await?)));
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
            return Ok(Self::of(Pool::Sqlite(File::open_to_read(options).await?)));
        }
        Ok(Self::of(Pool::Postgres(Server::open(url, 1, true).await?)))
    }

    /// A fresh database in memory, gone with its last clone.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn in_memory() -> Result<Self, DbError> {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        // A plain `:memory:` is one database for each connection; the memory VFS shares one by its name.
        let name = format!("/polaris-{}", NUMBER.fetch_add(1, Ordering::Relaxed));
        let options = SqliteConnectOptions::new().filename(name).vfs("memdb");
        Ok(Self::of(Pool::Sqlite(File::in_memory(options, 8).await?)))
    }

    /// The engine.
    pub fn engine(&self) -> Engine {
        match self.0.pool {
            Pool::Sqlite(_) => Engine::Sqlite,
            Pool::Postgres(_) => Engine::Postgres,
        }
    }

    /// Makes this process the one that serves the database, where it can have but one: a SQLite file. It is so until what
    /// is returned is dropped.
    ///
    /// # Errors
    /// [`DbError::Unavailable`] when another process serves it.
    pub async fn serve_alone(&self) -> Result<Option<Serving>, DbError> {
        match &self.0.pool {
            Pool::Sqlite(file) => file.lock().await,
            Pool::Postgres(_) => Ok(None),
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
        match &self.0.pool {
            Pool::Sqlite(file) => file.close().await,
            Pool::Postgres(server) => server.close().await,
        }
    }

    /// A connection to read with.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn session(&self) -> Result<Session, DbError> {
        Ok(match &self.0.pool {
            Pool::Sqlite(file) => Session::new(file.connection().await?, &self.0.write_failed),
            Pool::Postgres(server) => Session::new(server.connection().await?, &self.0.write_failed),
        })
    }

    /// A transaction that will write. On SQLite it is the one writer from its beginning, so that it never has to give
    /// up half-way.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn transaction(&self) -> Result<Session, DbError> {
        self.session().await?.begin().await
    }

    /// Whether a write has failed, and none was [seen to work](Self::writes_work) since.
    #[must_use]
    pub fn write_failed(&self) -> bool {
        self.0.write_failed.load(Ordering::Relaxed)
    }

    /// Takes note that a write of some size has worked.
    pub fn writes_work(&self) {
        self.0.write_failed.store(false, Ordering::Relaxed);
    }
}
