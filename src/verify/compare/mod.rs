//! Two targets of one side that are asked the same, in the same order: whatever one answers otherwise is a finding.
//!
//! What each mints for itself (ids, times, trace ids) may differ, but the same way throughout: see [`Pairs`].

/// What stands for the same on both sides.
mod pairs;

use std::{
    collections::HashSet,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use contracts::runtime::{client::Hidden, signature::Signer};
use reqwest::Url;

use self::pairs::Pairs;
use super::{Exchange, Finding, Origin, Side, Target, TargetError};

/// The check.
const COMPARE: &str = "compare";
/// How long two reads may differ: what is delivered in the background takes its time on each target.
const SETTLE: Duration = Duration::from_secs(3);
const PAUSE: Duration = Duration::from_millis(50);

/// The other target, and the other sides that belong to it.
#[derive(Debug)]
pub(super) struct Twin {
    targets: Vec<(Side, Target)>,
    pairs: Mutex<Pairs>,
    /// The operations that were seen to differ: nobody waits for them again.
    differ: Mutex<HashSet<&'static str>>,
}

impl Twin {
    /// The twin whose sides are at these base URLs; the calls of Polaris's are signed, if there is a signer.
    pub fn new(
        sides: &[(Side, Url)],
        token: Option<&Hidden>,
        signer: Option<&Signer>,
        timeout: Duration,
    ) -> Result<Self, TargetError> {
        let target =
            |(side, url): &(Side, Url)| Ok((*side, Target::new(url, token, timeout)?.signed(side.signer(signer))));
        let targets = sides.iter().map(target).collect::<Result<_, TargetError>>()?;
        Ok(Self { targets, pairs: Mutex::default(), differ: Mutex::default() })
    }

    /// Its target for a side.
    pub fn target(&self, side: Side) -> Option<&Target> {
        self.targets.iter().find(|(other, _)| *other == side).map(|(_, target)| target)
    }

    /// Makes the call that `exchange` is, to `target` of `side`, here too, and tells what is answered otherwise. What
    /// differs when something is read is read again on both, until it does not or some time has passed.
    pub async fn compare(
        &self,
        side: Side,
        target: &Target,
        exchange: &Arc<Exchange>,
        part: &'static str,
    ) -> Option<Finding> {
        let twin = self.target(side)?;
        let reads = exchange.call.operation.is_some_and(|operation| !operation.writes);
        let (begun, mut one) = (Instant::now(), exchange.clone());
        loop {
            let call = self.pairs().translated(&one.call);
            let other = Arc::new(twin.call(call).await);
            let difference = self.pairs().difference(&one, &other)?;
            if !reads || begun.elapsed() > SETTLE || self.differ().contains(one.operation_id()) {
                self.differ().insert(one.operation_id());
                return Some(Finding {
                    check: COMPARE,
                    operation: one.call.operation,
                    pointer: Some(difference.pointer).filter(|pointer| !pointer.is_empty()),
                    message: format!("the two targets answer differently: {}", difference.what),
                    origin: Origin::new(part, one.call.path.clone()),
                    exchanges: vec![one, other],
                });
            }
            tokio::time::sleep(PAUSE).await;
            one = Arc::new(target.call(exchange.call.clone()).await);
        }
    }

    fn differ(&self) -> std::sync::MutexGuard<'_, HashSet<&'static str>> {
        self.differ.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn pairs(&self) -> std::sync::MutexGuard<'_, Pairs> {
        self.pairs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
