use std::{
    io,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use sqlx::{
    ConnectOptions, Connection as _, Executor as _, Row as _, Sqlite, SqliteConnection, SqlitePool,
    pool::PoolConnection,
    sqlite::{SqliteConnectOptions, SqlitePoolOptions},
};
use tokio::{sync::Mutex, time::sleep};

use super::{
    DbError,
    file::{self, Files, Serving},
};

/// How long a connection to SQLite waits for another one.
pub(super) const PATIENCE: Duration = Duration::from_secs(5);
/// How often a new file that others open too is tried again.
const POLL: Duration = Duration::from_millis(10);

/// A SQLite database and the connections to it.
#[derive(Debug)]
pub(super) struct File {
    pool: SqlitePool,
    /// Is never used: a database in memory ends with its last connection, and the log of a file is another one after it.
    first: Mutex<Option<SqliteConnection>>,
    /// None in memory, and where nothing is written.
    files: Option<Files>,
}

impl File {
    /// Opens a file, which is made if there is none.
    pub(super) async fn open(options: SqliteConnectOptions, connections: u32) -> Result<Self, DbError> {
        let Some(path) = path(&options) else { return Self::in_memory(options, connections).await };
        let named = |error: io::Error| DbError::Unavailable(format!("{}: {error}", path.display()));
        file::create(&path).map_err(named)?;
        let mut opened = Self::in_memory(options, connections).await.map_err(|error| explained(error, &path))?;
        opened.files = Some(Files::opened(&path).map_err(named)?);
        Ok(opened)
    }

    /// Opens a file by one connection that changes nothing.
    pub(super) async fn open_to_read(options: SqliteConnectOptions) -> Result<Self, DbError> {
        let path = path(&options);
        let pool = SqlitePoolOptions::new().max_connections(1).connect_lazy_with(options);
        let opened = Self { pool, first: Mutex::default(), files: None };
        match opened.readable().await {
            Ok(()) => Ok(opened),
            Err(error) => Err(path.map_or(error.clone(), |path| explained(error, &path))),
        }
    }

    async fn readable(&self) -> Result<(), DbError> {
        has_utf8(&mut *self.connection().await?).await
    }

    /// Opens whatever `options` name.
    pub(super) async fn in_memory(options: SqliteConnectOptions, connections: u32) -> Result<Self, DbError> {
        let options = options.foreign_keys(true).busy_timeout(PATIENCE);
        // The indexes of a million orders do not fit in the 2 MB that a connection keeps by itself; reads need no copy.
        let options = options.pragma("cache_size", "-65536").pragma("mmap_size", "1073741824");
        let started = Instant::now();
        let mut first = loop {
            // A new file is turned to write-ahead logging by whoever has it alone, which SQLite itself does not wait for.
            match options.connect().await.map_err(DbError::from) {
                Err(DbError::Busy) if started.elapsed() < PATIENCE => sleep(POLL).await,
                opened => break opened?,
            }
        };
        has_utf8(&mut first).await?;
        // Reading opens the log.
        first.execute("SELECT COUNT(*) FROM sqlite_master").await?;
        let pool = SqlitePoolOptions::new().max_connections(connections).idle_timeout(None).max_lifetime(None);
        let pool = pool.connect_lazy_with(options.optimize_on_close(true, 400));
        Ok(Self { pool, first: Mutex::new(Some(first)), files: None })
    }

    /// A connection of the pool to the file that was opened.
    pub(super) async fn connection(&self) -> Result<PoolConnection<Sqlite>, DbError> {
        self.files.as_ref().map_or(Ok(()), Files::check)?;
        Ok(self.pool.acquire().await?)
    }

    /// Locks the file for this process, if there is one.
    pub(super) async fn lock(&self) -> Result<Option<Serving>, DbError> {
        match &self.files {
            Some(files) => files.lock().await.map(Some),
            None => Ok(None),
        }
    }

    pub(super) async fn close(&self) {
        self.pool.close().await;
        if let Some(first) = self.first.lock().await.take() {
            // Nothing hangs on it any more.
            let _ = first.close().await;
        }
    }
}

/// The file that `options` name, unless it is none.
fn path(options: &SqliteConnectOptions) -> Option<PathBuf> {
    let path = options.get_filename();
    let special = path.to_str().is_none_or(|name| name.is_empty() || name.starts_with("file:") || name == ":memory:");
    (!special).then(|| path.to_owned())
}

/// Other encodings order texts otherwise, and the beginning of a name would not be found.
async fn has_utf8(connection: &mut SqliteConnection) -> Result<(), DbError> {
    match sqlx::query("PRAGMA encoding").fetch_one(connection).await?.try_get::<String, _>(0)?.as_str() {
        "UTF-8" => Ok(()),
        other => Err(DbError::Unavailable(format!("its encoding is {other}, not UTF-8"))),
    }
}

/// `error` with the file that it is about, and what the file system has against it.
fn explained(error: DbError, path: &Path) -> DbError {
    let text = match &error {
        DbError::Busy | DbError::Duplicate => error.to_string(),
        DbError::Unavailable(text) | DbError::Lost(text) | DbError::Other(text) => text.clone(),
    };
    let obstacle = file::obstacle(path).map(|error| format!(": {error}")).unwrap_or_default();
    DbError::Unavailable(format!("{}{obstacle}: {text}", path.display()))
}
