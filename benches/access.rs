//! `cargo bench --bench access [-- postgres://user@host/name]`: what the gateway costs `queryOrders`, on SQLite and, if the
//! URL of an empty database is given, on PostgreSQL.
//!
//! Servers that differ in nothing but the gateway are processes of their own, measured in turns by one load generator,
//! which calls them all with signatures: an open one does not look at them.
//! On SQLite the process remembers what it has accepted. On PostgreSQL the database does, for all instances: there, a
//! gateway whose apps are in a SQLite file shows what signature and scope cost without that.

use std::{
    env,
    error::Error,
    process::Command,
    rc::Rc,
    time::{Instant, SystemTime, UNIX_EPOCH},
};

use contracts::runtime::signature::{Method, Signer};
use load::{Call, Peer, backend, load, median, seed};
use polaris::{
    backend::db::{Db, sql},
    gateway::{
        self, Access, Credentials, Gateway, Refusal, SealError, SealingKey,
        apps::{NewApp, Operations},
    },
    server::{self, router},
};

mod load;

type Outcome<T = ()> = Result<T, Box<dyn Error>>;

const ROUNDS: usize = 9;
const REQUESTS_A_ROUND: usize = 10_000;
const ADMITTED: usize = 5_000;
const API: &str = "hm.order.p.query";
/// With it a process is a server: the URL of its database, then that of its gateway's, or nothing.
const SERVE: &str = "--serve";
/// So many merchants are in the scope of an app that has one.
const SCOPE: i64 = 20;

fn main() -> Outcome {
    let arguments: Vec<_> = env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let runtime = tokio::runtime::Runtime::new()?;
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [SERVE, database] => runtime.block_on(serve(database, None)),
        [SERVE, database, of_gateway] => runtime.block_on(serve(database, Some(of_gateway))),
        [] => runtime.block_on(compare(None)),
        [postgres] => runtime.block_on(compare(Some(postgres))),
        _ => Err("one URL at most".into()),
    }
}

async fn serve(database: &str, of_gateway: Option<&str>) -> Outcome {
    let backend = backend(database).await?;
    let access = match of_gateway {
        None => Access::Open,
        Some(url) => Access::Signed(gateway(url).await?),
    };
    let bound = server::bind("127.0.0.1", 0).await?;
    println!("{}", bound.url());
    let _running = bound.serve(router::public(&backend, &router::Serve::with(access)))?;
    std::future::pending().await
}

async fn gateway(url: &str) -> Outcome<Gateway> {
    Ok(Gateway::new(Db::open(url, 16).await?, key()?, gateway::Options::default()))
}

/// Seals the secrets of the apps here, and nothing else.
fn key() -> Result<SealingKey, SealError> {
    "07".repeat(32).parse()
}

async fn compare(postgres: Option<&str>) -> Outcome {
    let files = env::temp_dir().join(format!("polaris-bench-{}", std::process::id()));
    std::fs::create_dir_all(&files)?;
    let file = format!("sqlite://{}", files.join("access.db").display());
    let in_file = Apps::new(&file).await?;
    measure("SQLite", &file, &[("signed", &file, &in_file)]).await?;
    match postgres {
        None => println!("\nPostgreSQL is not measured: no URL is given"),
        Some(url) => {
            let shared = Apps::new(url).await?;
            let gateways = [("signed", file.as_str(), &in_file), ("signed, remembered by all", url, &shared)];
            measure("PostgreSQL", url, &gateways).await?;
        }
    }
    std::fs::remove_dir_all(&files)?;
    Ok(())
}

/// An app that sees all merchants, and one that sees some.
struct Apps {
    all: Credentials,
    scoped: Credentials,
    /// Their codes.
    merchants: Vec<String>,
}

impl Apps {
    /// Those of the database at `url`, which is filled.
    async fn new(url: &str) -> Outcome<Self> {
        seed(url, 10_000, 2_000)?;
        let backend = backend(url).await?;
        let codes = sql("SELECT merchant_code FROM merchant ORDER BY id LIMIT ").bind(SCOPE);
        let rows = backend.db().session().await?.all(codes).await?;
        let merchants: Vec<String> = rows.iter().map(|row| row.get("merchant_code")).collect::<Result<_, _>>()?;
        let create = async |merchants: Option<Vec<String>>| {
            let new = NewApp { name: "bench".to_owned(), operations: Operations::all(), merchants };
            gateway::apps::create(&backend, &key()?, &new).await.map_err(Box::<dyn Error>::from)
        };
        Ok(Self { all: create(None).await?, scoped: create(Some(merchants.clone())).await?, merchants })
    }
}

