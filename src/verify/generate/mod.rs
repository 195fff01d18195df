//! Requests from the contract alone: values at every limit of every field, requests that are wrong as a whole, and valid
//! random ones. Deterministic by the seed: the same seed against the same data makes the same requests.

/// Valid requests.
pub(super) mod base;
/// Requests that are wrong, or unusual, as a whole.
mod forms;
/// Values at the limits of a field.
mod limits;
/// Strings that match a pattern.
mod pattern;
/// Values that exist.
mod pool;
/// A call with what must come of it.
mod probe;
/// Smaller requests that show the same.
mod shrink;
/// Signatures that must be refused.
mod signatures;
/// What refused writes leave as it was.
mod unchanged;
/// Values that a schema accepts.
mod value;

use std::{collections::VecDeque, sync::Arc};

use fastrand::Rng;
use futures_util::{FutureExt, future::BoxFuture};

use self::probe::{PART, Probe};
use super::{
    Call, Coverage, Expectation, Origin, Part, Purpose, Session,
    contract::{Beyond, Operation, fnv},
    lists,
};

pub(super) use self::{pool::Pool, probe::verdict};

/// How many valid random requests each operation gets when neither time nor number is limited.
const RANDOM: u64 = 100;

/// The part that makes requests from the contract.
#[derive(Debug, Default)]
pub struct Generated;

impl Part for Generated {
    fn name(&self) -> &'static str {
        PART
    }

    fn list(&self, session: &Session) -> Vec<String> {
        let pools = Pools::of_examples(session);
        let mut names: Vec<_> = limits(session, &pools).map(|probe| probe.purpose.origin.to_string()).collect();
        names.extend(
            session.operations.iter().map(|operation| format!("{PART}: {} valid random requests", operation.id())),
        );
        names.extend(signatures::list(session));
        names
    }

    fn expect(&self, session: &Session, coverage: &mut Coverage) {
        for operation in &session.operations {
            forms::cells(operation, session.target.has_token()).for_each(|cell| coverage.expect(cell));
            Beyond::of(operation.id()).for_each(|rule| coverage.expect(probe::rule_cell(operation, rule)));
        }
        signatures::expect(session, coverage);
        unchanged::expect(session, coverage);
    }

    fn run<'a>(&'a self, session: &'a Arc<Session>) -> BoxFuture<'a, ()> {
        async move {
            let pools = Arc::new(learn(session).await);
            let refused = |probe: &Probe| !matches!(probe.expected, Expectation::Accepted { .. });
            session.each(signatures::replays(session, &pools), signatures::replay).await;
            let before = unchanged::look(session).await;
            session.each(limits(session, &pools).filter(refused), perform).await;
            unchanged::watch(session, before, &pools).await;
            session.each(limits(session, &pools).filter(move |probe| !refused(probe)), perform).await;
            let limit = if session.budget.is_limited() { u64::MAX } else { RANDOM };
            let random = move |session: Arc<Session>, number: u64| {
                let pools = pools.clone();
                async move {
                    let operation = session.operations[(number % session.operations.len() as u64) as usize];
                    let probe =
                        random(&session, operation, number / session.operations.len() as u64, pools.of(operation));
                    perform(session, probe).await;
                }
            };
            let number = limit.saturating_mul(session.operations.len() as u64);
            session.each(0..number, random).await;
        }
        .boxed()
    }
}

/// The keywords that some systematic request breaks: operation, place and keyword of each.
pub(super) fn broken(session: &Session) -> Vec<String> {
    let probes = limits(session, &Pools::of_examples(session));
    let broken = probes.filter(|probe| matches!(probe.expected, Expectation::Refused { .. }));
    broken.flat_map(|probe| probe.purpose.covers).map(|cell| format!("{} {cell}", cell.operation())).collect()
}

/// Where the values of requests come from. What the target's own data holds goes into requests that look, never into
/// those that write: of a server whose data matter, nothing is changed that was not meant.
#[derive(Debug)]
struct Pools {
    reading: Pool,
    writing: Pool,
}

