use std::{future::Future, pin::pin};

use tokio::{
    task::JoinSet,
    time::{sleep, timeout},
};

use super::{
    attempt::attempt,
    fault::Fault,
    finish::finish,
    lease::{self, Leased, Which},
};
use crate::backend::{Backend, migration};

/// Tries each of `ids` once, in their order. What cannot be delivered now is left to [`run`]; the caller has committed its
/// change, so nothing of this is its failure. A caller that goes away does not interrupt it.
pub async fn deliver_now(backend: &Backend, ids: &[i64]) {
    if ids.is_empty() {
        return;
    }
    let (backend, ids) = (backend.clone(), ids.to_vec());
    let tries = tokio::spawn(async move {
        for id in ids {
            for row in take(&backend, Which::One(id)).await {
                deliver(&backend, &row).await;
            }
        }
    });
    if tries.await.is_err() {
        tracing::error!("a delivery has panicked");
    }
}

/// Delivers what is due, as much as fits at one time. Returns how many attempts were made.
pub async fn deliver_due(backend: &Backend) -> usize {
    let rows = take(backend, Which::Due(backend.settings().retry.parallel)).await;
    let made = rows.len();
    let mut attempts = JoinSet::new();
    for row in rows {
        let backend = backend.clone();
        attempts.spawn(async move { deliver(&backend, &row).await });
    }
    while attempts.join_next().await.is_some() {}
    made
}

/// Delivers what is due until `shutdown`; then ends what is under way. Takes up the migrations that a crash has left over.
pub async fn run(backend: Backend, shutdown: impl Future<Output = ()>) {
    let resuming = tokio::spawn({
        let backend = backend.clone();
        async move { migration::resume(&backend).await }
    });
    let mut shutdown = pin!(shutdown);
    let mut attempts = JoinSet::new();
    let retry = backend.settings().retry.clone();
    loop {
        let room = retry.parallel - i64::try_from(attempts.len()).unwrap_or(i64::MAX);
        if room > 0 {
            for row in take(&backend, Which::Due(room)).await {
                let backend = backend.clone();
                attempts.spawn(async move { deliver(&backend, &row).await });
            }
        }
        tokio::select! {
            () = &mut shutdown => break,
            Some(_) = attempts.join_next() => {}
            () = sleep(retry.poll) => {}
        }
    }
    resuming.abort();
    while attempts.join_next().await.is_some() {}
}

async fn take(backend: &Backend, which: Which) -> Vec<Leased> {
    lease::lease(backend, which).await.unwrap_or_else(|error| {
        tracing::error!(%error, "no delivery could be taken");
        Vec::new()
    })
}

/// One attempt, within its lease.
async fn deliver(backend: &Backend, row: &Leased) {
    let time = backend.settings().retry.lease.mul_f64(0.8);
    let late = |_| Err(Fault::Failed("结果未知（超时）".to_owned()));
    let result = timeout(time, attempt(backend, row)).await.unwrap_or_else(late);
    if let Err(error) = finish(backend, row, &result).await {
        tracing::error!(id = row.id, %error, "the end of a delivery could not be written");
    }
}
