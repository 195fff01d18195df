use std::collections::{BTreeMap, BTreeSet};

use fastrand::Rng;
use serde_json::Value;

use super::{
    invariant::{Book, field_value},
    things::{Drawn, From, Maker, Thing},
};
use crate::verify::{
    Side,
    contract::{Field, Kind, Operation},
    generate::{Pool, base},
};

/// So many things are kept of one reply.
const SHOWN: usize = 3;

/// So many values are what a walk has just met.
const RECENT: usize = 4;

/// A call of a walk.
#[derive(Debug, Clone)]
pub(super) struct Step {
    pub operation: &'static Operation,
    pub body: Value,
    /// The places in the body whose values a replay replaces.
    pub drawn: Vec<(String, From)>,
    /// The rule of the race that was run instead of one call.
    pub race: Option<&'static str>,
}

/// Draws the steps of one walk.
pub(super) struct Drawer<'a> {
    pub side: Side,
    pub book: &'static Book,
    pub pool: &'a Pool,
    pub maker: Maker,
    pub rng: Rng,
    /// What is known so far.
    pub things: Vec<Thing>,
    /// Fresh values so far.
    pub fresh: u64,
    /// Whether requests that write may be made of anything.
    pub write_seen: bool,
}

impl Drawer<'_> {
    /// A call of `operation`, about `thing` if there is one.
    pub fn draw(&mut self, operation: &'static Operation, thing: Option<&Thing>) -> Step {
        let mut body = match self.rng.u8(..4) {
            0 => base::any(self.side, operation, self.pool, &mut self.rng),
            _ => base::least(self.side, operation, self.pool, &mut self.rng),
        };
        let wanted = self.wanted(operation);
        let mut drawn = Vec::new();
        for (field, kind) in wanted {
            let pointer = field.pointer();
            let there = body.pointer(&pointer).is_some_and(|value| !value.is_null());
            // Few filters at once, or nothing is ever found; of one thing, all of them hold together.
            let wanted = there || field.required || self.rng.u8(..10) < 3;
            // The boundary values that the generator chose are tried too, now and then.
            let once = self.once(kind);
            if !wanted || (there && !once && self.rng.u8(..24) == 0) {
                continue;
            }
            if let Some(Drawn { value, from }) = self.value(thing, kind, operation.writes) {
                base::with(self.side, operation, field, &mut body, self.pool, &mut self.rng);
                base::put(&mut body, &pointer, field_value(field, &value));
                if from != From::Before {
                    drawn.push((pointer, from));
                }
            }
        }
        Step { operation, body, drawn, race: None }
    }

    fn kind(&self, operation: &Operation, field: &Field) -> Option<&'static str> {
        if [Kind::Object, Kind::Array].contains(&field.kind()) {
            return None;
        }
        let name = field.place.trim_end_matches("/*").rsplit('/').next().unwrap_or_default();
        self.book.kind(operation.id(), name)
    }

    /// What `step` does once more, but for one new value: another user, another number of a refund.
    pub fn otherwise(&mut self, step: &Step) -> Option<Step> {
        let mut wanted = self.wanted(step.operation);
        wanted.retain(|(field, kind)| {
            step.body.pointer(&field.pointer()).is_some() && self.book.kinds[*kind].fresh.is_some()
        });
        let once = wanted.iter().position(|(_, kind)| self.once(kind));
        let index = once.unwrap_or_else(|| self.rng.usize(..wanted.len().max(1)));
        let (field, kind) = *wanted.get(index)?;
        let Drawn { value, from } = self.fresh(kind)?;
        let (mut step, pointer) = (step.clone(), field.pointer());
        base::put(&mut step.body, &pointer, field_value(field, &value));
        step.drawn.retain(|(place, _)| *place != pointer);
        step.drawn.push((pointer, from));
        step.race = None;
        Some(step)
    }

    /// The fields of a request that are of a kind.
    fn wanted(&self, operation: &'static Operation) -> Vec<(&'static Field, &'static str)> {
        operation.fields.iter().filter_map(|field| Some((field, self.kind(operation, field)?))).collect()
    }

    /// A read among `operations` that takes what `thing` has and may show a kind that `operation` needs beside.
    pub fn source(
        &mut self,
        operation: &'static Operation,
        thing: &Thing,
        operations: &[(&'static Operation, BTreeSet<&'static str>)],
    ) -> Option<&'static Operation> {
        let wanted = self.wanted(operation);
        let needed = wanted.into_iter().filter(|(field, _)| field.required).map(|(_, kind)| kind);
        let missing = needed.filter(|kind| !thing.values.contains_key(*kind) && self.book.kinds[*kind].fresh.is_none());
        let missing: Vec<_> = missing.collect();
        let takes = |read: &'static Operation| {
            self.wanted(read).iter().any(|(field, kind)| field.required && thing.values.contains_key(*kind))
        };
        let shows = |(read, kinds): &&(&'static Operation, BTreeSet<&'static str>)| {
            !read.writes && takes(read) && missing.iter().any(|kind| kinds.contains(kind))
        };
        operations.iter().find(shows).map(|(read, _)| *read)
    }

    /// A thing to call `operation` with: some value that it must be given, and of what has that value the thing that says
    /// most beside.
    pub fn thing(&mut self, operation: &'static Operation) -> Option<Thing> {
        let wanted = self.wanted(operation);
        let required: Vec<_> = wanted.iter().filter(|(field, _)| field.required).collect();
        let anchors = if required.is_empty() { wanted.iter().collect() } else { required };
        let (_, anchor) = *anchors.get(self.rng.usize(..anchors.len().max(1)))?;
        let may = |thing: &&Thing| thing.own || self.write_seen || !operation.writes;
        let has = |thing: &&Thing| wanted.iter().filter(|(_, kind)| thing.values.contains_key(*kind)).count();
        let usable: Vec<_> =
            self.things.iter().filter(may).filter(|thing| thing.values.contains_key(*anchor)).collect();
        let mut values: Vec<&Value> = Vec::new();
        for thing in usable.iter().rev() {
            let value = &thing.values[*anchor].value;
            if !values.contains(&value) {
                values.push(value);
            }
        }
        // What the walk has just met is what it goes on with, half of the time.
        let most = if self.rng.bool() { RECENT.min(values.len()) } else { values.len() };
        let value = *values.get(self.rng.usize(..most.max(1)))?;
        usable.into_iter().filter(|thing| thing.values[*anchor].value == *value).max_by_key(has).cloned()
    }

    fn value(&mut self, thing: Option<&Thing>, kind: &str, writes: bool) -> Option<Drawn> {
        if self.once(kind) {
            return self.fresh(kind);
        }
        let own = thing.and_then(|thing| thing.values.get(kind)).filter(|_| self.rng.u8(..12) > 0);
        if let Some(value) = own {
            return Some(value.clone());
        }
        if self.rng.u8(..3) > 0 {
            let may = |thing: &&Thing| thing.own || self.write_seen || !writes;
            let all: Vec<_> = self.things.iter().filter(may).filter_map(|thing| thing.values.get(kind)).collect();
            if !all.is_empty() {
                return Some(all[self.rng.usize(..all.len())].clone());
            }
        }
        self.fresh(kind)
    }

    fn once(&self, kind: &str) -> bool {
        self.book.kinds.get(kind).is_some_and(|kind| kind.once)
    }

    /// A value that the target has not seen.
    pub fn fresh(&mut self, kind: &str) -> Option<Drawn> {
        let number = self.fresh;
        let value = self.maker.make(self.book, kind, number)?;
        self.fresh += 1;
        Some(Drawn { value, from: From::Fresh { kind: kind.to_owned(), number } })
    }

    /// Keeps what was sent, as one thing that the walk may write to if it could before.
    pub fn sent(&mut self, step: &Step) -> Thing {
        let own = step.operation.writes || self.write_seen;
        let mut thing = Thing { values: BTreeMap::new(), own, source: "walk".to_owned() };
        for field in &step.operation.fields {
            let pointer = field.pointer();
            let (Some(kind), Some(value)) = (self.kind(step.operation, field), step.body.pointer(&pointer)) else {
                continue;
            };
            let from =
                step.drawn.iter().find(|(place, _)| *place == pointer).map_or(From::Before, |(_, from)| from.clone());
            if !value.is_null() && value != "" {
                thing.values.entry(kind.to_owned()).or_insert(Drawn { value: value.clone(), from });
            }
        }
        self.keep(thing.clone());
        thing
    }

    /// Keeps what a reply shows: of a long list a few rows, or the walk would lose sight of what it has done.
    pub fn shown(&mut self, mut things: Vec<Thing>) {
        self.rng.shuffle(&mut things);
        things.into_iter().take(SHOWN).for_each(|thing| self.keep(thing));
    }

    /// Keeps a thing, unless it is known. What it has in common with others is theirs: a replay needs no reply for it.
    fn keep(&mut self, mut thing: Thing) {
        for (kind, drawn) in &mut thing.values {
            let same = |other: &&Drawn| other.value == drawn.value && !matches!(other.from, From::Reply { .. });
            if let Some(other) = self.things.iter().filter_map(|other| other.values.get(kind)).find(same) {
                *drawn = other.clone();
            }
        }
        let values = |thing: &Thing| thing.values.values().map(|drawn| drawn.value.clone()).collect::<Vec<_>>();
        let known = |each: &Thing| {
            each.own == thing.own && each.values.keys().eq(thing.values.keys()) && values(each) == values(&thing)
        };
        if !thing.values.is_empty() && !self.things.iter().any(known) {
            self.things.push(thing);
        }
    }
}
