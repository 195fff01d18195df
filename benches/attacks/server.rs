use std::{
    fs, io,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use polaris::gateway::Credentials;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    task::JoinHandle,
    time::timeout,
};

use crate::{Outcome, load::Peer};

/// As many files as a process may open where nobody has changed that.
const FILES: u32 = 1_024;
/// How often memory, open files and `/healthz` are looked at.
const LOOK: Duration = Duration::from_millis(200);
/// `/healthz` has not answered after so long.
const PATIENCE: Duration = Duration::from_secs(5);

/// A filled database with an app that may do everything, in a folder that goes with it.
pub struct Database {
    binary: PathBuf,
    folder: PathBuf,
    app: Credentials,
}

impl Database {
    /// By the commands of `binary`.
    pub fn filled(binary: &Path) -> Outcome<Self> {
        let folder = std::env::temp_dir().join(format!("polaris-attacks-{}", std::process::id()));
        fs::create_dir_all(&folder)?;
        let mut database = Self { binary: binary.to_owned(), folder, app: Credentials::random() };
        let run = |arguments: &[&str]| -> Outcome<String> {
            let done = database.command(binary).args(arguments).stderr(Stdio::inherit()).output()?;
            if !done.status.success() {
                return Err(format!("polaris {} failed", arguments[0]).into());
            }
            Ok(String::from_utf8(done.stdout)?)
        };
        run(&["migrate"])?;
        run(&["seed", "--orders", "10000", "--members", "2000"])?;
        let app = run(&["app", "create", "--name", "bench", "--all-merchants"])?;
        let said =
            |name: &str| app.lines().find_map(|line| line.strip_prefix(name)).ok_or("app create says no such thing");
        database.app.app_key = said("appKey: ")?.to_owned();
        database.app.secret.0 = said("appSecret: ")?.to_owned();
        Ok(database)
    }

    pub fn app(&self) -> &Credentials {
        &self.app
    }

    fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        command.env("POLARIS_DATABASE__URL", format!("sqlite://{}", self.folder.join("polaris.db").display()));
        command.env("POLARIS_ACCESS__SEALING_KEY", "07".repeat(32));
        // An app's rate is no part of this.
        command.env("POLARIS_ACCESS__RATE", "1000000").env("POLARIS_ACCESS__BURST", "1000000");
        command.env("POLARIS_LOG", "error");
        command
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// `polaris serve`, with the usual limit of open files.
pub struct Server {
    peer: Arc<Peer>,
}

/// What a process holds.
#[derive(Debug, Clone, Copy, Default)]
pub struct Held {
    /// In megabytes, without mapped files.
    pub memory: f64,
    pub files: usize,
}

impl Server {
    pub fn start(database: &Database) -> io::Result<Self> {
        let mut command = database.command("sh");
        command.args(["-c", &format!(r#"ulimit -n {FILES}; exec "$0" "$@""#)]).arg(&database.binary);
        command.args(["serve", "--listen", "127.0.0.1:0", "--internal-listen", "127.0.0.1:0"]);
        Ok(Self { peer: Arc::new(Peer::start(command.stderr(Stdio::null()))?) })
    }

    pub fn address(&self) -> &str {
        &self.peer.address
    }

    pub fn held(&self) -> io::Result<Held> {
        Ok(Held { memory: self.peer.resident()?, files: self.peer.open_files()? })
    }

    /// Looks at what it holds and asks for `/healthz`, until it is asked what was seen.
    pub fn watch(&self) -> Watch {
        let (seen, over) = (Arc::new(Mutex::new(Seen::default())), Arc::new(AtomicBool::new(false)));
        let watching = tokio::spawn({
            let (peer, seen, over) = (self.peer.clone(), seen.clone(), over.clone());
            async move {
                while !over.load(Ordering::Relaxed) {
                    let begun = Instant::now();
                    let healthy = timeout(PATIENCE, healthy(&peer.address)).await.is_ok_and(|answer| answer.is_ok());
                    seen.lock().unwrap_or_else(PoisonError::into_inner).add(&peer, healthy, begun.elapsed());
                    tokio::time::sleep(LOOK).await;
                }
            }
        });
        Watch { seen, over, watching }
    }
}

async fn healthy(address: &str) -> io::Result<()> {
    let mut stream = TcpStream::connect(address).await?;
    stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: bench\r\nConnection: close\r\n\r\n").await?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await?;
    if answer.starts_with(b"HTTP/1.1 200") { Ok(()) } else { Err(io::ErrorKind::InvalidData.into()) }
}

/// Somebody who looks at a server.
pub struct Watch {
    seen: Arc<Mutex<Seen>>,
    over: Arc<AtomicBool>,
    watching: JoinHandle<()>,
}

/// What was seen of a server.
#[derive(Debug, Clone, Copy, Default)]
pub struct Seen {
    pub most: Held,
    pub asked: usize,
    pub healthy: usize,
    pub slowest: Duration,
}

impl Seen {
    fn add(&mut self, peer: &Peer, healthy: bool, took: Duration) {
        self.asked += 1;
        self.healthy += usize::from(healthy);
        self.slowest = self.slowest.max(took);
        self.most.memory = self.most.memory.max(peer.resident().unwrap_or_default());
        self.most.files = self.most.files.max(peer.open_files().unwrap_or_default());
    }
}

impl Watch {
    pub async fn seen(self) -> Seen {
        self.over.store(true, Ordering::Relaxed);
        let _ = self.watching.await;
        *self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
