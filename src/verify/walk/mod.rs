//! Walks: random sequences over operations that share data, held against invariants that are written as data
//! (`contracts/cases/invariants.yaml`).
//!
//! A walk has a theme, an operation, and calls it and those that share something with it: a phone, a battery, an
//! application. It makes its requests of what it has seen and of fresh values. Alone, a walk is the same for the same
//! seed against the same data; then the same is walked by several clients at once.

/// What happens around a step: what is read before and after it, races, and judgement.
mod around;
/// What an invariant says.
mod claim;
/// The invariants, and which fields carry the same.
mod invariant;
/// What there is before a walk: things by their sources.
mod known;
/// The shortest walk that still shows it.
mod shrink;
/// One call of a walk, and how it is drawn.
mod step;
/// What stands on the sides of a claim.
mod term;
/// What a walk knows: values that belong together.
mod things;

use std::{collections::BTreeSet, sync::Arc};

use fastrand::Rng;
use futures_util::{FutureExt, future::BoxFuture};
use serde_json::Value;

use self::{
    around::{Around, Broken, Which},
    invariant::Book,
    shrink::{Failure, Replays},
    step::{Drawer, Step},
    things::{Maker, Thing},
};
use super::{
    Coverage, Finding, Origin, Part, Purpose, Session,
    cases::Data,
    contract::{Operation, Schemas},
    generate::Pool,
};

const PART: &str = "walks";
/// The check.
const INVARIANT: &str = "invariant";
/// How many steps a walk has.
const STEPS: usize = 16;
/// How many walks there are about each theme if time is not limited.
const ROUNDS: u64 = 4;
/// How many clients walk at once in the end.
const CLIENTS: usize = 4;

/// The part that walks.
#[derive(Debug)]
pub struct Walks {
    /// What may be written to.
    data: Data,
    /// Tells this run's fresh values from those of others against the same target.
    run: u64,
    /// Whether what the target's own replies show may be written to, too.
    write_seen: bool,
}

impl Walks {
    /// Walks that write to `data`, and if `write_seen` to whatever they find.
    #[must_use]
    pub fn new(data: Data, run: u64, write_seen: bool) -> Self {
        Self { data, run, write_seen }
    }
}

impl Part for Walks {
    fn name(&self) -> &'static str {
        PART
    }

    fn list(&self, session: &Session) -> Vec<String> {
        let of = |operation: &'static Operation| {
            Book::built_in()
                .of(operation.id())
                .map(move |each| format!("{PART}: {} §{} {}", operation.id(), each.section, each.rule))
        };
        session.operations.iter().flat_map(|operation| of(operation)).collect()
    }

    fn expect(&self, session: &Session, coverage: &mut Coverage) {
        for operation in &session.operations {
            for invariant in Book::built_in().of(operation.id()) {
                coverage.expect(invariant.cell(operation));
                if let Some(look) = invariant.watch.values().find(|look| !session.may_call(look.id(operation))) {
                    let why = format!("{} may not be called", look.id(operation));
                    coverage.skip(invariant.cell(operation), why);
                }
            }
        }
    }

    fn run<'a>(&'a self, session: &'a Arc<Session>) -> BoxFuture<'a, ()> {
        async move {
            let known = Arc::new(known::known(session, &self.data, self.write_seen).await);
            let themes = themes(session, Book::built_in());
            let rounds = if session.budget.time_left().is_some() { u64::MAX } else { ROUNDS };
            let number = rounds.saturating_mul(themes.len() as u64);
            for walk in 0..number {
                // A run that is not given much begins with another theme for another seed.
                let theme = themes[(walk.wrapping_add(session.seed) % themes.len() as u64) as usize];
                if !self.walk(session, &known, theme, walk, Which::All).await {
                    return;
                }
                // Two targets are in the same state only if everything happens in the same order.
                if session.concurrency > 1 && walk % 4 == 0 {
                    let clients = (0..CLIENTS.min(session.concurrency) as u64)
                        .map(|client| self.walk(session, &known, theme, ((walk + 1) << 32) + client, Which::InCrowd));
                    futures_util::future::join_all(clients).await;
                }
            }
        }
        .boxed()
    }
}

