use std::{
    future::Future,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use futures_util::future::BoxFuture;

use super::{Call, Exchange, Expectation, Purpose, Recorder, Side, Target, contract::Operation};

/// A part of a run, e.g. the cases or the generated checks.
pub trait Part: Send + Sync {
    /// Its name, as origins and reports show it.
    fn name(&self) -> &'static str;

    /// What it would do, a line each (`--list`).
    fn list(&self, session: &Session) -> Vec<String>;

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
        Arc::new(self.target.call(call).await)
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

/// How much a part may still do. Each part gets an even share of what the parts before it left.
#[derive(Debug)]
pub struct Budget {
    deadline: Mutex<Option<Instant>>,
    left: AtomicU64,
}

impl Budget {
    /// A budget of so many units of work, and until then.
    #[must_use]
    pub fn new(number: Option<u64>, deadline: Option<Instant>) -> Self {
        Self { deadline: Mutex::new(deadline), left: AtomicU64::new(number.unwrap_or(u64::MAX)) }
    }

    /// Takes one unit of work (a generated request, a case, a walk); false when nothing is left.
    #[must_use]
    pub fn take(&self) -> bool {
        let in_time = self.time_left().is_none_or(|left| !left.is_zero());
        let one = |left: u64| if left == u64::MAX { Some(left) } else { left.checked_sub(1) };
        in_time && self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, one).is_ok()
    }

    /// Gives back a unit that was not used.
    pub fn give_back(&self) {
        let one = |left: u64| if left == u64::MAX { None } else { Some(left + 1) };
        let _ = self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, one);
    }

    /// The time that is left; `None` when it is not limited.
    #[must_use]
    pub fn time_left(&self) -> Option<Duration> {
        let deadline = *self.deadline.lock().unwrap_or_else(PoisonError::into_inner);
        deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()))
    }

    /// Whether time or number is limited, so that a part may go on for as long as there is some left.
    #[must_use]
    pub fn is_limited(&self) -> bool {
        self.time_left().is_some() || self.left.load(Ordering::Relaxed) != u64::MAX
    }
}
