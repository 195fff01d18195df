use std::{
    fs,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{
        OnceLock,
        atomic::{AtomicU32, Ordering},
    },
    thread::sleep,
    time::{Duration, Instant},
};

use polaris::backend::{db::Db, migrations};
use sqlx::{Connection, Executor, PgConnection};

use super::need;

const TEMPLATE: &str = "template_polaris";

/// A PostgreSQL of the tests' own, started with the first test that needs it and gone with the process.
struct Cluster {
    folder: PathBuf,
    /// The shell that keeps the server while its standard input is open.
    _keeper: Child,
}

/// The URL of a fresh database with the current schema; `None` (and a visible skip) where PostgreSQL is not installed.
pub async fn fresh_database() -> Option<String> {
    static CLUSTER: OnceLock<Option<Cluster>> = OnceLock::new();
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    static TEMPLATE_READY: tokio::sync::OnceCell<()> = tokio::sync::OnceCell::const_new();

    let programs = need("PostgreSQL 15 or later", programs())?;
    let cluster = CLUSTER.get_or_init(|| Some(Cluster::start(&programs))).as_ref()?;
    TEMPLATE_READY
        .get_or_init(|| async {
            cluster.administer(&format!("CREATE DATABASE {TEMPLATE}")).await;
            let db = Db::open(&cluster.url(TEMPLATE), 1).await.expect("the template");
            migrations::run(&db).await.expect("the schema");
            db.close().await;
        })
        .await;
    let name = format!("test_{}", NUMBER.fetch_add(1, Ordering::Relaxed));
    cluster.administer(&format!("CREATE DATABASE {name} TEMPLATE {TEMPLATE}")).await;
    Some(cluster.url(&name))
}

/// The folder of `initdb` and `postgres`.
fn programs() -> Option<PathBuf> {
    let installed = fs::read_dir("/usr/lib/postgresql").ok()?.flatten().map(|entry| entry.path().join("bin"));
    installed.filter(|folder| folder.join("initdb").is_file()).max()
}

impl Cluster {
    fn start(programs: &Path) -> Self {
        let folder = std::env::temp_dir().join(format!("polaris-postgres-{}", std::process::id()));
        fs::create_dir_all(&folder).expect("a folder");
        // initdb refuses root.
        let root = Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout == b"0\n");
        if root {
            let owned = Command::new("chown").arg("postgres").arg(&folder).status().expect("chown");
            assert!(owned.success(), "the folder should belong to postgres");
        }
        let run = if root { "runuser -u postgres --" } else { "" };
        let (data, programs) = (folder.join("data"), programs.display());
        let script = format!(
            "{run} {programs}/initdb -D {data} -U postgres -A trust -E UTF8 --locale=C.UTF-8 >{folder}/initdb.log 2>&1 || exit 1
             {run} {programs}/postgres -D {data} -k {folder} -c listen_addresses= -c fsync=off -c synchronous_commit=off \\
               -c full_page_writes=off -c max_connections=200 >{folder}/postgres.log 2>&1 &
             cat >/dev/null
             {run} kill -INT $(head -n 1 {data}/postmaster.pid); wait; rm -rf {folder}",
            data = data.display(),
            folder = folder.display(),
        );
        let keeper = Command::new("sh").args(["-c", &script]).stdin(Stdio::piped()).stdout(Stdio::null()).spawn();
        let cluster = Self { folder, _keeper: keeper.expect("a shell") };
        let started = Instant::now();
        while !cluster.folder.join(".s.PGSQL.5432").exists() {
            assert!(
                started.elapsed() < Duration::from_secs(60),
                "PostgreSQL did not start: see {}",
                cluster.folder.display()
            );
            sleep(Duration::from_millis(50));
        }
        cluster
    }

    fn url(&self, database: &str) -> String {
        format!("postgres://postgres@localhost/{database}?host={}", self.folder.display())
    }

    async fn administer(&self, statement: &str) {
        let started = Instant::now();
        // The socket is there a moment before the server takes connections.
        let mut connection = loop {
            match PgConnection::connect(&self.url("postgres")).await {
                Ok(connection) => break connection,
                Err(error) => assert!(started.elapsed() < Duration::from_secs(60), "{error}"),
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        };
        connection.execute(sqlx::raw_sql(sqlx::AssertSqlSafe(statement.to_owned()))).await.expect(statement);
        connection.close().await.expect("closed");
    }
}
