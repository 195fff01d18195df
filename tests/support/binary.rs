use std::{fs, net::TcpListener, process::Stdio, time::Duration};

use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, BufReader, Lines},
    process::{Child, ChildStdout, Command},
    time::timeout,
};

/// The binary, running.
pub struct Binary {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

/// How it ended.
#[derive(Debug, PartialEq, Eq)]
pub struct Ended {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

const PATIENCE: Duration = Duration::from_secs(60);

impl Binary {
    /// `polaris ARGUMENTS`, with nothing of the environment that could change what it does.
    pub fn command(arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_polaris"));
        command.args(arguments).env_remove("POLARIS_LOG").kill_on_drop(true);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    pub fn start(arguments: &[&str]) -> Self {
        Self::spawn(Self::command(arguments))
    }

    /// A [`Binary::command`] that the test has completed.
    pub fn spawn(mut command: Command) -> Self {
        let mut child = command.spawn().expect("the binary starts");
        let lines = BufReader::new(child.stdout.take().expect("its output")).lines();
        Self { child, lines }
    }

    /// The lines that it prints, up to the first that holds `text`.
    pub async fn lines_until(&mut self, text: &str) -> Vec<String> {
        let mut seen = Vec::new();
        while !seen.last().is_some_and(|line: &String| line.contains(text)) {
            let line = timeout(PATIENCE, self.lines.next_line()).await.expect("a line in time").expect("a line");
            seen.push(line.unwrap_or_else(|| panic!("no {text:?} in {seen:#?}")));
        }
        seen
    }

    /// The number of its process.
    pub fn id(&self) -> u32 {
        self.child.id().expect("it still runs")
    }

    /// Sends a signal by its name, such as `INT`.
    pub async fn signal(&self, name: &str) {
        let id = self.id().to_string();
        let sent = Command::new("kill").args([&format!("-{name}"), &id]).status().await.expect("kill");
        assert!(sent.success());
    }

    /// Waits for the end, and says how much memory it has taken at most, in bytes, as far as was seen.
    pub async fn end_with_peak(self) -> (Ended, u64) {
        let status = format!("/proc/{}/status", self.child.id().expect("it still runs"));
        let mut end = std::pin::pin!(self.end());
        let mut peak = 0;
        loop {
            let peaked = fs::read_to_string(&status).unwrap_or_default();
            let peaked = peaked.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB"));
            peak = peaked.and_then(|kib| kib.parse::<u64>().ok()).map_or(peak, |kib| peak.max(kib << 10));
            tokio::select! {
                ended = &mut end => return (ended, peak),
                () = tokio::time::sleep(Duration::from_millis(5)) => {}
            }
        }
    }

    /// Waits for the end.
    pub async fn end(self) -> Ended {
        let Self { mut child, mut lines } = self;
        let status = timeout(PATIENCE, child.wait()).await.expect("an end in time").expect("a status");
        let (mut stdout, mut stderr) = (String::new(), String::new());
        lines.get_mut().read_to_string(&mut stdout).await.expect("text");
        // A test may have sent it elsewhere.
        if let Some(mut piped) = child.stderr.take() {
            piped.read_to_string(&mut stderr).await.expect("text");
        }
        Ended { code: status.code(), stdout, stderr }
    }
}

/// `command` without the proxies that this machine may have.
pub fn without_proxies(mut command: Command) -> Command {
    for name in ["http_proxy", "https_proxy", "all_proxy", "no_proxy"] {
        command.env_remove(name).env_remove(name.to_uppercase());
    }
    command
}

/// A port that nobody uses at this moment.
pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a free port").port()
}