impl Walks {
    /// One walk; false when nothing may be done any more.
    async fn walk(
        &self,
        session: &Arc<Session>,
        known: &[Thing],
        theme: &'static Operation,
        walk: u64,
        which: Which,
    ) -> bool {
        let book = Book::built_in();
        let maker = Maker { seed: session.seed, run: self.run, walk, replay: 0 };
        let mut rng = Rng::with_seed(session.seed ^ (walk + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let origin = Origin::new(PART, format!("walk {walk} of seed {}, about {}", session.seed, theme.id()));
        let purpose = Purpose::new(origin);
        let related = related(session, book, theme);
        let pool = Pool::of_examples(session.side);
        let things = known::taken(known, &mut rng);
        let sources = book.subjects.get(theme.id()).map_or(&[][..], Vec::as_slice);
        let subjects: Vec<_> = things.iter().filter(|thing| sources.contains(&thing.source)).collect();
        let subject = subjects.get(rng.usize(..subjects.len().max(1))).copied().cloned();
        let mut drawer = Drawer {
            side: session.side,
            book,
            pool: &pool,
            maker,
            rng,
            subject,
            things,
            fresh: 0,
            write_seen: self.write_seen,
        };
        let mut around = Around::new(session, book, which, purpose.clone(), maker);
        let (mut steps, mut exchanges) = (Vec::<Step>::new(), Vec::new());
        // The steps that have changed something.
        let mut done = Vec::new();
        for index in 0..STEPS {
            if !session.budget.take() {
                return false;
            }
            let operation = match drawer.rng.u8(..5) {
                0 | 1 => theme,
                _ => related[drawer.rng.usize(..related.len())].0,
            };
            let thing = drawer.thing(operation);
            // What a write needs beside is asked for first, most often.
            let source = thing.as_ref().and_then(|thing| drawer.source(operation, thing, &related));
            let operation = source.filter(|_| drawer.rng.u8(..4) > 0).unwrap_or(operation);
            // What was done is tried again by somebody else, now and then.
            let earlier = done.get(drawer.rng.usize(..done.len().max(1))).filter(|_| drawer.rng.u8(..4) == 0);
            let otherwise = earlier.and_then(|index: &usize| drawer.otherwise(&steps[*index]));
            let mut step = otherwise.unwrap_or_else(|| drawer.draw(operation, thing.as_ref()));
            let operation = step.operation;
            let race = matches!(which, Which::All) && session.concurrency > 1 && drawer.rng.u8(..3) == 0;
            let outcome = around.step(&step, race).await;
            step.race = outcome.race;
            let asked = drawer.sent(&step);
            if let Some(got) = &outcome.got {
                done.extend(Some(index).filter(|_| operation.writes));
                drawer.shown(things::shown(book, operation, got, Some(index), asked));
            }
            steps.push(step);
            let ends = !outcome.broken.is_empty();
            for broken in outcome.broken {
                let exchanges = exchanges.iter().chain(&broken.exchanges).cloned().collect();
                let failure = Failure { broken, steps: steps.len(), exchanges, again: false };
                let replays = Replays { session, book, purpose: &purpose, maker, known, steps: &steps };
                report(replays, failure, which).await;
            }
            if ends {
                return true;
            }
            exchanges.extend(outcome.exchanges);
        }
        true
    }
}

/// What a walk may be about: everything that writes, and what reads something else.
fn themes(session: &Session, book: &'static Book) -> Vec<&'static Operation> {
    let (mut themes, reading): (Vec<_>, Vec<_>) =
        session.operations.iter().copied().partition(|operation| operation.writes);
    let met: BTreeSet<_> =
        themes.iter().flat_map(|theme| related(session, book, theme)).map(|(one, _)| one.id()).collect();
    themes.extend(reading.into_iter().filter(|operation| !met.contains(operation.id())));
    themes
}

/// The operations that share a kind with `theme`, itself among them, and the kinds of what each takes and gives.
fn related(
    session: &Session,
    book: &'static Book,
    theme: &'static Operation,
) -> Vec<(&'static Operation, BTreeSet<&'static str>)> {
    let schemas = &session.side.contract().schemas;
    let own = kinds(book, schemas, theme);
    let all = session.operations.iter().map(|operation| (*operation, kinds(book, schemas, operation)));
    all.filter(|(operation, kinds)| operation.id() == theme.id() || kinds.intersection(&own).next().is_some()).collect()
}

/// The kinds of what an operation takes and gives.
fn kinds(book: &'static Book, schemas: &Schemas, operation: &'static Operation) -> BTreeSet<&'static str> {
    let mut names = BTreeSet::new();
    fields(schemas, schemas.named(operation.info.request), &mut names);
    fields(schemas, schemas.named(operation.info.success), &mut names);
    names.into_iter().filter_map(|name| book.kind(operation.id(), name)).collect()
}

fn fields<'a>(schemas: &'a Schemas, schema: &'a Value, names: &mut BTreeSet<&'a str>) {
    let schema = schemas.resolve(schema);
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        names.insert(name);
        fields(schemas, property, names);
    }
    if schema["items"].is_object() {
        fields(schemas, &schema["items"], names);
    }
    for part in ["allOf", "anyOf", "oneOf"] {
        schema[part].as_array().into_iter().flatten().for_each(|schema| fields(schemas, schema, names));
    }
}

/// Reports a broken invariant, by the shortest walk that shows it.
async fn report(replays: Replays<'_>, mut failure: Failure, which: Which) {
    let Replays { session, purpose, .. } = replays;
    if session.recorder.wants(&finding(&failure, purpose, String::new())) {
        failure = replays.shrink(failure).await;
    }
    let Broken { invariant, why, .. } = &failure.broken;
    let length = match failure.steps {
        1 => "after 1 call".to_owned(),
        number => format!("after {number} calls"),
    };
    let again = match (which, failure.again) {
        (_, true) => "",
        (Which::All, false) => " (made again, it did not show: the target's data had moved on)",
        (_, false) => " (while others called)",
    };
    let message = format!("{} (§{}), {length}{again}: {why}", invariant.rule, invariant.section);
    session.recorder.report(finding(&failure, purpose, message));
}

fn finding(failure: &Failure, purpose: &Purpose, message: String) -> Finding {
    Finding {
        check: INVARIANT,
        operation: Some(failure.broken.operation),
        pointer: None,
        message,
        exchanges: failure.exchanges.clone(),
        origin: purpose.origin.clone(),
    }
}
