//! `cargo bench --bench throughput`: the mock of Weichuang against a bare poem handler that returns the same bytes.
//!
//! Both servers are processes of their own and are measured in turns by one load generator in one run, so that the
//! ratio means something on any machine. Reported beside it: the time from start to first reply, and resident memory
//! after a million requests. Nothing is asserted: a figure is no test.

use std::{
    io::{self, BufRead, BufReader},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use hdrhistogram::Histogram;
use poem::{EndpointExt, Route, Server, endpoint::make_sync, listener::TcpAcceptor, post};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    runtime::{Builder, Runtime},
};

const CONNECTIONS: usize = 32;
const ROUNDS: usize = 5;
const REQUESTS_A_ROUND: usize = 100_000;
const PATH: &str = "/weichuang/battery/query";
const BODY: &str = r#"{"batteryCode":"BT0001"}"#;
const BARE: &str = "--bare-handler";

fn main() -> io::Result<()> {
    let arguments: Vec<_> = std::env::args().collect();
    if let Some(reply) = arguments.iter().position(|argument| argument == BARE).and_then(|at| arguments.get(at + 1)) {
        return Runtime::new()?.block_on(serve_bare(reply.clone()));
    }
    let generator = Builder::new_current_thread().enable_all().build()?;
    let started = Instant::now();
    let mock = Peer::start(Command::new(env!("CARGO_BIN_EXE_polaris")).args(["mock", "--port", "0"]))?;
    let reply = generator.block_on(first_reply(&mock.address))?;
    println!("first reply after start      {:>9.1} ms", started.elapsed().as_secs_f64() * 1e3);
    let bare = Peer::start(Command::new(std::env::current_exe()?).args([BARE, &reply]))?;

    let mut rates = (Vec::new(), Vec::new());
    let mut total = 0;
    for round in 0..=ROUNDS {
        let of_bare = generator.block_on(load(&bare.address, REQUESTS_A_ROUND))?;
        let of_mock = generator.block_on(load(&mock.address, REQUESTS_A_ROUND))?;
        total += REQUESTS_A_ROUND;
        // The first round warms both up.
        if round > 0 {
            println!(
                "round {round}: bare {:>7.0}/s  mock {:>7.0}/s  (mock p50 {} µs, p99 {} µs)",
                of_bare.rate, of_mock.rate, of_mock.p50, of_mock.p99
            );
            rates.0.push(of_bare.rate);
            rates.1.push(of_mock.rate);
        }
    }
    let (bare_rate, mock_rate) = (median(&mut rates.0), median(&mut rates.1));
    println!("bare handler                 {bare_rate:>9.0} requests/s");
    println!("polaris mock                 {mock_rate:>9.0} requests/s");
    println!("ratio                        {:>9.2}", mock_rate / bare_rate);
    generator.block_on(load(&mock.address, 1_000_000 - total))?;
    println!("resident after 1000000       {:>9.1} MB", mock.resident_kilobytes()? as f64 / 1e3);
    Ok(())
}

/// A server process, stopped when it is dropped.
struct Peer {
    process: Child,
    address: String,
}

impl Peer {
    /// Starts `command` and waits for the line in which it says where it listens.
    fn start(command: &mut Command) -> io::Result<Self> {
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

    fn resident_kilobytes(&self) -> io::Result<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kilobytes = line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok());
        kilobytes.ok_or_else(|| io::Error::other("no VmRSS"))
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

async fn serve_bare(reply: String) -> io::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("http://{}", listener.local_addr()?);
    let handler = make_sync(move |_| {
        poem::Response::builder().content_type("application/json; charset=utf-8").body(reply.clone())
    });
    let app = Route::new().at(PATH, post(handler)).boxed();
    Server::new_with_acceptor(TcpAcceptor::from_tokio(listener)?).run(app).await
}

struct Measured {
    rate: f64,
    p50: u64,
    p99: u64,
}

/// Sends `requests` over [`CONNECTIONS`] connections, each one request at a time.
async fn load(address: &str, requests: usize) -> io::Result<Measured> {
    let started = Instant::now();
    let mut connections = tokio::task::JoinSet::new();
    for _ in 0..CONNECTIONS {
        let address = address.to_owned();
        connections.spawn(async move {
            let mut latencies = Histogram::<u64>::new(3).map_err(io::Error::other)?;
            let mut connection = Connection::open(&address).await?;
            for _ in 0..requests / CONNECTIONS {
                let sent = Instant::now();
                connection.exchange().await?;
                latencies.saturating_record(micros(sent.elapsed()));
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

async fn first_reply(address: &str) -> io::Result<String> {
    let mut connection = Connection::open(address).await?;
    connection.exchange().await?;
    Ok(connection.body())
}

/// A connection that knows just enough HTTP to be no burden on the machine that it measures.
struct Connection {
    stream: TcpStream,
    request: Vec<u8>,
    buffer: Vec<u8>,
    body_at: usize,
}

impl Connection {
    async fn open(address: &str) -> io::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let length = BODY.len();
        let head = format!(
            "POST {PATH} HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n"
        );
        Ok(Self { stream, request: (head + BODY).into_bytes(), buffer: Vec::with_capacity(4096), body_at: 0 })
    }

    async fn exchange(&mut self) -> io::Result<()> {
        self.stream.write_all(&self.request).await?;
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

    fn body(&self) -> String {
        String::from_utf8_lossy(&self.buffer[self.body_at..]).into_owned()
    }
}

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
