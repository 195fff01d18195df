use std::fmt::{self, Display};

use polaris::verify::{Side, contract::Operation};
use serde_json::Value;

use super::{
    call::{Answer, Asked},
    fields, forms, lists, requests,
};

/// At so many places of an operation a mutator is tried, where it fits at more.
const PLACES: usize = 3;

/// A healthy server with one fault.
#[derive(Debug, Clone)]
pub struct Mutant {
    pub side: Side,
    pub operation: &'static Operation,
    /// What is wrong, e.g. `drop a field`.
    pub mutator: &'static str,
    /// Where: a place of the request or the reply, a code, or nothing.
    pub place: String,
    pub(super) damage: Damage,
}

/// What a mutator does.
#[derive(Debug, Clone, Copy)]
pub(super) enum Damage {
    /// Changes what the healthy server answered.
    Reply(fn(&Mutant, &Asked, &mut Answer)),
    /// Sends the healthy server another request, if it says one.
    Request(fn(&Mutant, &Asked) -> Option<Asked>),
    /// Refuses the requests of which it holds, as if they violated the contract.
    Refuse(fn(&Mutant, &Asked) -> bool),
    /// Answers a write as it should, and forgets it.
    Lose,
    /// Does a write twice, where there is a number that should prevent it under another one, and answers as for once.
    Twice,
    /// Answers a read from a cache that learns of every write one write too late.
    Stale,
    /// Answers late.
    Slow,
}

/// A mutator: its name, what it does, and the places of an operation where it makes sense.
pub(super) struct Mutator {
    pub name: &'static str,
    pub damage: Damage,
    pub places: fn(Side, &'static Operation) -> Vec<String>,
    /// Every place is tried, not some of them.
    pub everywhere: bool,
}

impl Mutator {
    pub const fn new(name: &'static str, damage: Damage, places: fn(Side, &'static Operation) -> Vec<String>) -> Self {
        Self { name, damage, places, everywhere: false }
    }

    pub const fn everywhere(self) -> Self {
        Self { everywhere: true, ..self }
    }
}

/// Every mutant of the three documents.
pub fn all() -> Vec<Mutant> {
    let mutators = || [fields::MUTATORS, lists::MUTATORS, forms::MUTATORS, requests::MUTATORS].into_iter().flatten();
    let operations =
        Side::ALL.into_iter().flat_map(|side| side.contract().operations.iter().map(move |one| (side, one)));
    let mutants = operations.flat_map(|(side, operation)| {
        mutators().flat_map(move |mutator| {
            let mut places = (mutator.places)(side, operation);
            if !mutator.everywhere && places.len() > PLACES {
                // Any of them, the same in every run.
                places.sort_by_key(|place| hash(&format!("{} {} {place}", operation.id(), mutator.name)));
                places.truncate(PLACES);
            }
            places.into_iter().map(move |place| Mutant {
                side,
                operation,
                mutator: mutator.name,
                place,
                damage: mutator.damage,
            })
        })
    });
    mutants.collect()
}

/// The mutator makes sense for the operation as a whole.
pub(super) fn once(_: Side, _: &'static Operation) -> Vec<String> {
    vec![String::new()]
}

/// FNV-1a, the same in every release of Rust.
fn hash(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

impl Mutant {
    /// Whether a call is one of its operation.
    pub(super) fn is_meant(&self, asked: &Asked) -> bool {
        asked.uri.strip_prefix(prefix(self.side)) == Some(self.operation.info.path)
    }

    /// The healthy answer was a success.
    pub(super) fn success(&self, answer: &Answer) -> bool {
        answer.is_success(self.side.envelope())
    }

    /// The violations of a request against the contract: place and rule of each.
    pub(super) fn violations(&self, request: &Value) -> Vec<(String, String)> {
        let found = self.side.document().violations(self.operation.info.request, request).into_iter();
        found.map(|violation| (super::place::of_pointer(&violation.pointer), violation.rule)).collect()
    }

    /// A request as the contract's examples show it.
    pub(super) fn example(&self) -> Value {
        self.operation.examples.first().map_or_else(|| Value::Object(Default::default()), |(_, body)| body.clone())
    }
}

/// The path below which a server has a side.
pub fn prefix(side: Side) -> &'static str {
    match side {
        Side::Weichuang => "/weichuang",
        Side::Polaris => "/kop",
        Side::Internal => "/internal",
    }
}

impl Display for Mutant {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: {}", self.operation.id(), self.mutator)?;
        if !self.place.is_empty() {
            write!(out, " ({})", self.place)?;
        }
        Ok(())
    }
}
