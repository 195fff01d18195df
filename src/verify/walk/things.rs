use std::collections::BTreeMap;

use fastrand::Rng;
use serde_json::Value;

use super::invariant::Book;
use crate::verify::{contract::fnv, contract::Operation};

/// A value that a walk uses, and where it has it from, so that the walk can be made again with other values.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Drawn {
    pub value: Value,
    pub from: From,
}

/// Where a value is from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum From {
    /// It was there before the walk.
    Before,
    /// The walk made it: the number tells one from another.
    Fresh { kind: String, number: u64 },
    /// The reply to that step showed it there.
    Reply { step: usize, pointer: String },
}

/// Values that were seen together, by their kind: one member's id, phone and battery.
#[derive(Debug, Clone)]
pub(super) struct Thing {
    pub values: BTreeMap<String, Drawn>,
    /// Whether requests that write may be made of it.
    pub own: bool,
    pub source: &'static str,
}

/// The things that the body `got` of a reply of `operation` shows, one for each object in it.
pub(super) fn shown(book: &Book, operation: &'static Operation, got: &Value, step: Option<usize>, own: bool) -> Vec<Thing> {
    let mut found = Vec::new();
    below(book, operation, got, "", step, own, &mut found);
    found
}

fn below(
    book: &Book,
    operation: &'static Operation,
    value: &Value,
    at: &str,
    step: Option<usize>,
    own: bool,
    found: &mut Vec<Thing>,
) {
    match value {
        Value::Object(fields) => {
            let mut values = BTreeMap::new();
            for (name, value) in fields {
                let pointer = format!("{at}/{name}");
                let scalar = value.is_number() || value.as_str().is_some_and(|text| !text.is_empty());
                match book.kind(operation.id(), name).filter(|_| scalar) {
                    Some(kind) => {
                        let from = step.map_or(From::Before, |step| From::Reply { step, pointer });
                        values.entry(kind.to_owned()).or_insert(Drawn { value: value.clone(), from });
                    }
                    None => below(book, operation, value, &pointer, step, own, found),
                }
            }
            if !values.is_empty() {
                found.push(Thing { values, own, source: operation.id() });
            }
        }
        Value::Array(items) => items
            .iter()
            .enumerate()
            .for_each(|(index, item)| below(book, operation, item, &format!("{at}/{index}"), step, own, found)),
        _ => {}
    }
}

/// Makes values that the target has not seen: the same ones for the same seed, run, walk and try.
#[derive(Debug, Clone, Copy)]
pub(super) struct Maker {
    pub seed: u64,
    pub run: u64,
    pub walk: u64,
    /// 0 at first, then the number of the replay.
    pub replay: u64,
}

impl Maker {
    /// The value of that number; none if only the server makes such values.
    pub fn make(self, book: &Book, kind: &str, number: u64) -> Option<Value> {
        let look = book.kinds.get(kind)?.fresh.as_deref()?;
        let about = format!("{} {} {} {} {kind} {number}", self.seed, self.run, self.walk, self.replay);
        let mut rng = Rng::with_seed(fnv(about.as_bytes()));
        Some(look.chars().map(|char| if char == '#' { rng.digit(10) } else { char }).collect::<String>().into())
    }
}
