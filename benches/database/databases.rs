use std::{path::Path, time::Instant};

use mocks::world::Generator;
use polaris::backend::{Backend, db::Engine, intake};
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};

use super::{
    Outcome,
    load::{backend, seed},
};

const SMALL: [u64; 2] = [10_000, 2_000];
const LARGE: [u64; 2] = [1_000_000, 200_000];
/// What `polaris seed` takes, if nothing else is said.
const SEED: u64 = 1;
const NOW: &str = "2021-09-03 10:00:00";

/// A backend with few orders, and one with many.
pub struct Databases {
    pub small: Backend,
    pub large: Backend,
    pub large_url: String,
}

impl Databases {
    /// SQLite files in `folder`.
    pub async fn files(folder: &Path) -> Outcome<Self> {
        let url = |name: &str| format!("sqlite://{}", folder.join(name).display());
        Self::filled(url("small.db"), url("large.db")).await
    }

    /// Databases of their own beside the one of `url`.
    pub async fn postgres(url: &str) -> Outcome<Self> {
        let mut server = PgConnection::connect(url).await?;
        let mut urls = [url::Url::parse(url)?, url::Url::parse(url)?];
        for (name, url) in ["polaris_bench_small", "polaris_bench_large"].into_iter().zip(&mut urls) {
            for statement in [format!("DROP DATABASE IF EXISTS {name}"), format!("CREATE DATABASE {name}")] {
                server.execute(sqlx::raw_sql(AssertSqlSafe(statement))).await?;
            }
            url.set_path(name);
        }
        let [small, large] = urls.map(String::from);
        Self::filled(small, large).await
    }

    async fn filled(small_url: String, large_url: String) -> Outcome<Self> {
        let (small, large) = (filled(&small_url, SMALL).await?, filled(&large_url, LARGE).await?);
        Ok(Self { small, large, large_url })
    }

    pub fn engine(&self) -> Engine {
        self.large.db().engine()
    }

    /// Orders a second: by PostgreSQL's `\copy` of the very rows into the empty table, and by our seeding.
    pub async fn seed_beside_copy(&self) -> Outcome<(f64, f64)> {
        let [orders, members] = LARGE;
        let rate = |begun: Instant| orders as f64 / begun.elapsed().as_secs_f64();
        let mut server = PgConnection::connect(&self.large_url).await?;
        let empty = "TRUNCATE swap_order";
        let rows = copied_out(&mut server).await?;
        server.execute(empty).await?;
        let begun = Instant::now();
        let mut sink = server.copy_in_raw("COPY swap_order FROM STDIN").await?;
        for chunk in rows.chunks(1 << 16) {
            sink.send(chunk).await?;
        }
        sink.finish().await?;
        let copy = rate(begun);
        server.execute(empty).await?;
        let generator = Generator::new(SEED, members, orders, NOW.parse()?);
        let begun = Instant::now();
        intake::fill(&self.large, generator.orders(), |_| {}).await?;
        let seed = rate(begun);
        server.execute("VACUUM ANALYZE").await?;
        Ok((copy, seed))
    }
}

/// All orders, as `COPY` writes them.
async fn copied_out(server: &mut PgConnection) -> Outcome<Vec<u8>> {
    let mut stream = server.copy_out_raw("COPY swap_order TO STDOUT").await?;
    let mut rows = Vec::new();
    while let Some(chunk) = futures_util::TryStreamExt::try_next(&mut stream).await? {
        rows.extend_from_slice(&chunk);
    }
    Ok(rows)
}

/// A backend on the database at `url`, with data in it.
async fn filled(url: &str, [orders, members]: [u64; 2]) -> Outcome<Backend> {
    seed(url, orders, members)?;
    backend(url).await
}