/// A server, and who calls it.
struct Called<'a> {
    what: String,
    server: Rc<Peer>,
    app: &'a Credentials,
    /// Requests a second, a round each.
    rates: Vec<f64>,
    /// How long the server has worked on a request, in microseconds, a round each.
    work: Vec<f64>,
}

impl Called<'_> {
    fn new<'a>(what: String, server: &Rc<Peer>, app: &'a Credentials) -> Called<'a> {
        Called { what, server: server.clone(), app, rates: Vec::new(), work: Vec::new() }
    }

    async fn measure(&mut self, merchants: &[String]) -> Outcome<(f64, f64)> {
        let calls = calls(merchants, self.app)?;
        let before = self.server.worked()?;
        let rate = load(&self.server.address, &calls, REQUESTS_A_ROUND).await?.rate;
        Ok((rate, (self.server.worked()? - before) * 1e4 / REQUESTS_A_ROUND as f64))
    }
}

/// Two open servers of `database`, which differ in nothing, and one behind each of the gateways, which is called by both of
/// its apps.
async fn measure(name: &str, database: &str, gateways: &[(&str, &str, &Apps)]) -> Outcome {
    println!("\n{name}");
    let start = |arguments: &[&str]| Peer::start(Command::new(env::current_exe()?).args(arguments)).map(Rc::new);
    let Apps { all, merchants, .. } = gateways[0].2;
    let mut all_called = vec![
        Called::new("open".to_owned(), &start(&[SERVE, database])?, all),
        Called::new("open, once more".to_owned(), &start(&[SERVE, database])?, all),
    ];
    for (what, url, apps) in gateways {
        let server = start(&[SERVE, database, url])?;
        all_called.push(Called::new(format!("{what}: sees all"), &server, &apps.all));
        all_called.push(Called::new(format!("{what}: sees {SCOPE} merchants"), &server, &apps.scoped));
    }
    let mut order: Vec<_> = (0..all_called.len()).collect();
    for round in 0..=ROUNDS {
        // Who comes first in one round comes last in the next.
        order.reverse();
        for at in &order {
            let called = &mut all_called[*at];
            let (rate, work) = called.measure(merchants).await?;
            if round > 0 {
                called.rates.push(rate);
                called.work.push(work);
            }
        }
    }
    let open = median(&mut all_called[0].rates);
    for Called { what, rates, work, .. } in &mut all_called {
        let (rate, work) = (median(rates), median(work));
        let less = (1.0 - rate / open) * 100.0;
        println!("{what:<48} {rate:>7.0} requests/s, {less:>5.1} % less; {work:>5.0} µs of CPU each");
    }
    for (what, url, apps) in gateways {
        let took = admission(&gateway(url).await?, &apps.all, merchants).await?;
        println!("{:<48} {took:>7.0} µs a call, alone", format!("{what}: the check"));
    }
    Ok(())
}

/// How long a gateway looks at one call, in microseconds.
async fn admission(gateway: &Gateway, app: &Credentials, merchants: &[String]) -> Outcome<f64> {
    let calls = calls(merchants, app)?;
    let mut took = Vec::new();
    for Call { target, body } in &calls[..ADMITTED] {
        let query = target.split_once('?').map_or("", |(_, query)| query);
        let begun = Instant::now();
        let admitted = async {
            let announced = gateway.announced(API, query).await?;
            gateway.accept(gateway.signed(announced, body.as_bytes()).await?).await
        };
        admitted.await.map_err(|refusal: Refusal| refusal.to_string())?;
        took.push(begun.elapsed().as_secs_f64() * 1e6);
    }
    Ok(median(&mut took))
}

/// A page of a merchant's orders and their total, again and again, each signed for itself.
fn calls(merchants: &[String], app: &Credentials) -> Outcome<Vec<Call>> {
    let now = i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis())?;
    let calls = merchants.iter().cycle().take(REQUESTS_A_ROUND).map(|merchant| {
        let body = format!(r#"{{"merchantCodes":"{merchant}","pageNo":1,"pageSize":20}}"#);
        let Credentials { app_key, secret } = app.clone();
        let signer = Signer { app_key, secret, method: Method::HmacSha256 };
        let query = signer.parameters(API, now, &gateway::nonce(), body.as_bytes())?.to_query();
        Ok(Call { target: format!("/kop/{API}?{query}"), body })
    });
    calls.collect()
}
