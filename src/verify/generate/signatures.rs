//! Calls whose signature must be refused, of every operation.

use std::sync::Arc;

use fastrand::Rng;
use serde_json::Value;

use super::{
    Pools, base,
    pool::Pool,
    probe::{PART, Probe},
    seed,
};
use crate::verify::{
    Call, Cell, Coverage, Expectation, Origin, Purpose, Session, Side, Signing, contract::Operation, run::NO_KEY,
};

/// Further from the server's clock than the 300 s that are allowed, whatever a call takes.
const FAR: i64 = 400;

const UNSIGNED: &str = "unsigned";
const WRONG: &str = "wrongly signed";
const STALE: &str = "signed 400 s ago";
const AHEAD: &str = "signed 400 s ahead";
const REPLAYED: &str = "the same signed call twice";

/// The cells that are exercised: of every operation where the run has an app key.
pub(super) fn expect(session: &Session, coverage: &mut Coverage) {
    if session.side != Side::Polaris {
        return;
    }
    for operation in &session.operations {
        for name in [UNSIGNED, WRONG, STALE, AHEAD, REPLAYED] {
            match session.target.is_signed() {
                true => coverage.expect(cell(operation, name)),
                false => coverage.skip(cell(operation, name), NO_KEY),
            }
        }
    }
}

/// Calls that are refused, whatever was called before.
pub(super) fn probes(session: &Session, operation: &'static Operation, pool: &Pool, mut rng: Rng) -> Vec<Probe> {
    if !session.target.is_signed() {
        return Vec::new();
    }
    let good = base::least(session.side, operation, pool, &mut rng);
    let probe = |(name, about, signing, why): (&'static str, &str, Signing, &'static str)| {
        let call = Call { signing, ..Call::new(operation, &good) };
        let about = format!("{name}{about}");
        Probe::new(call, Expectation::Unauthorized(why), operation, &about, vec![cell(operation, name)])
    };
    let forms = [
        (UNSIGNED, "", Signing::Missing, "the call is not signed"),
        (WRONG, ": by another secret", Signing::OtherSecret, "the call is signed by another secret"),
        (WRONG, ": for another body", Signing::OtherBody, "the call is signed for another body"),
        (STALE, "", Signing::Dated(-FAR), "the call was signed 400 s ago"),
        (AHEAD, "", Signing::Dated(FAR), "the call is signed 400 s ahead"),
    ];
    forms.map(probe).into()
}

/// A valid request of every operation, to be sent twice.
pub(super) fn replays(session: &Session, pools: &Pools) -> Vec<(&'static Operation, Value)> {
    let operations = session.operations.iter().filter(|_| session.target.is_signed());
    let request = |operation: &&'static Operation| {
        let mut rng = Rng::with_seed(seed(session, operation, 5));
        (*operation, base::least(session.side, operation, pools.of(operation), &mut rng))
    };
    operations.map(request).collect()
}

/// What [`replay`] would do, a line each.
pub(super) fn list(session: &Session) -> impl Iterator<Item = String> {
    let operations = session.operations.iter().filter(|_| session.target.is_signed());
    operations.map(|operation| origin(operation).to_string())
}

/// Sends a call, and the same again with the same signature.
pub(super) async fn replay(session: Arc<Session>, (operation, body): (&'static Operation, Value)) {
    let purpose = Purpose::new(origin(operation));
    let (first, _) = session.exchange(Call::new(operation, &body), &Expectation::accepted(), &purpose).await;
    let accepted = first.reply().is_some_and(|reply| reply.status < 500 && ![401, 429].contains(&reply.status));
    let Some(signed) = first.signed.as_ref().filter(|_| accepted) else {
        // A signature that was not accepted may come again.
        return;
    };
    let call = Call { signing: Signing::Again(signed.query.clone()), ..first.call.clone() };
    // Nobody else is asked: another target has not seen the first call.
    let second = Arc::new(session.target.call(call).await);
    let purpose = Purpose { covers: vec![cell(operation, REPLAYED)], ..purpose };
    let expected = Expectation::Unauthorized("the same signed call came before");
    for mut finding in session.recorder.observe(&second, &expected, &purpose) {
        finding.exchanges.insert(0, first.clone());
        session.recorder.report(finding);
    }
}

fn origin(operation: &Operation) -> Origin {
    Origin::new(PART, format!("{} {REPLAYED}", operation.id()))
}

fn cell(operation: &Operation, name: &'static str) -> Cell {
    Cell::Form { operation: operation.id(), name }
}
