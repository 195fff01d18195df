use std::num::NonZeroU32;

use governor::{
    Quota, RateLimiter,
    clock::{Clock, DefaultClock},
    state::keyed::HashMapStateStore,
};

/// How often an app may call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// So many calls a second, in the long run.
    pub per_second: NonZeroU32,
    /// So many at once, after a pause.
    pub burst: NonZeroU32,
}

/// How often each app has called. Keys are those of apps that are known, so that they do not grow without end.
#[derive(Debug)]
pub(super) struct Rates(RateLimiter<String, HashMapStateStore<String>, DefaultClock>);

impl Rates {
    pub(super) fn new(rate: Rate) -> Self {
        Self(RateLimiter::hashmap(Quota::per_second(rate.per_second).allow_burst(rate.burst)))
    }

    /// In how many seconds an app may call again, if it may not now.
    pub(super) fn wait(&self, app_key: &str) -> Option<u64> {
        let not_until = self.0.check_key(&app_key.to_owned()).err()?;
        Some(not_until.wait_time_from(DefaultClock::default().now()).as_secs() + 1)
    }
}
