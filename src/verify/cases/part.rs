use std::sync::Arc;

use futures_util::{FutureExt, future::BoxFuture};

use super::{Asked, Calls, Case, Data, Failed, Fresh, Verdict, run};
use crate::verify::{
    Call, Cell, Coverage, Exchange, Expectation, Finding, Origin, Part, Purpose, Recorder, Session, Side, Target,
};

const PART: &str = "cases";

/// The part of a run that exercises the contract's cases.
#[derive(Debug)]
pub struct Cases {
    cases: &'static [Case],
    data: Data,
    /// Tells this run's fresh values from those of others against the same target.
    run: u64,
    elsewhere: Vec<Elsewhere>,
}

/// Another side, which some cases call too.
#[derive(Debug)]
pub struct Elsewhere {
    side: Side,
    target: Target,
    /// Holds the exchanges of that side against its contract.
    recorder: Recorder,
}

impl Elsewhere {
    /// The side at `target`.
    #[must_use]
    pub fn new(side: Side, target: Target) -> Self {
        Self { side, target, recorder: Recorder::new(side, None) }
    }
}

impl Cases {
    /// These cases, with `data` for their names.
    #[must_use]
    pub fn new(cases: &'static [Case], data: Data, run: u64, elsewhere: Vec<Elsewhere>) -> Self {
        Self { cases, data, run, elsewhere }
    }

    /// The cases about the session's side whose operations may be called, or would be if writing were allowed.
    fn of<'a>(&'a self, session: &'a Session) -> impl Iterator<Item = &'static Case> + 'a {
        let may = |case: &&Case| {
            case.sides.contains(&session.side)
                && case
                    .operations(session.side)
                    .all(|operation| session.may_call(operation.id()) || (session.read_only && operation.writes))
        };
        self.cases.iter().filter(may)
    }
}

impl Part for Cases {
    fn name(&self) -> &'static str {
        PART
    }

    fn list(&self, session: &Session) -> Vec<String> {
        self.of(session)
            .map(|case| {
                let operation = cell(case, session.side).operation();
                let (section, rule) = (&case.rule.section, &case.rule.id);
                let writes = if case.writes() { "writes" } else { "reads" };
                format!("{PART}: {} {operation} §{section} {rule} {writes}: {}", session.side, case.name)
            })
            .collect()
    }

    fn expect(&self, session: &Session, coverage: &mut Coverage) {
        self.of(session).for_each(|case| coverage.expect(cell(case, session.side)));
    }

    fn run<'a>(&'a self, session: &'a Arc<Session>) -> BoxFuture<'a, ()> {
        async move {
            let fresh = Fresh { seed: session.seed, run: self.run };
            // One after the other: some change what others read.
            for case in self.of(session) {
                let cell = cell(case, session.side);
                if session.read_only && case.writes() {
                    session.recorder.coverage(|coverage| coverage.skip(cell, "it writes, and the run is read-only"));
                    continue;
                }
                if !session.budget.take() {
                    return;
                }
                let calls = Servers { session, elsewhere: &self.elsewhere };
                match run(case, &self.data, fresh, &calls).await {
                    Verdict::Passed => session.recorder.coverage(|coverage| coverage.count(cell, true)),
                    Verdict::NotExercised(why) => session.recorder.coverage(|coverage| coverage.skip(cell, why)),
                    Verdict::Failed(failed) => {
                        session.recorder.coverage(|coverage| coverage.count(cell, false));
                        report(session, case, failed);
                    }
                }
            }
        }
        .boxed()
    }
}

/// The cell of the case: its rule, of the operation of `side` that it is about.
fn cell(case: &Case, side: Side) -> Cell {
    let operation = case.operation.or_else(|| case.operations(side).next());
    Cell::Rule { operation: operation.map_or("(unknown)", |operation| operation.id()), name: case.rule.id.clone() }
}

fn report(session: &Session, case: &Case, failed: Failed) {
    let Some(reason) = failed.reason else { return };
    session.recorder.report(Finding {
        check: "case",
        operation: failed.operation,
        pointer: failed.pointer,
        message: format!("{} (line {}): {reason}", case.name, failed.line),
        exchanges: failed.exchanges,
        origin: Origin::new(PART, case.origin()),
    });
}

/// The session's target and the others, as cases call them.
struct Servers<'a> {
    session: &'a Session,
    elsewhere: &'a [Elsewhere],
}

impl Servers<'_> {
    fn elsewhere(&self, side: Side) -> Option<&Elsewhere> {
        self.elsewhere.iter().find(|elsewhere| elsewhere.side == side)
    }

    async fn exchange(
        &self,
        side: Side,
        call: Call,
        expected: &Expectation,
        purpose: &Purpose,
    ) -> (Arc<Exchange>, bool) {
        match self.elsewhere(side).filter(|_| side != self.session.side) {
            Some(Elsewhere { target, recorder, .. }) => {
                let exchange = Arc::new(target.call(call).await);
                if side == Side::Polaris && !target.is_signed() && exchange.reply().is_some_and(|it| it.status == 401) {
                    let note =
                        format!("{} answered 401: its calls must be signed (--app-key, --app-secret)", target.base());
                    self.session.recorder.note(note);
                }
                self.session.compare(side, target, &exchange).await;
                let findings = recorder.observe(&exchange, expected, purpose);
                let held = findings.is_empty();
                findings.into_iter().for_each(|finding| self.session.recorder.report(finding));
                (exchange, held)
            }
            None => self.session.exchange(call, expected, purpose).await,
        }
    }
}

impl Calls for Servers<'_> {
    fn is_over(&self) -> bool {
        self.session.budget.is_over()
    }

    fn reaches(&self, side: Side) -> bool {
        side == self.session.side || self.elsewhere(side).is_some()
    }

    fn call<'a>(&'a self, asked: Asked<'a>) -> BoxFuture<'a, (Arc<Exchange>, bool)> {
        async move {
            let purpose = Purpose::new(Origin::new(PART, asked.case.origin()));
            self.exchange(asked.side, asked.call, &asked.expected, &purpose).await
        }
        .boxed()
    }
}
