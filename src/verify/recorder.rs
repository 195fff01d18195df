use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use super::{
    Cell, Coverage, Exchange, Expectation, Finding, Origin, Side,
    checks::{self, Seen},
};

/// At most this many findings of one check about one operation are kept in full; the others are counted.
const KEPT: usize = 5;
/// A longer message of a finding, which repeats what the target says, is cut.
const SENTENCE: usize = 2_000;
/// What the report says of findings that were cut.
const CUT: &str = "findings show long replies by their first 8 KiB: no more of them was kept";

/// Why a call was made.
#[derive(Debug, Clone)]
pub struct Purpose {
    /// Where it came from.
    pub origin: Origin,
    /// The cells that it exercises, beside that of the code it is answered with.
    pub covers: Vec<Cell>,
}

impl Purpose {
    /// A call that exercises no cell but that of its code.
    #[must_use]
    pub fn new(origin: Origin) -> Self {
        Self { origin, covers: Vec::new() }
    }
}

/// Takes what every part of a run saw: holds each exchange against the checks, counts coverage, keeps findings. Passed
/// exchanges are counted and dropped, so that memory does not grow with the run.
#[derive(Debug)]
pub struct Recorder {
    side: Side,
    max_latency: Option<Duration>,
    exchanges: AtomicU64,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    coverage: Coverage,
    findings: BTreeMap<(&'static str, &'static str), Kept>,
    answers: BTreeMap<&'static str, Answers>,
    latencies: Latencies,
    notes: BTreeSet<String>,
    part: &'static str,
}

/// The findings of one check about one operation.
#[derive(Debug, Clone, Default)]
pub struct Kept {
    /// The first of them.
    pub findings: Vec<Finding>,
    /// How many there are in all.
    pub count: u64,
}

/// Everything that was recorded.
#[derive(Debug)]
pub struct Recorded {
    /// How many exchanges there were.
    pub exchanges: u64,
    /// Which cells were exercised.
    pub coverage: Coverage,
    /// What does not hold, by operation and check.
    pub findings: Vec<Kept>,
    /// What the valid requests of each operation were answered.
    pub answers: BTreeMap<&'static str, Answers>,
    /// How long the target took.
    pub latencies: Latencies,
    /// What else must be known.
    pub notes: Vec<String>,
}

/// What the valid requests of one operation were answered.
#[derive(Debug, Clone, Default)]
pub struct Answers {
    /// Successes.
    pub succeeded: u64,
    /// Refusals by code.
    pub refused: BTreeMap<u16, u64>,
}

/// How long the target took.
#[derive(Debug, Clone, Copy, Default)]
pub struct Latencies {
    /// How many there are.
    pub count: u64,
    /// All together.
    pub sum: Duration,
    /// The longest.
    pub longest: Duration,
}

impl Recorder {
    /// A recorder that expects what the contract of `side` says.
    #[must_use]
    pub fn new(side: Side, max_latency: Option<Duration>) -> Self {
        let coverage = Coverage::of(&side.contract().operations);
        let state = Mutex::new(State { coverage, ..State::default() });
        Self { side, max_latency, exchanges: AtomicU64::new(0), state }
    }

    /// Holds an exchange against the checks, counts it, and reports what does not hold. Says whether all held.
    pub fn record(&self, exchange: &Arc<Exchange>, expected: &Expectation, purpose: &Purpose) -> bool {
        let findings = self.observe(exchange, expected, purpose);
        let held = findings.is_empty();
        findings.into_iter().for_each(|finding| self.report(finding));
        held
    }

    /// Like [`Recorder::record`], but gives the findings to the caller, who may shrink them before he reports them.
    #[must_use]
    pub fn observe(&self, exchange: &Arc<Exchange>, expected: &Expectation, purpose: &Purpose) -> Vec<Finding> {
        let findings = self.check(exchange, expected, &purpose.origin);
        self.exchanges.fetch_add(1, Ordering::Relaxed);
        let mut state = self.state();
        let passed = findings.is_empty();
        for cell in &purpose.covers {
            state.coverage.count(cell.clone(), passed);
        }
        if let Some((operation, reply)) = exchange.call.operation.zip(exchange.reply()) {
            let code = reply.code(self.side.envelope()).unwrap_or(reply.status);
            // A code that is not documented is a finding, not a cell.
            if operation.codes.contains(&code) {
                state.coverage.count(Cell::Code { operation: operation.id(), code }, passed);
            }
            if matches!(expected, Expectation::Accepted { .. }) {
                let answers = state.answers.entry(operation.id()).or_default();
                match code {
                    200 => answers.succeeded += 1,
                    other => *answers.refused.entry(other).or_default() += 1,
                }
            }
        }
        state.latencies.add(exchange.latency);
        findings
    }

