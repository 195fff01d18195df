//! The same question twice has the same answer.

use std::sync::Arc;

use futures_util::{FutureExt, future::BoxFuture};
use serde_json::Value;

use super::{
    Call, Cell, Coverage, Exchange, Expectation, Finding, Origin, Part, Purpose, Session, contract::Operation,
};

const PART: &str = "repeats";
/// The cell, and the check.
const REPEATED: &str = "the same read twice";

/// The part that reads everything twice.
#[derive(Debug)]
pub struct Repeats;

impl Part for Repeats {
    fn name(&self) -> &'static str {
        PART
    }

    fn list(&self, session: &Session) -> Vec<String> {
        let name =
            |(operation, name, _): (&Operation, &String, _)| format!("{PART}: {} example {name}", operation.id());
        reads(session).map(name).collect()
    }

    fn expect(&self, session: &Session, coverage: &mut Coverage) {
        reads(session).for_each(|(operation, ..)| coverage.expect(cell(operation)));
    }

    fn run<'a>(&'a self, session: &'a Arc<Session>) -> BoxFuture<'a, ()> {
        async move {
            for (operation, name, body) in reads(session) {
                if !session.budget.take() {
                    return;
                }
                let purpose = Purpose::new(Origin::new(PART, format!("{} example {name}", operation.id())));
                let mut answers = Vec::new();
                // Where the second differs from the first, a third tells a change from a whim: it agrees with the second.
                while answers.len() < 2 || (answers.len() < 3 && !same(&answers[0], &answers[1])) {
                    let call = Call::new(operation, body);
                    answers.push(session.exchange(call, &Expectation::accepted(), &purpose).await.0);
                }
                let held = same(&answers[0], &answers[1]) || same(&answers[1], &answers[2]);
                session.recorder.coverage(|coverage| coverage.count(cell(operation), held));
                if !held {
                    session.recorder.report(Finding {
                        check: REPEATED,
                        operation: Some(operation),
                        pointer: None,
                        message: "the same request was answered differently three times, one after the other"
                            .to_owned(),
                        exchanges: answers,
                        origin: purpose.origin,
                    });
                }
            }
        }
        .boxed()
    }
}

fn reads(session: &Session) -> impl Iterator<Item = (&'static Operation, &'static String, &'static Value)> {
    let reading = session.operations.iter().copied().filter(|operation| !operation.writes);
    reading.flat_map(|operation| operation.examples.iter().map(move |(name, body)| (operation, name, body)))
}

fn cell(operation: &Operation) -> Cell {
    Cell::Form { operation: operation.id(), name: REPEATED }
}

/// Whether two replies say the same; the trace id is each reply's own.
fn same(one: &Arc<Exchange>, other: &Arc<Exchange>) -> bool {
    let (Some(one), Some(other)) = (one.reply(), other.reply()) else {
        return one.reply().is_none() && other.reply().is_none();
    };
    let body = |json: Option<&Value>| {
        let mut body = json.cloned().unwrap_or_default();
        body.as_object_mut().map(|fields| fields.remove("traceId"));
        body
    };
    one.status == other.status && body(one.json()) == body(other.json())
}
