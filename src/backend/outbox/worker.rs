use std::{
    future::Future,
    mem,
    pin::pin,
    sync::{Mutex, MutexGuard, PoisonError},
};

use tokio::{
    sync::oneshot,
    task::JoinSet,
    time::{sleep, timeout},
};

use super::{
    attempt::attempt,
    fault::{Fault, Reason},
    finish::finish,
    lease::{self, Leased, Which},
};
use crate::backend::{Backend, migration};

/// Deliveries that go on though whoever has caused them has been answered, or is gone.
#[derive(Debug, Default)]
pub struct Background(Mutex<JoinSet<()>>);

impl Background {
    fn tasks(&self) -> MutexGuard<'_, JoinSet<()>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        let mut tasks = self.tasks();
        while tasks.try_join_next().is_some() {}
        tasks.spawn(task);
    }

    async fn end(&self) {
        let mut tasks = mem::take(&mut *self.tasks());
        while tasks.join_next().await.is_some() {}
    }
}

/// Tries each of `ids` once, in their order, and waits for that as long as Weichuang is quick: a caller sees the result
/// then. What is not delivered by then goes on without the caller, or is left to [`run`]; the caller has committed its
/// change, so nothing of this is its failure. A caller that goes away does not interrupt it.
pub async fn deliver_now(backend: &Backend, ids: &[i64]) {
    // Whoever could only wait for others leaves it to the worker.
    if backend.weichuang().room() > 0 {
        let _ = timeout(backend.weichuang().patience(), deliver_to_the_end(backend, ids)).await;
    }
}

/// Tries each of `ids` once, in their order.
pub(super) async fn deliver_to_the_end(backend: &Backend, ids: &[i64]) {
    if ids.is_empty() {
        return;
    }
    let (acting, ids) = (backend.clone(), ids.to_vec());
    let (ended, end) = oneshot::channel();
    backend.background().spawn(async move {
        for id in ids {
            for row in take(&acting, Which::One(id)).await {
                deliver(&acting, &row).await;
            }
        }
        let _ = ended.send(());
    });
    if end.await.is_err() {
        tracing::error!("a delivery has panicked");
    }
}

/// Delivers what is due, as much as fits at one time. Returns how many attempts were made.
pub async fn deliver_due(backend: &Backend) -> usize {
    let rows = take(backend, Which::Due(room(backend, 0))).await;
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
        for row in take(&backend, Which::Due(room(&backend, attempts.len()))).await {
            let backend = backend.clone();
            attempts.spawn(async move { deliver(&backend, &row).await });
        }
        tokio::select! {
            () = &mut shutdown => break,
            Some(_) = attempts.join_next() => {}
            () = sleep(retry.poll) => {}
        }
    }
    resuming.abort();
    while attempts.join_next().await.is_some() {}
    backend.background().end().await;
}

/// So many more deliveries the worker makes when so many are under way.
fn room(backend: &Backend, under_way: usize) -> i64 {
    let left = backend.settings().retry.parallel - i64::try_from(under_way).unwrap_or(i64::MAX);
    left.min(i64::try_from(backend.weichuang().room()).unwrap_or(i64::MAX))
}

async fn take(backend: &Backend, which: Which) -> Vec<Leased> {
    if let Which::Due(..=0) = which {
        return Vec::new();
    }
    lease::lease(backend, which).await.unwrap_or_else(|error| {
        tracing::error!(%error, "no delivery could be taken");
        Vec::new()
    })
}

/// One attempt, within its lease.
async fn deliver(backend: &Backend, row: &Leased) {
    let time = backend.settings().retry.lease.mul_f64(0.8);
    let late = |_| Err(Fault::Failed(Reason::new("结果未知（超时）", "the attempt took too long")));
    let result = timeout(time, attempt(backend, row)).await.unwrap_or_else(late);
    if let Err(error) = finish(backend, row, &result).await {
        tracing::error!(id = row.id, %error, "the end of a delivery could not be written");
    }
}
