//! What the benchmarks measure with: servers as processes of their own, and a load generator that is no burden on the
//! machine that it measures.
#![allow(dead_code, reason = "no benchmark needs all of it")]

use std::{
    error::Error,
    io::{self, BufRead, BufReader},
    process::{Child, Command, Stdio},
    sync::Arc,
    time::{Duration, Instant},
};

use contracts::{
    runtime::client::{Caller, Options},
    weichuang::WeichuangClient,
};
use hdrhistogram::Histogram;
use polaris::backend::{Backend, Clock, Settings, db::Db};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// So many connections make requests at once, each one at a time.
pub const CONNECTIONS: usize = 32;

/// A server process, stopped when it is dropped.
pub struct Peer {
    process: Child,
    /// Host and port.
    pub address: String,
}

impl Peer {
    /// Starts `command` and waits for the line in which it says where it listens.
    pub fn start(command: &mut Command) -> io::Result<Self> {
        let mut process = command.stdout(Stdio::piped()).spawn()?;
        let output = process.stdout.take().ok_or_else(|| io::Error::other("no output"))?;
        for line in BufReader::new(output).lines() {
            let line = line?;
            if let Some((_, rest)) = line.split_once("http://") {
                let address = rest.split(['/', ' ']).next().unwrap_or_default().to_owned();
                return Ok(Self { process, address });
            }
        }
        Err(io::Error::other("the server did not say where it listens"))
    }

    /// How long its threads have worked, in clock ticks of a hundredth of a second.
    pub fn worked(&self) -> io::Result<f64> {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.process.id()))?;
        // The name, in parentheses, may hold anything; user and system time are the 14th and 15th field.
        let fields = stat.rsplit_once(')').map(|(_, rest)| rest.split_whitespace().skip(11).take(2));
        let ticks: Option<f64> = fields.and_then(|two| two.map(|ticks| ticks.parse::<f64>().ok()).sum());
        ticks.ok_or_else(|| io::Error::other("no times"))
    }

    /// What of its memory is resident, without the files that it has mapped, in megabytes.
    pub fn resident(&self) -> io::Result<f64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:"));
        let kilobytes = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<f64>().ok());
        Ok(kilobytes.ok_or_else(|| io::Error::other("no RssAnon"))? / 1e3)
    }
}

impl Peer {
    /// How many files it has open, sockets included.
    pub fn open_files(&self) -> io::Result<usize> {
        Ok(std::fs::read_dir(format!("/proc/{}/fd", self.process.id()))?.count())
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Fills the database at `url` with orders and members.
///
/// # Errors
/// When that fails; the command says why.
pub fn seed(url: &str, orders: u64, members: u64) -> io::Result<()> {
    let begun = Instant::now();
    let (orders, members) = (orders.to_string(), members.to_string());
    for arguments in [["migrate"].as_slice(), &["seed", "--orders", &orders, "--members", &members]] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_polaris"));
        let done = command.args(arguments).env("POLARIS_DATABASE__URL", url).stdout(Stdio::null()).status()?;
        if !done.success() {
            return Err(io::Error::other(format!("polaris {} failed", arguments[0])));
        }
    }
    println!("{orders} orders and {members} members were seeded in {:.1} s", begun.elapsed().as_secs_f64());
    Ok(())
}

/// A backend on the database at `url`, which has no Weichuang to talk to.
///
/// # Errors
/// When the database cannot be opened.
pub async fn backend(url: &str) -> Result<Backend, Box<dyn Error>> {
    let weichuang = WeichuangClient::new(Caller::new(&Options::new("http://127.0.0.1:9".parse()?))?);
    Ok(Backend::new(Db::open(url, 16).await?, Clock::real(), weichuang, Settings::default()))
}

/// A request as it is sent, but for the `Host`.
#[derive(Debug, Clone)]
pub struct Call {
    /// Path and query.
    pub target: String,
    /// JSON.
    pub body: String,
}

/// Requests a second, and how long they took, in microseconds.
pub struct Measured {
    pub rate: f64,
    pub p50: u64,
    pub p99: u64,
}

/// Makes `number` requests, the `calls` in turn, over [`CONNECTIONS`] connections.
///
/// # Errors
/// When a connection breaks, or a reply has another status than 200.
pub async fn load(address: &str, calls: &[Call], number: usize) -> io::Result<Measured> {
    let calls: Arc<[Vec<u8>]> = calls.iter().map(|call| bytes(address, call)).collect();
    let started = Instant::now();
    let mut connections = tokio::task::JoinSet::new();
    for first in 0..CONNECTIONS {
        let (address, calls) = (address.to_owned(), calls.clone());
        connections.spawn(async move {
            let mut latencies = Histogram::<u64>::new(3).map_err(io::Error::other)?;
            let mut connection = Connection::open(&address).await?;
            for at in (first..number).step_by(CONNECTIONS) {
                let sent = Instant::now();
                connection.exchange(&calls[at % calls.len()]).await?;
                latencies.record(micros(sent.elapsed())).map_err(io::Error::other)?;
            }
            io::Result::Ok(latencies)
        });
    }
    let mut all = Histogram::<u64>::new(3).map_err(io::Error::other)?;
    while let Some(joined) = connections.join_next().await {
        all.add(joined??).map_err(io::Error::other)?;
    }
    let rate = all.len() as f64 / started.elapsed().as_secs_f64();
    Ok(Measured { rate, p50: all.value_at_quantile(0.5), p99: all.value_at_quantile(0.99) })
}

/// The body of the reply to one request.
///
/// # Errors
/// As [`load`]'s.
pub async fn reply(address: &str, call: &Call) -> io::Result<String> {
    let mut connection = Connection::open(address).await?;
    connection.exchange(&bytes(address, call)).await?;
    Ok(String::from_utf8_lossy(&connection.buffer[connection.body_at..]).into_owned())
}

/// The median.
pub fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// A call as it is sent.
pub fn bytes(address: &str, Call { target, body }: &Call) -> Vec<u8> {
    let length = body.len();
    let head = format!(
        "POST {target} HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n"
    );
    (head + body).into_bytes()
}

/// A connection that knows just enough HTTP.
pub struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
    body_at: usize,
}

impl Connection {
    /// A connection to `address`.
    ///
    /// # Errors
    /// When there is none to be had.
    pub async fn open(address: &str) -> io::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: Vec::with_capacity(4096), body_at: 0 })
    }

    /// Sends a request and reads its answer.
    ///
    /// # Errors
    /// When the connection breaks, or the answer has another status than 200.
    pub async fn exchange(&mut self, request: &[u8]) -> io::Result<()> {
        self.stream.write_all(request).await?;
        self.buffer.clear();
        loop {
            if self.stream.read_buf(&mut self.buffer).await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            if let Some(body_at) = self.buffer.windows(4).position(|window| window == b"\r\n\r\n").map(|end| end + 4) {
                let head = str::from_utf8(&self.buffer[..body_at]).map_err(io::Error::other)?;
                if !head.starts_with("HTTP/1.1 200") {
                    return Err(io::Error::other(head.lines().next().unwrap_or_default().to_owned()));
                }
                let length = head.lines().find_map(|line| {
                    let (name, value) = line.split_once(':')?;
                    name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok()).flatten()
                });
                let length = length.ok_or_else(|| io::Error::other("no Content-Length"))?;
                if self.buffer.len() >= body_at + length {
                    self.body_at = body_at;
                    return Ok(());
                }
            }
        }
    }
}

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}