impl Pools {
    fn of_examples(session: &Session) -> Self {
        let examples = Pool::of_examples(session.side);
        Self { reading: examples.clone(), writing: examples }
    }

    fn of(&self, operation: &Operation) -> &Pool {
        if operation.writes { &self.writing } else { &self.reading }
    }
}

/// Calls what reads, one operation after the other, with the contract's examples and of lists for all there is, and keeps
/// the values that come back.
async fn learn(session: &Session) -> Pools {
    let mut pools = Pools::of_examples(session);
    for operation in session.operations.iter().filter(|operation| !operation.writes) {
        let everything = operation.page.as_ref().and_then(|_| lists::everything(operation));
        let everything = everything.map(|body| ("everything".to_owned(), body));
        for (name, body) in everything.into_iter().chain(operation.examples.iter().cloned()) {
            if !session.budget.take() {
                return pools;
            }
            let purpose = Purpose::new(Origin::new(PART, format!("{} example {name}", operation.id())));
            let call = Call::new(operation, &body);
            let (exchange, _) = session.exchange(call, &Expectation::accepted(), &purpose).await;
            let envelope = session.side.envelope();
            let reply = exchange.reply().filter(|reply| reply.is_success(envelope));
            if let Some(data) = reply.and_then(|reply| reply.data(envelope)) {
                pools.reading.learn(operation.id(), data);
            }
        }
    }
    pools
}

/// Everything that is systematic, of all operations in turn.
fn limits(session: &Session, pools: &Pools) -> impl Iterator<Item = Probe> + Send + use<> {
    in_turn(session.operations.iter().map(|operation| probes(session, operation, pools)).collect())
}

/// Everything that is systematic about one operation.
fn probes(session: &Session, operation: &'static Operation, pools: &Pools) -> Box<dyn Iterator<Item = Probe> + Send> {
    let (side, pool) = (session.side, pools.of(operation));
    let rng = |purpose: u64| Rng::with_seed(seed(session, operation, purpose));
    let breaches = probe::breaches(side, operation, pool, &mut rng(1));
    let forms = forms::probes(side, operation, pool, rng(2), session.target.has_token());
    let fields = probe::fields(side, operation, pool.clone(), rng(3));
    let signatures = signatures::probes(session, operation, pool, rng(4));
    Box::new(signatures.into_iter().chain(fields).chain(breaches).chain(forms))
}

/// A valid random request.
fn random(session: &Session, operation: &'static Operation, round: u64, pool: &Pool) -> Probe {
    let mut rng = Rng::with_seed(seed(session, operation, 16 + round));
    let body = base::any(session.side, operation, pool, &mut rng);
    Probe::judged(session.side, operation, &body, format!("valid random request {round}"), Vec::new())
}

fn seed(session: &Session, operation: &Operation, purpose: u64) -> u64 {
    session.seed ^ fnv(operation.id().as_bytes()) ^ purpose.wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

/// Makes the call, holds it against the checks, and reports what does not hold, as small as it gets.
async fn perform(session: Arc<Session>, probe: Probe) {
    let exchange = session.call(probe.call.clone()).await;
    for finding in session.recorder.observe(&exchange, &probe.expected, &probe.purpose) {
        let finding = match session.recorder.wants(&finding) && finding.shrinks() {
            true => shrink::shrink(&session, &probe, finding).await,
            false => finding,
        };
        session.recorder.report(finding);
    }
}

/// The items of several iterators in turn, so that a small budget reaches all of them.
fn in_turn<T>(iterators: Vec<Box<dyn Iterator<Item = T> + Send>>) -> impl Iterator<Item = T> + Send {
    let mut waiting: VecDeque<_> = iterators.into();
    std::iter::from_fn(move || {
        while let Some(mut iterator) = waiting.pop_front() {
            if let Some(item) = iterator.next() {
                waiting.push_back(iterator);
                return Some(item);
            }
        }
        None
    })
}
