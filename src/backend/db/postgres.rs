use std::{
    str::FromStr,
    time::{Duration, Instant},
};

use sqlx::{
    ConnectOptions, Connection as _, PgPool, Postgres, Row as _,
    pool::PoolConnection,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use tokio::{sync::Mutex, time::timeout};

use super::{DbError, error::chain};

/// How long a connection is waited for.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long a server has to say why there is none.
const ANSWER: Duration = Duration::from_secs(3);
/// For so long the server is not asked again.
const KNOWN: Duration = Duration::from_secs(1);

/// A PostgreSQL and the connections to it.
#[derive(Debug)]
pub(super) struct Server {
    pool: PgPool,
    options: PgConnectOptions,
    connections: u32,
    /// Why there was no connection when that was last asked.
    known: Mutex<Option<(Instant, String)>>,
}

impl Server {
    /// The server of `url`, which answers and stores every text.
    pub(super) async fn open(url: &str, connections: u32, read_only: bool) -> Result<Self, DbError> {
        let mut options = PgConnectOptions::from_str(url)?;
        if read_only {
            options = options.options([("default_transaction_read_only", "on")]);
        }
        let pool = PgPoolOptions::new().max_connections(connections).acquire_timeout(PATIENCE);
        let pool = pool.connect_lazy_with(options.clone());
        let server = Self { pool, options, connections, known: Mutex::default() };
        let mut connection = server.connection().await?;
        let row = sqlx::query("SELECT current_setting('server_encoding')").fetch_one(&mut *connection).await?;
        match row.try_get::<String, _>(0)?.as_str() {
            "UTF8" => Ok(server),
            other => Err(DbError::Unavailable(format!(
                "{}: its encoding is {other}, and names may hold characters that this has not: make it with \
                 CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0",
                server.place()
            ))),
        }
    }

    /// A connection of the pool, or the reason why there is none.
    pub(super) async fn connection(&self) -> Result<PoolConnection<Postgres>, DbError> {
        match self.pool.acquire().await {
            Ok(connection) => Ok(connection),
            // The pool keeps what it met while it tried again and again to itself.
            Err(sqlx::Error::PoolTimedOut) => Err(DbError::Unavailable(self.reason().await)),
            Err(error) => Err(DbError::Unavailable(self.said(&error))),
        }
    }

    pub(super) async fn close(&self) {
        self.pool.close().await;
    }

    /// Why there is no connection: what one outside the pool meets. One caller asks, the others wait for the answer.
    async fn reason(&self) -> String {
        let mut known = self.known.lock().await;
        if let Some((_, reason)) = known.as_ref().filter(|(asked, _)| asked.elapsed() < KNOWN) {
            return reason.clone();
        }
        let reason = match timeout(ANSWER, self.options.connect()).await {
            Ok(Ok(connection)) => {
                // It has served its purpose.
                let _ = connection.close_hard().await;
                format!("{}: all {} connections of this process are in use", self.place(), self.connections)
            }
            Ok(Err(error)) => self.said(&error),
            Err(_) => format!("{}: no answer within {} s", self.place(), ANSWER.as_secs()),
        };
        *known = Some((Instant::now(), reason.clone()));
        reason
    }

    /// What kept us from connecting, and from where.
    fn said(&self, error: &sqlx::Error) -> String {
        format!("{}: {}", self.place(), chain(error))
    }

    /// Where the database is, without who we are there.
    fn place(&self) -> String {
        let (host, port) = (self.options.get_host(), self.options.get_port());
        let server = self.options.get_socket().map_or_else(
            || format!("{host}:{port}"),
            |folder| folder.join(format!(".s.PGSQL.{port}")).display().to_string(),
        );
        format!("PostgreSQL at {server}, database {}", self.options.get_database().unwrap_or("(the user's)"))
    }
}
