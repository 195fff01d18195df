use std::{
    collections::HashMap,
    num::NonZeroU32,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
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
///
/// Each call uses up its share of a second. An app may be ahead of the time by as much as its burst uses up. (The crates
/// for this cannot give a call back.)
#[derive(Debug)]
pub(super) struct Rates {
    call: Duration,
    burst: Duration,
    used_until: Mutex<HashMap<String, Instant>>,
}

impl Rates {
    pub(super) fn new(rate: Rate) -> Self {
        let call = Duration::from_secs(1) / rate.per_second.get();
        Self { call, burst: call * rate.burst.get(), used_until: Mutex::default() }
    }

    /// Takes a call from what an app may call; or tells in how many seconds it may call again, if it may not now.
    pub(super) fn wait(&self, app_key: &str) -> Option<u64> {
        self.wait_at(app_key, Instant::now())
    }

    fn wait_at(&self, app_key: &str, now: Instant) -> Option<u64> {
        let mut used_until = self.lock();
        let until = used_until.get(app_key).map_or(now, |until| (*until).max(now)) + self.call;
        let ahead = until - now;
        if ahead > self.burst {
            return Some((ahead - self.burst).as_secs() + 1);
        }
        match used_until.get_mut(app_key) {
            Some(used) => *used = until,
            None => drop(used_until.insert(app_key.to_owned(), until)),
        }
        None
    }

    /// A call was taken that was not the app's own.
    pub(super) fn give_back(&self, app_key: &str) {
        if let Some(until) = self.lock().get_mut(app_key) {
            *until -= self.call;
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Instant>> {
        self.used_until.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_app_has_its_burst_at_once_and_then_its_rate_and_what_is_given_back() {
        let number = |number| NonZeroU32::new(number).expect("a number");
        let rates = Rates::new(Rate { per_second: number(2), burst: number(3) });
        let start = Instant::now();
        let taken = |milliseconds: u64| {
            let now = start + Duration::from_millis(milliseconds);
            (0..9).take_while(|_| rates.wait_at("app", now).is_none()).count()
        };
        assert_eq!(taken(0), 3);
        assert_eq!((taken(499), taken(500), taken(1600)), (0, 1, 2));
        rates.give_back("app");
        assert_eq!((taken(1600), taken(60_000)), (1, 3));
        assert_eq!(rates.wait_at("app", start + Duration::from_secs(60)), Some(1));
        assert_eq!(rates.wait_at("another", start), None);
    }
}