    /// Holds an exchange against the checks without counting it, for those who shrink.
    #[must_use]
    pub fn check(&self, exchange: &Arc<Exchange>, expected: &Expectation, origin: &Origin) -> Vec<Finding> {
        let seen = Seen { side: self.side, exchange, expected, max_latency: self.max_latency };
        let found = checks::all(&seen).into_iter();
        let finding = |(check, failure): (&'static str, checks::Failure)| Finding {
            check,
            operation: exchange.call.operation,
            pointer: failure.pointer,
            message: failure.message,
            exchanges: vec![exchange.clone()],
            origin: origin.clone(),
        };
        found.map(finding).collect()
    }

    /// Whether a finding would be kept in full, so that it is worth shrinking.
    #[must_use]
    pub fn wants(&self, finding: &Finding) -> bool {
        let state = self.state();
        state.findings.get(&(finding.operation_id(), finding.check)).is_none_or(|kept| kept.findings.len() < KEPT)
    }

    /// Reports a finding.
    pub fn report(&self, finding: Finding) {
        let mut state = self.state();
        let kept = state.findings.entry((finding.operation_id(), finding.check)).or_default();
        kept.count += 1;
        if kept.findings.len() < KEPT {
            let (finding, cut) = bounded(finding);
            kept.findings.push(finding);
            if cut {
                state.notes.insert(CUT.to_owned());
            }
        }
    }

    /// Changes what is known of coverage: cells that a part expects, exercised by itself, or could not exercise.
    pub fn coverage(&self, change: impl FnOnce(&mut Coverage)) {
        change(&mut self.state().coverage);
    }

    /// Says something about the run as a whole that a reader of the report must know.
    pub fn note(&self, note: impl Into<String>) {
        self.state().notes.insert(note.into());
    }

    /// How many exchanges were recorded so far.
    #[must_use]
    pub fn exchanges(&self) -> u64 {
        self.exchanges.load(Ordering::Relaxed)
    }

    /// How many findings were reported so far.
    #[must_use]
    pub fn findings(&self) -> u64 {
        self.state().findings.values().map(|kept| kept.count).sum()
    }

    /// Says which part is at work, for who watches.
    pub(super) fn begin(&self, part: &'static str) {
        self.state().part = part;
    }

    /// The part that is at work.
    #[must_use]
    pub fn part(&self) -> &'static str {
        self.state().part
    }

    /// Everything that was recorded so far.
    #[must_use]
    pub fn recorded(&self) -> Recorded {
        let state = self.state();
        let mut findings: Vec<Kept> = state.findings.values().cloned().collect();
        // Calls under way at once end in any order; a report has one.
        findings.iter_mut().for_each(|kept| kept.findings.sort_by(|one, other| one.origin.cmp(&other.origin)));
        Recorded {
            exchanges: self.exchanges(),
            coverage: state.coverage.clone(),
            findings,
            answers: state.answers.clone(),
            latencies: state.latencies,
            notes: state.notes.iter().cloned().collect(),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The finding as it is kept, however much the target has answered, and whether that is less.
fn bounded(mut finding: Finding) -> (Finding, bool) {
    let mut cut = false;
    for exchange in &mut finding.exchanges {
        let (kept, less) = exchange.kept();
        *exchange = Arc::new(kept);
        cut |= less;
    }
    for text in finding.pointer.iter_mut().chain([&mut finding.message]) {
        if let Some((end, _)) = text.char_indices().nth(SENTENCE) {
            text.truncate(end);
            text.push('…');
            cut = true;
        }
    }
    (finding, cut)
}

impl Latencies {
    fn add(&mut self, latency: Duration) {
        self.count += 1;
        self.sum += latency;
        self.longest = self.longest.max(latency);
    }
}
