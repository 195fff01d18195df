use std::{
    path::PathBuf,
    sync::atomic::{AtomicU64, Ordering},
};

use reqwest::Client;
use serde_json::Value;
use tokio::process::Command;

use super::Binary;

/// `polaris serve` on a database of its own, beside a mock of Weichuang.
pub struct Serving {
    pub binary: Binary,
    /// The public address.
    pub public: String,
    /// The address of our own systems.
    pub internal: String,
    pub http: Client,
}

/// A folder that goes with the test.
pub struct Folder(PathBuf);

impl Folder {
    pub fn new(name: &str) -> Self {
        // The same test runs for both engines at once.
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("polaris-{name}-{}-{number}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder");
        Self(folder)
    }

    pub fn path(&self) -> &std::path::Path {
        &self.0
    }

    /// The URL of the SQLite file in it.
    pub fn database(&self) -> String {
        format!("sqlite://{}", self.0.join("polaris.db").display())
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

impl Serving {
    pub async fn start(folder: &Folder, weichuang: &str) -> Self {
        Self::start_on(&folder.database(), weichuang).await
    }

    /// On the database with this URL.
    pub async fn start_on(database: &str, weichuang: &str) -> Self {
        Self::of(Self::command(database, weichuang)).await
    }

    /// The command that it starts with, to be completed. Anybody may call it: whoever wants to see the gateway switches
    /// it on.
    pub fn command(database: &str, weichuang: &str) -> Command {
        let any = "127.0.0.1:0";
        let arguments = ["serve", "--migrate", "--listen", any, "--internal-listen", any, "--database-url", database];
        let mut command = Binary::command(&[&arguments[..], &["--weichuang-url", weichuang]].concat());
        command.env("POLARIS_ACCESS__REQUIRED", "false").env("POLARIS_SERVER__SHUTDOWN_PAUSE", "0");
        command
    }

    /// Once `command` listens.
    pub async fn of(command: Command) -> Self {
        let mut binary = Binary::spawn(command);
        let lines = binary.lines_until("internal: ").await;
        let url =
            |line: &String| line.split("http://").nth(1).and_then(|rest| rest.split('/').next()).map(str::to_owned);
        let (public, internal) = (url(&lines[0]).expect("an address"), url(&lines[1]).expect("an address"));
        Self { binary, public, internal, http: Client::builder().no_proxy().build().expect("a client") }
    }

    /// Calls an operation of Polaris's side.
    pub async fn kop(&self, name: &str, body: Value) -> Value {
        post(&self.http, format!("http://{}/kop/{name}", self.public), body).await.expect("an answer")
    }

    /// Calls an operation of the internal side.
    pub async fn internal(&self, path: &str, body: Value) -> Value {
        post(&self.http, format!("http://{}/internal{path}", self.internal), body).await.expect("an answer")
    }
}

/// The reply to a call; `None` when the server is gone before it has answered.
pub async fn post(http: &Client, url: String, body: Value) -> Option<Value> {
    let call = http.post(url).header("content-type", "application/json").body(body.to_string());
    let reply = call.send().await.ok()?.text().await.ok()?;
    Some(serde_json::from_str(&reply).unwrap_or_else(|error| panic!("{error}: {reply}")))
}
