use std::{
    str::FromStr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Instant,
};

use contracts::polaris::PolarisApi;
use polaris::backend::{
    Backend,
    db::{Engine, explained},
};
use sqlx::{
    AssertSqlSafe, ColumnIndex, Database, Decode, Encode, Executor, IntoArguments, Pool, Row, Type,
    postgres::{PgConnectOptions, PgPoolOptions},
    sqlite::{SqliteConnectOptions, SqlitePoolOptions},
};

use super::Outcome;

/// As many as production has, if nothing else is said.
const POOL: u32 = 16;

/// Runs the statements of one device's orders, and decodes their rows.
pub struct Loops {
    pool: Either,
    statements: Arc<[String]>,
    devices: Arc<[String]>,
}

enum Either {
    Sqlite(Pool<sqlx::Sqlite>),
    Postgres(Pool<sqlx::Postgres>),
}

impl Loops {
    /// For the statements that `backend` runs, on a pool like its own.
    pub async fn new(backend: &Backend, url: &str, devices: Vec<String>) -> Outcome<Self> {
        let mut statements = Vec::new();
        for device in &devices {
            let request = serde_json::json!({ "deviceIds": device, "pageNo": 1, "pageSize": 20 });
            let (page, plans) = explained(backend.query_orders(serde_json::from_value(request)?)).await;
            page.map_err(|failure| super::missing(&format!("{failure:?}")))?;
            statements = plans.into_iter().map(|plan| plan.statement).collect();
            // A page that is not full tells the total by itself.
            if let [_page, _count] = statements.as_slice() {
                break;
            }
        }
        let pool = match backend.db().engine() {
            Engine::Sqlite => {
                let options = SqliteConnectOptions::from_str(url)?.pragma("cache_size", "-65536");
                let options = options.pragma("mmap_size", "1073741824");
                Either::Sqlite(SqlitePoolOptions::new().max_connections(POOL).connect_with(options).await?)
            }
            Engine::Postgres => {
                let options = PgConnectOptions::from_str(url)?;
                Either::Postgres(PgPoolOptions::new().max_connections(POOL).connect_with(options).await?)
            }
        };
        Ok(Self { pool, statements: statements.into(), devices: devices.into() })
    }

    /// How often a second `tasks` at once can do it, measured over `times`.
    pub async fn run(&self, tasks: usize, times: usize) -> Outcome<f64> {
        let begun = Instant::now();
        let rows = match &self.pool {
            Either::Sqlite(pool) => run(pool, &self.statements, &self.devices, tasks, times).await?,
            Either::Postgres(pool) => run(pool, &self.statements, &self.devices, tasks, times).await?,
        };
        assert!(rows > times, "there are orders");
        Ok(times as f64 / begun.elapsed().as_secs_f64())
    }
}

async fn run<D: Database>(
    pool: &Pool<D>,
    statements: &Arc<[String]>,
    devices: &Arc<[String]>,
    tasks: usize,
    times: usize,
) -> Outcome<usize>
where
    for<'c> &'c mut D::Connection: Executor<'c, Database = D>,
    D::Arguments: IntoArguments<D> + 'static,
    for<'q> String: Encode<'q, D> + Type<D>,
    for<'r> Option<String>: Decode<'r, D>,
    for<'r> Option<i64>: Decode<'r, D>,
    for<'r> i64: Decode<'r, D> + Type<D>,
    for<'r> String: Decode<'r, D>,
    for<'i> &'i str: ColumnIndex<D::Row>,
{
    let rows = Arc::new(AtomicUsize::new(0));
    let mut running = tokio::task::JoinSet::new();
    for first in 0..tasks {
        let (pool, statements, devices, all) = (pool.clone(), statements.clone(), devices.clone(), rows.clone());
        running.spawn(async move {
            for at in (first..times).step_by(tasks) {
                let device = devices[at % devices.len()].clone();
                let mut connection = pool.acquire().await?;
                let page = sqlx::query(AssertSqlSafe(statements[0].clone())).bind(device.clone());
                let page = page.fetch_all(&mut *connection).await?;
                let orders = page.iter().map(decode::<D>).collect::<Result<Vec<_>, _>>()?;
                all.fetch_add(orders.len(), Ordering::Relaxed);
                if orders.len() > 20 {
                    let count = sqlx::query(AssertSqlSafe(statements[1].clone())).bind(device);
                    let _: i64 = count.fetch_one(&mut *connection).await?.try_get("total")?;
                }
            }
            Ok::<_, sqlx::Error>(())
        });
    }
    while let Some(ended) = running.join_next().await {
        ended??;
    }
    Ok(rows.load(Ordering::Relaxed))
}

type Order = ([i64; 4], [Option<i64>; 3], [String; 2], [Option<String>; 5]);

fn decode<D: Database>(row: &D::Row) -> Result<Order, sqlx::Error>
where
    for<'r> Option<String>: Decode<'r, D>,
    for<'r> Option<i64>: Decode<'r, D>,
    for<'r> i64: Decode<'r, D> + Type<D>,
    for<'r> String: Decode<'r, D> + Type<D>,
    for<'i> &'i str: ColumnIndex<D::Row>,
{
    Ok((
        [row.try_get("id")?, row.try_get("order_state")?, row.try_get("started_at")?, row.try_get("member_id")?],
        [row.try_get("completed_at")?, row.try_get("pay_status")?, row.try_get("pay_type")?],
        [row.try_get("phone")?, row.try_get("device_id")?],
        [
            row.try_get("channel")?,
            row.try_get("user_name")?,
            row.try_get("merchant_code")?,
            row.try_get("new_battery")?,
            row.try_get("old_battery")?,
        ],
    ))
}
