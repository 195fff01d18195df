//! A write that is refused changes nothing, as far as a read can tell.

use std::sync::Arc;

use serde_json::Value;

use super::{Pools, perform, probe::PART, probes};
use crate::verify::{
    Call, Cell, Coverage, Exchange, Expectation, Finding, Origin, Purpose, Session, contract::Operation,
};

/// The cell, and the check.
const UNCHANGED: &str = "a refused write changes nothing";

/// The cells that [`watch`] exercises.
pub(super) fn expect(session: &Session, coverage: &mut Coverage) {
    session.operations.iter().filter(|operation| operation.writes).for_each(|each| coverage.expect(cell(each)));
}

/// What the reads answer.
#[derive(Debug)]
pub(super) struct Look(Vec<(Arc<Exchange>, Option<Value>)>);

/// Asks every operation that reads for what the contract's examples ask for. None if the time is over before that is done.
pub(super) async fn look(session: &Session) -> Option<Look> {
    let mut seen = Vec::new();
    if session.operations.iter().any(|operation| operation.writes) {
        for operation in session.operations.iter().filter(|operation| !operation.writes) {
            for (name, body) in &operation.examples {
                if session.budget.is_over() {
                    return None;
                }
                let purpose =
                    Purpose::new(Origin::new(PART, format!("{} example {name}, before and after", operation.id())));
                let call = Call::new(operation, body);
                let (exchange, _) = session.exchange(call, &Expectation::accepted(), &purpose).await;
                let envelope = session.side.envelope();
                let reply = exchange.reply().filter(|reply| reply.is_success(envelope));
                let data = reply.and_then(|reply| reply.data(envelope)).cloned();
                seen.push((exchange, data));
            }
        }
    }
    Some(Look(seen))
}

impl Look {
    /// The first read that says something else in `after`: the exchanges before and after.
    fn changed(&self, after: &Self) -> Option<[Arc<Exchange>; 2]> {
        let pairs = self.0.iter().zip(&after.0);
        let mut changed =
            pairs.filter(|((_, before), (_, after))| before.is_some() && after.is_some() && before != after);
        changed.next().map(|((before, _), (after, _))| [before.clone(), after.clone()])
    }
}

/// Looks again after nothing but refused requests. What changed may have been changed by somebody else: then each
/// operation that writes is refused once more by itself, with a look before and after.
pub(super) async fn watch(session: &Arc<Session>, before: Option<Look>, pools: &Pools) {
    let writing = || session.operations.iter().copied().filter(|operation| operation.writes);
    let Some(before) = before.filter(|before| !before.0.is_empty()) else { return };
    let Some(after) = look(session).await else { return };
    let Some(changed) = before.changed(&after) else {
        session.recorder.coverage(|coverage| writing().for_each(|operation| coverage.count(cell(operation), true)));
        return;
    };
    let mut before = after;
    let mut found = false;
    for operation in writing() {
        let refused =
            probes(session, operation, pools).filter(|probe| !matches!(probe.expected, Expectation::Accepted { .. }));
        session.each(refused, perform).await;
        let Some(after) = look(session).await else { return };
        let change = before.changed(&after);
        session.recorder.coverage(|coverage| coverage.count(cell(operation), change.is_none()));
        if let Some(exchanges) = change {
            found = true;
            session.recorder.report(Finding {
                check: UNCHANGED,
                operation: Some(operation),
                pointer: None,
                message: format!(
                    "{} says something else after this operation was called with nothing but requests that must be refused",
                    exchanges[0].operation_id()
                ),
                exchanges: exchanges.into(),
                origin: Origin::new(PART, format!("{} refused", operation.id())),
            });
        }
        before = after;
    }
    if !found {
        let id = changed[0].operation_id();
        session
            .recorder
            .note(format!("{id} changed while nothing but refused requests was sent, and not a second time"));
    }
}

fn cell(operation: &Operation) -> Cell {
    Cell::Form { operation: operation.id(), name: UNCHANGED }
}
