use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use contracts::runtime::signature::{Method, Signer};
use polaris::gateway::{self, Credentials};
use tokio::{task::JoinSet, time::timeout};

use crate::{
    load::{Call, Connection, bytes},
    server::Server,
};

pub const API: &str = "hm.order.p.query";
const BODY: &str = r#"{"pageNo":1,"pageSize":20}"#;
/// So many callers call at once, each one call at a time.
const CALLERS: usize = 16;
/// A call that is not answered after so long has failed.
const PATIENCE: Duration = Duration::from_secs(5);

/// How signed calls were answered.
pub struct Served {
    /// With 200.
    ok: u64,
    /// With something else, or not.
    pub failed: u64,
    took: Duration,
}

impl Served {
    /// Calls a second that were answered with 200.
    pub fn rate(&self) -> f64 {
        self.ok as f64 / self.took.as_secs_f64()
    }
}

/// Calls for some time, each call signed anew.
pub async fn call(server: &Server, app: &Credentials, time: Duration) -> Served {
    let (ok, failed) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
    let begun = Instant::now();
    let mut callers = JoinSet::new();
    for _ in 0..CALLERS {
        let (address, app, ok, failed) = (server.address().to_owned(), app.clone(), ok.clone(), failed.clone());
        callers.spawn(async move {
            let mut kept = None;
            while begun.elapsed() < time {
                let exchanged = timeout(PATIENCE, exchange(&address, &mut kept, &signed(&app))).await;
                if matches!(exchanged, Ok(Ok(()))) {
                    ok.fetch_add(1, Ordering::Relaxed);
                } else {
                    failed.fetch_add(1, Ordering::Relaxed);
                    kept = None;
                    // Nobody calls again without a pause.
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
            }
        });
    }
    callers.join_all().await;
    Served { ok: ok.load(Ordering::Relaxed), failed: failed.load(Ordering::Relaxed), took: begun.elapsed() }
}

async fn exchange(address: &str, kept: &mut Option<Connection>, call: &Call) -> io::Result<()> {
    let connection = match kept {
        Some(connection) => connection,
        None => kept.insert(Connection::open(address).await?),
    };
    connection.exchange(&bytes(address, call)).await
}

/// A call of `app`, signed now.
pub fn signed(app: &Credentials) -> Call {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
    let Credentials { app_key, secret } = app.clone();
    let signer = Signer { app_key, secret, method: Method::HmacSha256 };
    let now = i64::try_from(now).unwrap_or(i64::MAX);
    let query = signer.parameters(API, now, &gateway::nonce(), BODY.as_bytes()).map(|signed| signed.to_query());
    Call { target: format!("/kop/{API}?{}", query.unwrap_or_default()), body: BODY.to_owned() }
}
