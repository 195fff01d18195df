use std::{
    sync::{Arc, atomic::AtomicU32},
    time::{Duration, Instant, SystemTime},
};

use contracts::runtime::{client::Hidden, signature::Signer};
use reqwest::Url;

use super::{
    Budget, Call, Cell, Fault, Part, Recorder, Report, Session, Side, Target, TargetError,
    cases::{Book, CaseError, Cases, Data, Elsewhere},
    compare::Twin,
    contract::Operation,
    generate::{self, Generated},
    lists::Lists,
    repeats::Repeats,
    report::PartReport,
    walk::Walks,
};

/// Why nothing about signatures is exercised.
pub(super) const NO_KEY: &str = "the run has no app key";
/// How long a part may still wait for what is under way when its time is over.
const GRACE: Duration = Duration::from_secs(2);
/// How often it is looked whether the time is over.
const LOOK: Duration = Duration::from_millis(100);

/// What is to be done.
#[derive(Debug, Clone)]
pub struct Options {
    /// The side.
    pub side: Side,
    /// Its base URL, prefix included.
    pub target: Url,
    /// Sent as `Authorization: Bearer`.
    pub token: Option<Hidden>,
    /// Signs the calls of Polaris's side, wherever it is.
    pub signer: Option<Signer>,
    /// The seed of everything random.
    pub seed: u64,
    /// At most this many cases, generated requests and walks together.
    pub max_cases: Option<u64>,
    /// At most this long.
    pub time: Option<Duration>,
    /// How many calls are under way at once.
    pub concurrency: usize,
    /// Nothing that writes is called.
    pub read_only: bool,
    /// The ids of the operations to call; empty means all.
    pub operations: Vec<String>,
    /// How long a reply may take.
    pub max_latency: Option<Duration>,
    /// After this long there is no reply.
    pub timeout: Duration,
    /// What the target's data provides for the names in cases; none: the built-in world of our own servers.
    pub data: Option<Data>,
    /// Where other sides are, for the cases that call more than one.
    pub elsewhere: Vec<(Side, Url)>,
    /// Another target of the side, which is asked the same, and the other sides that belong to it.
    pub compare: Vec<(Side, Url)>,
    /// Whether walks may write to whatever the target's replies show, beside what is given to be written to: for a server
    /// whose data nobody misses.
    pub write_seen: bool,
    /// The names of the parts to run; empty means all.
    pub parts: Vec<String>,
    /// Tells this run from others: with it and the seed, cases make values that are new to the target.
    pub run: u64,
}

impl Options {
    /// Everything about `side` at `target`, without limits, in a run of its own.
    #[must_use]
    pub fn new(side: Side, target: Url) -> Self {
        Self {
            side,
            target,
            token: None,
            signer: None,
            seed: 0,
            max_cases: None,
            time: None,
            concurrency: 16,
            read_only: false,
            operations: Vec::new(),
            max_latency: None,
            timeout: Duration::from_secs(10),
            data: None,
            elsewhere: Vec::new(),
            compare: Vec::new(),
            write_seen: false,
            parts: Vec::new(),
            run: SystemTime::now()
                .duration_since(SystemTime::UNIX_EPOCH)
                .map_or(0, |now| u64::try_from(now.as_millis()).unwrap_or_default()),
        }
    }
}

