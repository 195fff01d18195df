use std::{
    fs::{self, Permissions},
    os::unix::fs::PermissionsExt,
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

/// A PostgreSQL of the tests' own, gone when it is dropped, or with the process.
pub struct Cluster {
    folder: PathBuf,
    port: u16,
    /// The shell that keeps the server while its standard input is open.
    _keeper: Child,
}

/// How a cluster differs from the one that tests share.
#[derive(Default)]
pub struct Around {
    /// Its port; other clusters have other ones.
    pub port: Option<u16>,
    /// Settings as on its command line.
    pub settings: String,
    /// Files in its folder, by name: a file of settings may refer to them.
    pub files: Vec<(&'static str, String)>,
}

/// The URL of a fresh database with the current schema; `None` (and a visible skip) where PostgreSQL is not installed.
pub async fn fresh_database() -> Option<String> {
    static CLUSTER: OnceLock<Option<Cluster>> = OnceLock::new();
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    static TEMPLATE_READY: tokio::sync::OnceCell<()> = tokio::sync::OnceCell::const_new();

    let programs = need("PostgreSQL 15 or later", programs())?;
    let cluster = CLUSTER.get_or_init(|| Some(Cluster::start(&programs, Around::default()))).as_ref()?;
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

/// A fresh database of the shared cluster with `options` of `CREATE DATABASE`, without a schema.
pub async fn fresh_database_with(options: &str) -> Option<String> {
    let url = fresh_database().await?;
    let name = format!("{}_other", url.split(['/', '?']).find(|part| part.starts_with("test_"))?);
    let other = url.replacen(name.trim_end_matches("_other"), &name, 1);
    let mut connection = PgConnection::connect(&url).await.expect("a connection");
    let statement = format!("CREATE DATABASE {name} {options}");
    connection.execute(sqlx::raw_sql(sqlx::AssertSqlSafe(statement.clone()))).await.expect(&statement);
    Some(other)
}

impl Cluster {
    /// One for a test alone; `None` (and a visible skip) where PostgreSQL is not installed.
    pub fn own(around: Around) -> Option<Self> {
        Some(Self::start(&need("PostgreSQL 15 or later", programs())?, around))
    }

    fn start(programs: &Path, around: Around) -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("polaris-postgres-{}-{number}", std::process::id()));
        fs::create_dir_all(&folder).expect("a folder");
        for (name, text) in around.files {
            let file = folder.join(name);
            fs::write(&file, text).expect("a file");
            fs::set_permissions(file, Permissions::from_mode(0o600)).expect("a mode");
        }
        // initdb refuses root.
        let root = Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout == b"0\n");
        if root {
            let owned = Command::new("chown").args(["-R", "postgres"]).arg(&folder).status().expect("chown");
            assert!(owned.success(), "the folder should belong to postgres");
        }
        let run = if root { "runuser -u postgres --" } else { "" };
        let (data, programs, port) = (folder.join("data"), programs.display(), around.port.unwrap_or(5432));
        let script = format!(
            "{run} {programs}/initdb -D {data} -U postgres -A trust -E UTF8 --locale=C.UTF-8 >{folder}/initdb.log 2>&1 || exit 1
             cd {folder}
             {run} {programs}/postgres -D {data} -k {folder} -p {port} -c listen_addresses= -c fsync=off \\
               -c synchronous_commit=off -c full_page_writes=off -c max_connections=200 {settings} >{folder}/postgres.log 2>&1 &
             cat >/dev/null
             {run} kill -INT $(head -n 1 {data}/postmaster.pid); wait; rm -rf {folder}",
            data = data.display(),
            folder = folder.display(),
            settings = around.settings.replace("{folder}", &folder.display().to_string()),
        );
        let keeper = Command::new("sh").args(["-c", &script]).stdin(Stdio::piped()).stdout(Stdio::null()).spawn();
        let cluster = Self { folder, port, _keeper: keeper.expect("a shell") };
        let started = Instant::now();
        while !cluster.folder.join(format!(".s.PGSQL.{port}")).exists() {
            assert!(
                started.elapsed() < Duration::from_secs(60),
                "PostgreSQL did not start: see {}",
                cluster.folder.display()
            );
            sleep(Duration::from_millis(50));
        }
        cluster
    }

    /// The URL of one of its databases, over its socket.
    pub fn url(&self, database: &str) -> String {
        format!("postgres://postgres@localhost:{}/{database}?host={}", self.port, self.folder.display())
    }

    /// Has one of its processes die as of a fault, so that it recovers from a crash; waits until it has.
    pub async fn crash(&self) {
        let mut connection = PgConnection::connect(&self.url("postgres")).await.expect("a connection");
        let id: i32 = sqlx::query_scalar("SELECT pg_backend_pid()").fetch_one(&mut connection).await.expect("an id");
        assert!(Command::new("kill").args(["-KILL", &id.to_string()]).status().expect("kill").success());
        // The connection ends with it; the others do so before the server takes new ones.
        assert!(connection.ping().await.is_err());
        self.administer("SELECT 1").await;
    }

    /// Carries out a statement as its superuser, once it takes connections.
    pub async fn administer(&self, statement: &str) {
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
