//! `cargo bench --bench database [-- postgres://user@host/name]`: production's lists as the data grows, on SQLite and, if
//! its URL is given, on a PostgreSQL, where it makes databases of its own.
//!
//! Three figures for each engine, each a ratio within this run: the latency of each query shape with 1 000 000 orders
//! against 10 000, as many of them for a device, a member and a merchant; the rate of `queryOrders` over HTTP against a
//! bare sqlx loop that runs the same statements; and on PostgreSQL the rate of seeding orders against `\copy`.

use std::{
    env,
    error::Error,
    io,
    process::Command,
    time::{Duration, Instant},
};

use databases::Databases;
use load::{CONNECTIONS, Call, Peer, load, median};
use polaris::backend::db::Engine;
use shapes::{SHAPES, Sample};

/// A bare sqlx loop.
mod bare;
/// The databases, small and large.
mod databases;
#[path = "../load/mod.rs"]
mod load;
/// What is asked.
mod shapes;

type Outcome<T = ()> = Result<T, Box<dyn Error>>;

const ROUNDS: usize = 5;
/// About so many devices, members or merchants each shape is asked, the same ones each round: what is read is in memory.
const ASKED: usize = 60;
const REQUESTS_A_ROUND: usize = 20_000;

#[tokio::main]
async fn main() -> Outcome {
    let postgres = env::args().skip(1).find(|argument| argument.starts_with("postgres"));
    let files = env::temp_dir().join(format!("polaris-bench-{}", std::process::id()));
    std::fs::create_dir_all(&files)?;
    let sqlite = measure(&Databases::files(&files).await?).await;
    std::fs::remove_dir_all(&files)?;
    sqlite?;
    match postgres {
        Some(url) => measure(&Databases::postgres(&url).await?).await,
        None => {
            println!("PostgreSQL is not measured: no URL is given");
            Ok(())
        }
    }
}

async fn measure(databases: &Databases) -> Outcome {
    println!("\n{:?}", databases.engine());
    if databases.engine() == Engine::Postgres {
        let (copy, seed) = databases.seed_beside_copy().await?;
        println!("\\copy                        {copy:>9.0} orders/s");
        println!("seed                         {seed:>9.0} orders/s, ratio {:.2}", seed / copy);
    }
    latencies(databases).await?;
    rates(databases).await
}

/// How long each shape takes with few and with many orders, in turns.
async fn latencies(databases: &Databases) -> Outcome {
    println!("{:<44} {:>9} {:>9} {:>6}", "", "small/µs", "large/µs", "ratio");
    let both = [&databases.small, &databases.large];
    let samples = [Sample::of(both[0]).await?, Sample::of(both[1]).await?];
    for shape in SHAPES {
        let mut took = [Vec::new(), Vec::new()];
        // The first round warms both up. One request of each in turns: whatever slows the machine slows both.
        for round in 0..=ROUNDS {
            for number in 0..ASKED {
                for ((backend, sample), took) in both.iter().zip(&samples).zip(&mut took) {
                    let asked = shape.ask(sample, number);
                    let begun = Instant::now();
                    asked.answer(backend).await?;
                    if round > 0 {
                        took.push(micros(begun.elapsed()));
                    }
                }
            }
        }
        let [small, large] = took.map(|mut took| median(&mut took));
        println!("{:<44} {small:>9.0} {large:>9.0} {:>6.2}", shape.name, large / small);
    }
    Ok(())
}

/// `queryOrders` for one device, a page of 20 and the total: over HTTP, and by a bare loop.
async fn rates(databases: &Databases) -> Outcome {
    let sample = Sample::of(&databases.large).await?;
    let server = Peer::start(
        Command::new(env!("CARGO_BIN_EXE_polaris"))
            .args(["serve", "--listen", "127.0.0.1:0", "--internal-listen", "127.0.0.1:0", "--log", "error"])
            .args(["--database-url", &databases.large_url])
            .env("POLARIS_ACCESS__REQUIRED", "false"),
    )?;
    let calls: Vec<_> = sample
        .devices()
        .map(|device| Call {
            target: "/kop/hm.order.p.query".to_owned(),
            body: format!(r#"{{"deviceIds":"{device}","pageNo":1,"pageSize":20}}"#),
        })
        .collect();
    let devices: Vec<_> = sample.devices().map(str::to_owned).collect();
    let loops = bare::Loops::new(&databases.large, &databases.large_url, devices).await?;
    let (mut http, mut bare) = (Vec::new(), Vec::new());
    for round in 0..=ROUNDS {
        let of_bare = loops.run(CONNECTIONS, REQUESTS_A_ROUND).await?;
        let of_http = load(&server.address, &calls, REQUESTS_A_ROUND).await?;
        if round > 0 {
            println!(
                "round {round}: sqlx {of_bare:>7.0}/s  HTTP {:>7.0}/s  (p50 {} µs, p99 {} µs)",
                of_http.rate, of_http.p50, of_http.p99
            );
            bare.push(of_bare);
            http.push(of_http.rate);
        }
    }
    let (bare, http) = (median(&mut bare), median(&mut http));
    println!("bare sqlx loop               {bare:>9.0} times/s");
    println!("queryOrders over HTTP        {http:>9.0} requests/s, ratio {:.2}", http / bare);
    println!("resident                     {:>9.1} MB", server.resident()?);
    Ok(())
}

fn micros(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e6
}

fn missing(what: &str) -> io::Error {
    io::Error::other(what.to_owned())
}
