use std::{
    sync::{Arc, PoisonError, RwLock},
    time::Instant,
};

use jiff::{SignedDuration, Timestamp, civil::DateTime, tz};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::world::Moment;

/// How a world's clock starts, and how it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Time {
    /// Business time, Asia/Shanghai.
    pub now: Moment,
    /// A frozen clock stands still; otherwise it runs on from `now` as real time passes.
    #[serde(default)]
    pub frozen: bool,
}

impl Time {
    /// Real time in Asia/Shanghai, running.
    #[must_use]
    pub fn real() -> Self {
        // China has kept one zone without summer time since 1991.
        let now = tz::offset(8).to_datetime(Timestamp::now());
        Self { now: Moment::from(now), frozen: false }
    }
}

/// The business clock of a world: it can be set, frozen and advanced.
///
/// It is a value that is passed to whoever needs the time; clones show the same time. It says nothing about real
/// time, which signatures, time-outs and backoff go by.
#[derive(Debug, Clone)]
pub struct Clock(Arc<RwLock<Reading>>);

#[derive(Debug)]
struct Reading {
    at: DateTime,
    since: Instant,
    frozen: bool,
}

impl Clock {
    /// A clock that starts at `time`.
    #[must_use]
    pub fn starting(time: Time) -> Self {
        Self(Arc::new(RwLock::new(Reading::of(time))))
    }

    /// Business time, to the second.
    #[must_use]
    pub fn now(&self) -> Moment {
        self.read().now
    }

    /// Business time, and whether it stands still.
    #[must_use]
    pub fn read(&self) -> Time {
        self.0.read().unwrap_or_else(PoisonError::into_inner).time()
    }

    /// Sets the clock.
    pub fn set(&self, time: Time) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Reading::of(time);
    }

    /// Sets the clock to what `change` makes of its time, with nobody else changing it in between.
    ///
    /// # Errors
    /// That of `change`; the clock is left alone then.
    pub fn change<E>(&self, change: impl FnOnce(Time) -> Result<Time, E>) -> Result<Time, E> {
        let mut reading = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let time = change(reading.time())?;
        *reading = Reading::of(time);
        Ok(time)
    }
}

impl Reading {
    fn of(time: Time) -> Self {
        Self { at: time.now.into(), since: Instant::now(), frozen: time.frozen }
    }

    fn time(&self) -> Time {
        let passed = if self.frozen { SignedDuration::ZERO } else { elapsed(self.since) };
        Time { now: Moment::from(self.at.saturating_add(passed)), frozen: self.frozen }
    }
}

fn elapsed(since: Instant) -> SignedDuration {
    SignedDuration::try_from(since.elapsed()).unwrap_or(SignedDuration::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time(now: &str, frozen: bool) -> Time {
        Time { now: now.parse().expect("a moment"), frozen }
    }

    #[test]
    fn a_frozen_clock_stands_still_and_a_running_one_does_not() {
        let clock = Clock::starting(time("2021-09-03 10:00:00", true));
        std::thread::sleep(std::time::Duration::from_millis(1_100));
        assert_eq!(clock.now().to_string(), "2021-09-03 10:00:00");
        clock.set(time("2021-12-31 23:59:59", false));
        std::thread::sleep(std::time::Duration::from_millis(1_100));
        assert_eq!(clock.now().to_string(), "2022-01-01 00:00:00");
    }

    #[test]
    fn clones_show_the_same_time() {
        let clock = Clock::starting(time("2021-09-03 10:00:00", true));
        let clone = clock.clone();
        clock.set(time("2030-01-01 00:00:00", true));
        assert_eq!(clone.read(), time("2030-01-01 00:00:00", true));
    }
}