/// Why there is no run.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// An operation that was asked for is none of the side's.
    #[error("the side {side} has no operation {id}")]
    Operation {
        /// The side.
        side: Side,
        /// What was asked for.
        id: String,
    },
    /// A part that was asked for is none.
    #[error("a run has no part {0} (cases, pages, repeats, generated, walks)")]
    Part(String),
    /// Only operations that write were asked for, and none may be called.
    #[error("there is nothing to call: every operation that was asked for writes")]
    Nothing,
    /// There is nothing to test.
    #[error(transparent)]
    Target(#[from] TargetError),
    /// The built-in cases cannot be read; a test reads them.
    #[error(transparent)]
    Cases(#[from] CaseError),
}

/// One run.
pub struct Run {
    session: Arc<Session>,
    parts: Vec<Box<dyn Part>>,
}

impl Run {
    /// A run; nothing is called yet.
    ///
    /// # Errors
    /// When the options make no run.
    pub fn new(options: &Options) -> Result<Self, RunError> {
        let side = options.side;
        let unknown = options.operations.iter().find(|id| side.contract().operation(id).is_none());
        if let Some(id) = unknown {
            return Err(RunError::Operation { side, id: id.clone() });
        }
        let wanted = |operation: &&Operation| {
            (options.operations.is_empty() || options.operations.iter().any(|id| id == operation.id()))
                && !(options.read_only && operation.writes)
        };
        let operations: Vec<_> = side.contract().operations.iter().filter(wanted).collect();
        if operations.is_empty() {
            return Err(RunError::Nothing);
        }
        let twin = match options.compare.as_slice() {
            [] => None,
            sides => Some(Twin::new(sides, options.token.as_ref(), options.signer.as_ref(), options.timeout)?),
        };
        let target = Target::new(&options.target, options.token.as_ref(), options.timeout)?;
        let session = Session {
            side,
            target: target.signed(side.signer(options.signer.as_ref())),
            recorder: Recorder::new(side, options.max_latency),
            budget: Budget::new(options.max_cases, options.time),
            operations,
            seed: options.seed,
            read_only: options.read_only,
            // Two targets are in the same state only if everything happens in the same order.
            concurrency: if twin.is_some() { 1 } else { options.concurrency.max(1) },
            unreachable: AtomicU32::new(0),
            twin,
        };
        let book = Book::built_in()?;
        let data = options.data.clone().unwrap_or_else(|| book.world.clone());
        let cases = Box::new(cases(options, book, data.clone())?);
        let mut parts: Vec<Box<dyn Part>> = vec![cases, Box::new(Lists), Box::new(Repeats), Box::new(Generated)];
        parts.push(Box::new(Walks::new(data, options.run, options.write_seen)));
        if session.twin.is_some() {
            // What the run has left behind is the same on both, too.
            parts.push(Box::new(Lists));
        }
        if let Some(name) = options.parts.iter().find(|name| !parts.iter().any(|part| part.name() == *name)) {
            return Err(RunError::Part(name.clone()));
        }
        parts.retain(|part| options.parts.is_empty() || options.parts.iter().any(|name| name == part.name()));
        Ok(Self { session: Arc::new(session), parts })
    }

    /// What it would do, a line each.
    #[must_use]
    pub fn list(&self) -> Vec<String> {
        self.parts.iter().flat_map(|part| part.list(&self.session)).collect()
    }

    /// The keywords that some generated request breaks: operation, place and keyword of each.
    #[must_use]
    pub fn broken(&self) -> Vec<String> {
        generate::broken(&self.session)
    }

    /// The session, to watch the run and to end it early.
    #[must_use]
    pub fn session(&self) -> &Arc<Session> {
        &self.session
    }

    /// Does it.
    ///
    /// # Errors
    /// When there is nobody to test.
    pub async fn run(self) -> Result<Report, RunError> {
        let (started, clock) = (SystemTime::now(), Instant::now());
        reach(&self.session, &self.session.target).await?;
        if let Some(twin) = self.session.twin.as_ref().and_then(|twin| twin.target(self.session.side)) {
            reach(&self.session, twin).await?;
            self.session.recorder.note(format!("compared with {}", twin.base()));
        }
        let recorder = &self.session.recorder;
        recorder.coverage(|coverage| {
            self.parts.iter().for_each(|part| part.expect(&self.session, coverage));
            let all = self.session.side.contract().operations.iter();
            if !self.session.target.is_signed() && !self.session.target.has_token() {
                let why = if self.session.side == Side::Polaris { NO_KEY } else { "the run has no token" };
                for operation in all.clone().filter(|each| each.codes.contains(&401)) {
                    coverage.skip(Cell::Code { operation: operation.id(), code: 401 }, why);
                }
            }
            for operation in all.filter(|operation| !self.session.may_call(operation.id())) {
                let read_only = self.session.read_only && operation.writes;
                coverage.skip_operation(
                    operation.id(),
                    if read_only { "it writes, and the run is read-only" } else { "not asked for" },
                );
            }
        });
        let mut parts = Vec::new();
        for (index, part) in self.parts.iter().enumerate() {
            self.session.budget.begin_part(self.parts.len() - index);
            recorder.begin(part.name());
            let (exchanges, findings, begun) = (recorder.exchanges(), recorder.findings(), Instant::now());
            tokio::select! {
                () = part.run(&self.session) => {}
                () = overdue(&self.session.budget) => {
                    recorder.note(format!("{}: the time was over before its last calls were answered", part.name()));
                }
            }
            parts.push(PartReport {
                name: part.name(),
                exchanges: recorder.exchanges() - exchanges,
                findings: recorder.findings() - findings,
                duration: begun.elapsed(),
            });
        }
        Ok(Report::new(&self.session, parts, started, clock.elapsed()))
    }
}

/// Completes when the present part has had time enough to end what it was doing when its time was over.
async fn overdue(budget: &Budget) {
    while !budget.is_over() {
        // Somebody may want to end the run at once.
        let left = budget.time_left().unwrap_or(LOOK);
        tokio::time::sleep(left.min(LOOK)).await;
    }
    tokio::time::sleep(GRACE).await;
}

fn cases(options: &Options, book: &'static Book, data: Data) -> Result<Cases, RunError> {
    let elsewhere = options.elsewhere.iter().map(|(side, base)| {
        let target = Target::new(base, None, options.timeout)?;
        Ok(Elsewhere::new(*side, target.signed(side.signer(options.signer.as_ref()))))
    });
    let elsewhere = elsewhere.collect::<Result<_, TargetError>>()?;
    Ok(Cases::new(&book.cases, data, options.run, elsewhere))
}

/// Sees that the target is there and is this side: some operation that reads answers something else than 404.
async fn reach(session: &Session, target: &Target) -> Result<(), TargetError> {
    let url = || target.base().to_owned();
    let other = |reason: &str| TargetError::Other { url: url(), side: session.side.name(), reason: reason.to_owned() };
    let reading = session.side.contract().operations.iter().filter(|operation| !operation.writes);
    for operation in reading {
        let Some((_, body)) = operation.examples.first() else { continue };
        let exchange = target.call(Call::new(operation, body)).await;
        let status = match exchange.outcome {
            Err(fault @ (Fault::Unreachable(_) | Fault::TimedOut | Fault::Broken(_))) => {
                return Err(TargetError::Unreachable { url: url(), fault });
            }
            Err(Fault::TooLarge | Fault::TooMany | Fault::NoRoom) => return Ok(()),
            Ok(reply) => reply.status,
        };
        match status {
            401 if target.is_signed() => return Err(other("401, the app's signature is not accepted")),
            401 if session.side == Side::Polaris => {
                return Err(other("401, its calls must be signed (--app-key, --app-secret)"));
            }
            401 if target.has_token() => return Err(other("401, the token is not accepted")),
            401 => return Err(other("401, it wants a token (--token)")),
            404 | 405 if !operation.replies.contains_key(&status) => {}
            _ => return Ok(()),
        }
    }
    Err(other("no operation is found there; the target is the side's base, prefix included"))
}
