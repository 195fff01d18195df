use std::{
    collections::VecDeque,
    fmt::{self, Display},
    sync::{Arc, Mutex},
    time::Duration,
};

use polaris::verify::{Finding, Options, Report, Run, Side, cases::Book};
use tokio::{task::JoinSet, time::sleep};

use super::{
    mutant::{Damage, Mutant},
    proxy::{LATE, Proxy},
};

/// What became of a mutant.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// A run found it.
    Found {
        /// The part of the run that did.
        part: &'static str,
        /// The check that did.
        check: &'static str,
        /// The finding is about the operation; else the operation is one of the calls of a sequence that the finding shows.
        directly: bool,
        /// What the finding says.
        message: String,
    },
    /// It did something else than the healthy server, and no run saw it.
    Survived,
    /// A run found something although nothing was wrong.
    FalseAlarm { part: &'static str, check: &'static str, message: String },
    /// It never did anything else than the healthy server.
    NotApplied,
}

impl Display for Outcome {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Found { part, check, message, .. } => write!(out, "found by {part}, {check}: {message}"),
            Self::Survived => out.write_str("survived"),
            Self::FalseAlarm { part, check, message } => write!(out, "a false alarm of {part}, {check}: {message}"),
            Self::NotApplied => out.write_str("never came to anything"),
        }
    }
}

/// Judges all of them, by so many judges at once; `tell` hears of each as it is done.
pub async fn judge_all(
    all: Vec<Mutant>,
    judges: usize,
    tell: impl Fn(usize, &Mutant, &Outcome) + Send + Sync + 'static,
) -> Vec<(Mutant, Outcome)> {
    let waiting = Arc::new(Mutex::new(all.into_iter().enumerate().collect::<VecDeque<_>>()));
    let tell = Arc::new(tell);
    let mut working = JoinSet::new();
    for _ in 0..judges {
        let (waiting, tell) = (waiting.clone(), tell.clone());
        working.spawn(async move {
            let judge = Judge::start().await;
            let mut judged = Vec::new();
            loop {
                let next = waiting.lock().expect("the list").pop_front();
                let Some((index, mutant)) = next else { return judged };
                let outcome = judge.judge(&mutant).await;
                tell(index, &mutant, &outcome);
                judged.push((index, mutant, outcome));
            }
        });
    }
    let mut judged: Vec<_> = working.join_all().await.into_iter().flatten().collect();
    judged.sort_by_key(|(index, ..)| *index);
    judged.into_iter().map(|(_, mutant, outcome)| (mutant, outcome)).collect()
}

/// Runs `polaris verify` against mutants.
pub struct Judge {
    proxy: Proxy,
}

impl Judge {
    pub async fn start() -> Self {
        Self { proxy: Proxy::start().await }
    }

    /// A run of everything, against nothing but healthy servers.
    pub async fn healthy(&self, side: Side, seed: u64, max_cases: Option<u64>) -> Report {
        self.proxy.be(None).await;
        let options = Options { seed, max_cases, ..self.options(side) };
        Run::new(&options).expect("a run").run().await.expect("a target")
    }

    /// Looks for the mutant: first all about its operation alone; then, if nothing is found, the cases that call it beside
    /// others.
    pub async fn judge(&self, mutant: &Mutant) -> Outcome {
        let mut options = self.options(mutant.side);
        options.concurrency = match mutant.damage {
            Damage::Lose | Damage::Twice | Damage::Stale => 1,
            Damage::Request(_) if mutant.operation.writes => 1,
            _ => 4,
        };
        if matches!(mutant.damage, Damage::Slow) {
            options.max_latency = Some(LATE - Duration::from_millis(100));
        }
        let mut changed = false;
        for (operations, cases_alone) in [(vec![mutant.operation.id()], false), (company(mutant), true)] {
            self.proxy.be(Some(mutant)).await;
            options.operations = operations.into_iter().map(str::to_owned).collect();
            let found = pursue(mutant, &options, cases_alone).await;
            changed |= self.proxy.changed();
            if let Some(finding) = found {
                let (part, check) = (finding.origin.part, finding.check);
                let message = format!("{} {}", finding.origin.name, finding.message);
                return match changed {
                    true => Outcome::Found { part, check, directly: about(mutant, &finding), message },
                    false => Outcome::FalseAlarm { part, check, message },
                };
            }
        }
        if changed { Outcome::Survived } else { Outcome::NotApplied }
    }

    fn options(&self, side: Side) -> Options {
        let mut options = Options::new(side, self.proxy.base(side));
        options.concurrency = 4;
        options.run = 0;
        let others = Side::ALL.into_iter().filter(|other| *other != side);
        options.elsewhere = others.map(|other| (other, self.proxy.base(other))).collect();
        options
    }
}

/// The operations that cases call beside the mutant's.
fn company(mutant: &Mutant) -> Vec<&'static str> {
    let cases = &Book::built_in().expect("the cases").cases;
    let ids =
        |case: &polaris::verify::cases::Case| case.operations(mutant.side).map(|one| one.id()).collect::<Vec<_>>();
    let with = cases.iter().filter(|case| case.sides.contains(&mutant.side)).map(ids);
    let mut company: Vec<_> = with.filter(|ids| ids.contains(&mutant.operation.id())).flatten().collect();
    company.push(mutant.operation.id());
    company.sort_unstable();
    company.dedup();
    company
}

/// The first finding that names the mutant's operation. The run ends with it.
async fn pursue(mutant: &Mutant, options: &Options, cases_alone: bool) -> Option<Finding> {
    let run = Run::new(options).expect("a run");
    let session = run.session().clone();
    let watch = async {
        let mut seen = 0;
        loop {
            sleep(Duration::from_millis(5)).await;
            let findings = session.recorder.findings();
            let done = cases_alone && !["", "cases"].contains(&session.recorder.part());
            if done || (findings != seen && named(mutant, session.recorder.recorded().findings).is_some()) {
                session.budget.exhaust();
                return std::future::pending().await;
            }
            seen = findings;
        }
    };
    let report = tokio::select! {
        report = run.run() => report.expect("a target"),
        () = watch => unreachable!("it waits for the run to end"),
    };
    named(mutant, report.recorded.findings)
}

/// A finding that names the mutant's operation, preferably as the one that it is about.
fn named(mutant: &Mutant, findings: Vec<polaris::verify::Kept>) -> Option<Finding> {
    let mut found: Vec<_> = findings.into_iter().flat_map(|kept| kept.findings).collect();
    let shown = |finding: &Finding| finding.exchanges.iter().any(|one| one.operation_id() == mutant.operation.id());
    found.retain(|finding| about(mutant, finding) || shown(finding));
    found.sort_by_key(|finding| !about(mutant, finding));
    found.into_iter().next()
}

fn about(mutant: &Mutant, finding: &Finding) -> bool {
    finding.operation_id() == mutant.operation.id()
}
