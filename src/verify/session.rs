use std::{
    future::Future,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
};

use futures_util::future::BoxFuture;

use super::{
    Budget, Call, Coverage, Exchange, Expectation, Fault, Purpose, Recorder, Side, Target, compare::Twin,
    contract::Operation,
};

/// After so many calls in a row that found nobody, the target is gone.
const GONE: u32 = 50;

/// A part of a run, e.g. the cases or the generated checks.
pub trait Part: Send + Sync {
    /// Its name, as origins and reports show it.
    fn name(&self) -> &'static str;

    /// What it would do, a line each (`--list`).
    fn list(&self, session: &Session) -> Vec<String>;

    /// The cells that it means to exercise, beside the codes and keywords that are expected anyway.
    fn expect(&self, session: &Session, coverage: &mut Coverage) {
        let _ = (session, coverage);
    }

    /// Does it, within the session's budget, and hands everything to the session's recorder.
    fn run<'a>(&'a self, session: &'a Arc<Session>) -> BoxFuture<'a, ()>;
}

/// What every part of a run is given.
#[derive(Debug)]
pub struct Session {
    /// The side that is verified.
    pub side: Side,
    /// The server under test.
    pub target: Target,
    /// Where to hand in what was seen.
    pub recorder: Recorder,
    /// How much may still be done.
    pub budget: Budget,
    /// The operations that are called: all, or those that were asked for; with `read_only`, none that writes.
    pub operations: Vec<&'static Operation>,
    /// The seed of everything random.
    pub seed: u64,
    /// Nothing that writes may be called.
    pub read_only: bool,
    /// How many calls are under way at once.
    pub concurrency: usize,
    /// How many calls in a row found nobody.
    pub(super) unreachable: AtomicU32,
    /// Another target that is asked the same.
    pub(super) twin: Option<Twin>,
}

impl Session {
    /// Whether the operation of that id may be called.
    #[must_use]
    pub fn may_call(&self, id: &str) -> bool {
        self.operations.iter().any(|operation| operation.id() == id)
    }

    /// Makes a call.
    pub async fn call(&self, call: Call) -> Arc<Exchange> {
        debug_assert!(call.operation.is_none_or(|operation| self.may_call(operation.id())), "{}", call.path);
        let exchange = Arc::new(self.target.call(call).await);
        match exchange.outcome {
            Err(Fault::Unreachable(_)) => {
                if self.unreachable.fetch_add(1, Ordering::Relaxed) + 1 == GONE {
                    self.recorder.note("the target is gone: the run ended early");
                    self.budget.exhaust();
                }
            }
            _ => self.unreachable.store(0, Ordering::Relaxed),
        }
        self.compare(self.side, &self.target, &exchange).await;
        exchange
    }

    /// Asks the twin, if there is one, what `target` of `side` has just been asked, and reports what it answers otherwise.
    pub(super) async fn compare(&self, side: Side, target: &Target, exchange: &Arc<Exchange>) {
        let Some(twin) = &self.twin else { return };
        if let Some(finding) = twin.compare(side, target, exchange, self.recorder.part()).await {
            self.recorder.report(finding);
        }
    }

    /// Makes a call, records it, and gives the exchange and whether everything held.
    pub async fn exchange(&self, call: Call, expected: &Expectation, purpose: &Purpose) -> (Arc<Exchange>, bool) {
        let exchange = self.call(call).await;
        let held = self.recorder.record(&exchange, expected, purpose);
        (exchange, held)
    }

    /// Does `work` with every one of `jobs`, as many at once as the session allows, until the budget is spent. Jobs are
    /// begun in their order.
    pub async fn each<J, I, F>(self: &Arc<Self>, jobs: I, work: impl Fn(Arc<Self>, J) -> F + Send + Sync + 'static)
    where
        J: Send + 'static,
        I: IntoIterator<Item = J>,
        I::IntoIter: Send + 'static,
        F: Future<Output = ()> + Send + 'static,
    {
        let jobs = Arc::new(Mutex::new(jobs.into_iter()));
        let work = Arc::new(work);
        let mut workers = tokio::task::JoinSet::new();
        for _ in 0..self.concurrency {
            let (session, jobs, work) = (self.clone(), jobs.clone(), work.clone());
            workers.spawn(async move {
                while session.budget.take() {
                    let job = jobs.lock().unwrap_or_else(PoisonError::into_inner).next();
                    let Some(job) = job else {
                        session.budget.give_back();
                        return;
                    };
                    work(session.clone(), job).await;
                }
            });
        }
        while let Some(ended) = workers.join_next().await {
            if let Err(error) = ended
                && let Ok(panic) = error.try_into_panic()
            {
                std::panic::resume_unwind(panic);
            }
        }
    }
}
