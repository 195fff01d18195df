//! `cargo bench --bench throughput`: the mock of Weichuang against a bare poem handler that returns the same bytes.
//!
//! Both servers are processes of their own and are measured in turns by one load generator in one run, so that the
//! ratio means something on any machine. Reported beside it: the time from start to first reply, and resident memory
//! after a million requests. Nothing is asserted: a figure is no test.

use std::{io, process::Command, time::Instant};

use load::{Call, Peer, load, median, reply};
use poem::{EndpointExt, Route, endpoint::make_sync, post};
use polaris::server;
use tokio::runtime::{Builder, Runtime};

mod load;

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
    let call = [Call { target: PATH.to_owned(), body: BODY.to_owned() }];
    let started = Instant::now();
    let mock = Peer::start(Command::new(env!("CARGO_BIN_EXE_polaris")).args(["mock", "--port", "0"]))?;
    let reply = generator.block_on(reply(&mock.address, &call[0]))?;
    println!("first reply after start      {:>9.1} ms", started.elapsed().as_secs_f64() * 1e3);
    let bare = Peer::start(Command::new(std::env::current_exe()?).args([BARE, &reply]))?;

    let mut rates = (Vec::new(), Vec::new());
    let mut total = 0;
    for round in 0..=ROUNDS {
        let of_bare = generator.block_on(load(&bare.address, &call, REQUESTS_A_ROUND))?;
        let of_mock = generator.block_on(load(&mock.address, &call, REQUESTS_A_ROUND))?;
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
    generator.block_on(load(&mock.address, &call, 1_000_000 - total))?;
    println!("resident after 1000000       {:>9.1} MB", mock.resident()?);
    Ok(())
}

async fn serve_bare(reply: String) -> io::Result<()> {
    let bound = server::bind("127.0.0.1", 0).await.map_err(io::Error::other)?;
    println!("{}", bound.url());
    let handler = make_sync(move |_| {
        poem::Response::builder().content_type("application/json; charset=utf-8").body(reply.clone())
    });
    let _running = bound.serve(Route::new().at(PATH, post(handler)).map_to_response())?;
    std::future::pending().await
}
