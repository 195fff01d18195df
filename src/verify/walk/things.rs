use std::collections::BTreeMap;

use fastrand::Rng;
use serde_json::Value;

use super::invariant::Book;
use crate::verify::{contract::Operation, contract::fnv};

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
    /// It was there before the walk, as part of the thing of that number.
    Known { kind: String, thing: usize },
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
    /// Where it was found.
    pub source: String,
}

/// At most this many things are taken from one reply.
const MOST: usize = 1_000;
/// A longer text names nothing.
const LONGEST: usize = 1 << 10;

/// The things that the body `got` of a reply of `operation` shows, one for each object in it. What was asked for belongs to
/// what the reply shows outermost.
pub(super) fn shown(
    book: &Book,
    operation: &'static Operation,
    got: &Value,
    step: Option<usize>,
    asked: Thing,
) -> Vec<Thing> {
    let Thing { own, source, values } = asked;
    let mut found = Vec::new();
    below(book, operation, got, "", step, &mut found);
    let found = found.into_iter().map(|(at, mut shown)| {
        if at.is_empty() {
            for (kind, drawn) in &values {
                shown.entry(kind.clone()).or_insert_with(|| drawn.clone());
            }
        }
        Thing { values: shown, own, source: source.clone() }
    });
    found.collect()
}

fn below(
    book: &Book,
    operation: &'static Operation,
    value: &Value,
    at: &str,
    step: Option<usize>,
    found: &mut Vec<(String, BTreeMap<String, Drawn>)>,
) {
    match value {
        _ if found.len() >= MOST => {}
        Value::Object(fields) => {
            let mut values = BTreeMap::new();
            for (name, value) in fields {
                let pointer = format!("{at}/{name}");
                let scalar = value.is_number() || value.as_str().is_some_and(|text| (1..LONGEST).contains(&text.len()));
                match book.kind(operation.id(), name).filter(|_| scalar) {
                    Some(kind) => {
                        let from = step.map_or(From::Before, |step| From::Reply { step, pointer });
                        values.entry(kind.to_owned()).or_insert(Drawn { value: value.clone(), from });
                    }
                    None => below(book, operation, value, &pointer, step, found),
                }
            }
            if !values.is_empty() {
                found.push((at.to_owned(), values));
            }
        }
        Value::Array(items) => items
            .iter()
            .enumerate()
            .for_each(|(index, item)| below(book, operation, item, &format!("{at}/{index}"), step, found)),
        _ => {}
    }
}

/// The value that stands for that of `thing` in a replay: of another thing from the same source, `shift` further. What the
/// walk has done to the one is not done to the other.
pub(super) fn instead(known: &[Thing], kind: &str, thing: usize, shift: usize) -> Option<Value> {
    let source = &known.get(thing)?.source;
    let alike = |index: &usize| known[*index].source == *source && known[*index].values.contains_key(kind);
    let siblings: Vec<_> = (0..known.len()).filter(alike).collect();
    let position = siblings.iter().position(|index| *index == thing)?;
    Some(known[siblings[(position + shift) % siblings.len()]].values[kind].value.clone())
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

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn what_every_request_has_anew_is_another_one_in_a_hundred_thousand_walks() {
        let book = Book::built_in();
        let once: Vec<_> = book.kinds.iter().filter(|(_, kind)| kind.once).map(|(name, _)| name).collect();
        assert!(!once.is_empty());
        for kind in once {
            let mut seen = HashSet::new();
            for walk in 0..100_000 {
                let value = Maker { seed: 0, run: 0, walk, replay: 0 }.make(book, kind, 0).expect("a value");
                assert!(seen.insert(value.to_string()), "{kind}: {value} a second time, in walk {walk}");
            }
        }
    }
}
