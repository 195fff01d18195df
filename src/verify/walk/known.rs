use std::collections::{BTreeMap, BTreeSet};

use fastrand::Rng;
use serde_json::Value;

use super::{
    PART,
    invariant::Book,
    things::{self, Drawn, From, Thing},
};
use crate::verify::{Call, Expectation, Origin, Purpose, Session, cases::Data, contract::Operation, lists};

/// So many things of one source go with one walk: few, so that it meets them again.
const TAKEN: usize = 2;

/// What there is to walk with: the contract's examples, the data that may be written to, and what the target shows.
pub(super) async fn known(session: &Session, data: &Data, write_seen: bool) -> Vec<Thing> {
    let book = Book::built_in();
    let mut known = Vec::new();
    for operation in &session.operations {
        for (_, body) in &operation.examples {
            let source = format!("example of {}", operation.id());
            known.extend(things::shown(
                book,
                operation,
                body,
                None,
                Thing { values: BTreeMap::new(), own: true, source },
            ));
        }
    }
    known.extend(given(book, data));
    let envelope = session.side.envelope();
    let purpose = Purpose::new(Origin::new(PART, "what there is"));
    for operation in session.operations.iter().filter(|operation| !operation.writes) {
        for (name, body) in whole_lists(operation).into_iter().chain(operation.examples.iter().cloned()) {
            let (exchange, _) = session.exchange(Call::new(operation, &body), &Expectation::accepted(), &purpose).await;
            let reply = exchange.reply().filter(|reply| reply.is_success(envelope));
            if let Some(data) = reply.and_then(|reply| reply.data(envelope)) {
                let source = format!("{} {name}", operation.id());
                let asked = Thing { values: BTreeMap::new(), own: write_seen, source };
                known.extend(things::shown(book, operation, data, None, asked));
            }
        }
    }
    for (thing, known) in known.iter_mut().enumerate() {
        known.values.iter_mut().for_each(|(kind, drawn)| drawn.from = From::Known { kind: kind.clone(), thing });
    }
    known
}

/// The data that may be written to, as things.
fn given(book: &Book, data: &Data) -> Vec<Thing> {
    let names: BTreeSet<_> = book
        .kinds
        .values()
        .flat_map(|kind| &kind.data)
        .map(|name| name.split('.').next().unwrap_or_default())
        .collect();
    let mut things = Vec::new();
    for name in names {
        for candidate in data.candidates(name) {
            let mut thing = Thing { values: BTreeMap::new(), own: true, source: format!("data {name}") };
            for (kind, place) in
                book.kinds.iter().flat_map(|(kind, each)| each.data.iter().map(move |place| (kind, place)))
            {
                let value = match place.split_once('.') {
                    Some((object, field)) if object == name => &candidate[field],
                    None if place == name => candidate,
                    _ => continue,
                };
                if !value.is_null() {
                    thing.values.insert(kind.clone(), Drawn { value: value.clone(), from: From::Before });
                }
            }
            things.push(thing);
        }
    }
    things
}

/// A few things of each source.
pub(super) fn taken(known: &[Thing], rng: &mut Rng) -> Vec<Thing> {
    let sources: BTreeSet<_> = known.iter().map(|thing| &thing.source).collect();
    let mut things = Vec::new();
    for source in sources {
        let mut of_source: Vec<_> = known.iter().filter(|thing| thing.source == *source).collect();
        rng.shuffle(&mut of_source);
        things.extend(of_source.into_iter().take(TAKEN).cloned());
    }
    rng.shuffle(&mut things);
    things
}

/// Requests for a whole list, and for what of it is in each state: a walk is to meet the rare ones too.
pub(super) fn whole_lists(operation: &'static Operation) -> Vec<(String, Value)> {
    let everything = operation.page.as_ref().and_then(|_| lists::everything(operation));
    let Some(mut everything) = everything else { return Vec::new() };
    (everything["pageNo"], everything["pageSize"]) = (1.into(), 200.into());
    let mut requests = vec![("everything".to_owned(), everything.clone())];
    for field in operation.fields.iter().filter(|field| field.is_outermost()) {
        for value in field.schema["enum"].as_array().into_iter().flatten().filter(|value| !value.is_null()) {
            let mut body = everything.clone();
            body[&field.name] = value.clone();
            requests.push((format!("{} {value}", field.name), body));
        }
    }
    requests
}
