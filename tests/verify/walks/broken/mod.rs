/// Servers of Polaris.
mod polaris;
/// Servers of Weichuang.
mod weichuang;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use ::polaris::verify::Side;

use super::walks;
use crate::{
    support::App,
    verify::{
        Damaged,
        damaged::{Answer, Asked},
        lines,
    },
};

/// How many times something was asked, by whatever key.
#[derive(Default)]
struct Times(Mutex<HashMap<String, u64>>);

impl Times {
    /// The how manieth time it is, from 1.
    fn count(&self, key: impl ToString) -> u64 {
        let mut times = self.0.lock().expect("no panic");
        let time = times.entry(key.to_string()).or_default();
        *time += 1;
        *time
    }
}

/// Walks against a server that `damage` breaks, over these operations alone, until the invariant `rule` is named with a
/// sequence of at most so many calls.
async fn caught(
    side: Side,
    operations: &[&str],
    rule: &str,
    calls: usize,
    damage: impl Fn(&Asked, &mut Answer) + Clone + Send + Sync + 'static,
) {
    let prefix = if side == Side::Weichuang { "/weichuang" } else { "/kop" };
    let mut seen = Vec::new();
    for seed in 0..16 {
        let app = App::start().await;
        let damaged = Damaged::new(&app.url(prefix), damage.clone()).await;
        let report = walks(side, &damaged.url(), |options| {
            options.seed = seed;
            options.operations = operations.iter().map(|id| (*id).to_owned()).collect();
            options.max_cases = Some(150);
        })
        .await;
        let found = lines(&report).into_iter().filter(|line| line.contains("| invariant |"));
        let mut lengths = Vec::new();
        for line in found {
            let named = line
                .split_once(&format!("{rule} (§"))
                .and_then(|(_, rest)| rest.split_once(" after ")?.1.split(' ').next());
            lengths.extend(named.and_then(|number| number.parse::<usize>().ok()));
            seen.push(line);
        }
        if lengths.into_iter().any(|length| length <= calls) {
            return;
        }
    }
    panic!("nobody saw within {calls} calls that “{rule}” is broken: {seen:#?}");
}

fn shared<T: Default>() -> Arc<T> {
    Arc::default()
}
