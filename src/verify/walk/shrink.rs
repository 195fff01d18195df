use std::{collections::BTreeMap, sync::Arc};

use serde_json::Value;

use super::{
    around::{Around, Broken, Which},
    invariant::{Book, field_value},
    step::Step,
    things::{From, Maker},
};
use crate::verify::{Exchange, Purpose, Session, generate::base};

/// At most this many replays are made of one walk.
const REPLAYS: u64 = 48;

/// A walk that ends in a broken invariant.
pub(super) struct Failure {
    pub broken: Broken,
    /// How many steps it took.
    pub steps: usize,
    /// The steps before the last, then what [`Broken::exchanges`] has.
    pub exchanges: Vec<Arc<Exchange>>,
    /// Whether it was seen again.
    pub again: bool,
}

/// The shortest walk that still breaks the invariant: steps are left out as long as what remains, made again with fresh
/// values, breaks it too. What the walk has done to the target stays done, so that a replay may show nothing; then the
/// walk is left as it is.
pub(super) async fn shrink(
    session: &Session,
    book: &'static Book,
    purpose: &Purpose,
    mut maker: Maker,
    steps: &[Step],
    mut failure: Failure,
) -> Failure {
    let all: Vec<usize> = (0..steps.len()).collect();
    let mut kept = all.clone();
    let mut replay = async |kept: &[usize]| {
        let left = session.budget.time_left().is_none_or(|left| !left.is_zero());
        maker.replay += 1;
        if maker.replay > REPLAYS || !left {
            return None;
        }
        replayed(session, book, purpose, maker, steps, kept, failure.broken.invariant.rule.as_str()).await
    };
    // Most often the last steps alone show it.
    let mut smallest = None;
    for length in 1..=3.min(all.len()) {
        let tail = &all[all.len() - length..];
        if let Some(found) = replay(tail).await {
            (kept, smallest) = (tail.to_vec(), Some(found));
            break;
        }
    }
    if smallest.is_none() {
        smallest = replay(&all).await;
    }
    if smallest.is_none() {
        return failure;
    }
    let mut chunk = (kept.len() / 2).max(1);
    while kept.len() > 1 {
        let mut shorter = None;
        for start in (0..kept.len() - 1).step_by(chunk) {
            let end = (start + chunk).min(kept.len() - 1);
            let candidate: Vec<_> = [&kept[..start], &kept[end..]].concat();
            if let Some(found) = replay(&candidate).await {
                shorter = Some((candidate, found));
                break;
            }
        }
        match shorter {
            Some((candidate, found)) => {
                (kept, smallest) = (candidate, Some(found));
                chunk = chunk.min((kept.len() / 2).max(1));
            }
            None if chunk > 1 => chunk /= 2,
            None => break,
        }
    }
    if let Some((broken, exchanges)) = smallest {
        failure = Failure { broken, steps: kept.len(), exchanges, again: true };
    }
    failure
}

/// Makes the steps `kept` again; what breaks the invariant `rule` at the last of them, and every exchange that shows it.
async fn replayed(
    session: &Session,
    book: &'static Book,
    purpose: &Purpose,
    maker: Maker,
    steps: &[Step],
    kept: &[usize],
    rule: &'static str,
) -> Option<(Broken, Vec<Arc<Exchange>>)> {
    let mut around = Around::new(session, book, Which::Only(rule), purpose.clone(), maker);
    let mut replies = BTreeMap::<usize, Value>::new();
    let mut exchanges = Vec::new();
    for index in kept {
        let mut step = steps[*index].clone();
        for (pointer, from) in &step.drawn {
            let value = match from {
                From::Before => continue,
                From::Fresh { kind, number } => maker.make(book, kind, *number)?,
                From::Reply { step, pointer } => replies.get(step)?.pointer(pointer)?.clone(),
            };
            let field = step.operation.fields.iter().find(|field| field.pointer() == *pointer)?;
            base::put(&mut step.body, pointer, field_value(field, &value));
        }
        let outcome = around.step(&step, false).await;
        if step.race.is_some() && outcome.race.is_none() {
            return None;
        }
        if index == kept.last()? {
            let broken = outcome.broken.into_iter().next()?;
            exchanges.extend(broken.exchanges.clone());
            return Some((broken, exchanges));
        }
        exchanges.extend(outcome.exchanges);
        replies.insert(*index, outcome.got.unwrap_or_default());
    }
    None
}
