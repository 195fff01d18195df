use std::{collections::BTreeMap, sync::Arc};

use serde_json::Value;

use super::{
    around::{Around, Broken, Which},
    invariant::{Book, field_value},
    step::Step,
    things::{self, From, Maker, Thing},
};
use crate::verify::{Exchange, Purpose, Session, generate::base};

/// At most this many replays are made of one walk.
const REPLAYS: u64 = 96;

/// With so many choices of things a walk is made again before it is given up.
const OTHERS: u64 = 4;

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

/// A walk that can be made again.
pub(super) struct Replays<'a> {
    pub session: &'a Session,
    pub book: &'static Book,
    pub purpose: &'a Purpose,
    pub maker: Maker,
    /// What was there before the walk.
    pub known: &'a [Thing],
    pub steps: &'a [Step],
}

impl Replays<'_> {
    /// The shortest walk that still breaks the invariant: steps are left out as long as what remains, made again, breaks
    /// it too. What a walk has done to the target stays done; so a replay has fresh values of its own, and where that is
    /// not enough it takes other things of the same source. A walk that cannot be made again is left as it is.
    pub async fn shrink(mut self, failure: Failure) -> Failure {
        let rule = failure.broken.invariant.rule.as_str();
        let all: Vec<usize> = (0..self.steps.len()).collect();
        let (mut kept, mut smallest) = (all.clone(), None);
        // Most often the last steps alone show it.
        for length in (1..=3.min(all.len())).chain([all.len()]) {
            let tail = &all[all.len() - length..];
            if let Some(found) = self.replay(tail, rule).await {
                (kept, smallest) = (tail.to_vec(), Some(found));
                break;
            }
        }
        let mut chunk = (kept.len() / 2).max(1);
        while smallest.is_some() && kept.len() > 1 {
            let mut shorter = None;
            for start in (0..kept.len() - 1).step_by(chunk) {
                let end = (start + chunk).min(kept.len() - 1);
                let candidate = [&kept[..start], &kept[end..]].concat();
                if let Some(found) = self.replay(&candidate, rule).await {
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
        match smallest {
            Some((broken, exchanges)) => Failure { broken, steps: kept.len(), exchanges, again: true },
            None => failure,
        }
    }

    /// Makes the steps `kept` again: with the same things, then with others.
    async fn replay(&mut self, kept: &[usize], rule: &'static str) -> Option<(Broken, Vec<Arc<Exchange>>)> {
        for other in 0..OTHERS {
            self.maker.replay += 1;
            if self.maker.replay > REPLAYS || self.session.budget.is_over() {
                return None;
            }
            let shift = if other > 0 { usize::try_from(self.maker.replay).unwrap_or_default() } else { 0 };
            let found = self.made(kept, shift, rule).await;
            if found.is_some() {
                return found;
            }
        }
        None
    }

    /// What breaks the invariant `rule` at the last of the steps, and every exchange that shows it.
    async fn made(&self, kept: &[usize], shift: usize, rule: &'static str) -> Option<(Broken, Vec<Arc<Exchange>>)> {
        let mut around = Around::new(self.session, self.book, Which::Only(rule), self.purpose.clone(), self.maker);
        let mut replies = BTreeMap::<usize, Value>::new();
        let mut exchanges = Vec::new();
        for index in kept {
            let mut step = self.steps[*index].clone();
            for (pointer, from) in &step.drawn {
                let value = match from {
                    From::Before => continue,
                    From::Known { kind, thing } => things::instead(self.known, kind, *thing, shift)?,
                    From::Fresh { kind, number } => self.maker.make(self.book, kind, *number)?,
                    From::Reply { step, pointer } => replies.get(step)?.pointer(pointer)?.clone(),
                };
                let field = step.operation.fields.iter().find(|field| field.pointer() == *pointer)?;
                base::put(&mut step.body, pointer, field_value(field, &value));
            }
            let outcome = around.step(&step, false).await;
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
}
