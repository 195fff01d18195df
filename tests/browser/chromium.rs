use std::{
    fs,
    panic::{AssertUnwindSafe, resume_unwind},
    path::{Path, PathBuf},
    process::{self, Stdio},
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use fantoccini::{Client, ClientBuilder, wd::Capabilities};
use futures_util::FutureExt;
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::json;
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
    time::timeout,
};

use crate::support::{need, program};

/// How long a start or a step in the browser may take.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// Runs `test` in a fresh Chromium. Where there is none, the running test ends with a visible skip.
pub async fn in_chromium(test: impl AsyncFnOnce(&Client)) {
    let chromium = program(&["chromium", "chromium-browser", "google-chrome"]);
    let both = program(&["chromedriver"]).zip(chromium);
    let Some((driver, chromium)) = need("Chromium (Debian packages chromium and chromium-driver)", both) else {
        return;
    };

    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let profile = format!("chromium-{}-{}", process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
    let profile = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(profile);
    let (mut driver, address) = start(driver).await;
    let client = connect(&address, &chromium, &profile).await;
    let outcome = AssertUnwindSafe(test(&client)).catch_unwind().await;
    // Whatever became of the test: no process and no profile stays behind.
    let _ = client.close().await;
    let _ = driver.kill().await;
    let _ = fs::remove_dir_all(profile);
    if let Err(panic) = outcome {
        resume_unwind(panic);
    }
}

/// The driver on a free port, which it prints.
async fn start(program: PathBuf) -> (Child, String) {
    let mut command = Command::new(program);
    command.arg("--port=0").kill_on_drop(true).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut driver = command.spawn().expect("chromedriver starts");
    let mut lines = BufReader::new(driver.stdout.take().expect("its output")).lines();
    loop {
        let line =
            timeout(PATIENCE, lines.next_line()).await.expect("a line in time").expect("a line").expect("a port");
        if let Some(port) = line.strip_prefix("ChromeDriver was started successfully on port ") {
            return (driver, format!("http://127.0.0.1:{}", port.trim_end_matches('.')));
        }
    }
}

async fn connect(driver: &str, chromium: &Path, profile: &Path) -> Client {
    // Without its sandbox it also runs as root, in containers.
    let arguments = [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--no-proxy-server",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--disable-dev-shm-usage",
        "--window-size=1280,1600",
        &format!("--user-data-dir={}", profile.display()),
    ]
    .map(str::to_owned);
    let mut capabilities = Capabilities::new();
    capabilities.insert("goog:chromeOptions".to_owned(), json!({"binary": chromium, "args": arguments}));
    let mut builder = ClientBuilder::new(HttpConnector::new());
    let session = builder.capabilities(capabilities).connect(driver);
    timeout(2 * PATIENCE, session).await.expect("a session in time").expect("a session")
}
