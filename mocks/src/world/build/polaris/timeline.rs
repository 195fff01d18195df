use jiff::{SignedDuration, civil::DateTime};

use super::{
    draw::{Draw, For, later},
    roles::Role,
    scale::Scale,
    swaps::Swaps,
};

const HOUR: i64 = 60 * 60;
pub(super) const DAY: i64 = 24 * HOUR;
/// How long before the first orders the first members registered, in days.
const HISTORY: i64 = 400;
/// Days between the last registration of an established member and the first order.
const QUIET: i64 = 4;
/// Orders in progress have begun in the last so many seconds, and no other has.
const IN_PROGRESS: i64 = 20 * 60;

/// How much of a day's orders have begun by which hour.
const DAILY: [(f64, f64); 7] =
    [(0.0, 0.0), (0.03, 6.5), (0.25, 11.0), (0.5, 14.0), (0.7, 18.0), (0.94, 21.5), (1.0, 24.0)];

/// When everything happens.
#[derive(Debug, Clone, Copy)]
pub(super) struct Timeline {
    pub now: DateTime,
    seed: u64,
    scale: Scale,
    ended: u64,
    in_progress: u64,
}

impl Timeline {
    pub(super) fn new(seed: u64, now: DateTime, scale: Scale, swaps: &Swaps) -> Self {
        let ended = swaps.ended();
        Self { now, seed, scale, ended, in_progress: scale.orders - ended }
    }

    /// So many seconds ago.
    pub(super) fn ago(&self, seconds: i64) -> DateTime {
        later(self.now, -seconds)
    }

    /// When the first orders were made.
    pub(super) fn opening(&self) -> DateTime {
        self.ago(self.scale.days * DAY)
    }

    /// When an order began: later ones later, and more by day than by night.
    pub(super) fn order(&self, order: u64) -> DateTime {
        if order >= self.ended {
            let nth = (order - self.ended + 1) as i64;
            return self.ago(IN_PROGRESS - nth * (IN_PROGRESS - 60) / self.in_progress as i64);
        }
        let end = self.ago(2 * IN_PROGRESS);
        let midnight = end.date().to_datetime(jiff::civil::Time::midnight());
        let today = end.duration_since(midnight).as_secs_f64() / HOUR as f64;
        let jitter = Draw::new(self.seed, For::OrderTime, order).share();
        let share = (order as f64 + jitter) / self.ended as f64;
        let day = share * (self.scale.days as f64 + along(today, |(share, hour)| (hour, share)));
        let hour = along(day.fract(), |point| point);
        let seconds = (day.floor() - self.scale.days as f64) * DAY as f64 + hour * HOUR as f64;
        midnight.saturating_add(SignedDuration::from_secs(seconds as i64))
    }

    /// When a swap was over.
    pub(super) fn completed(&self, order: u64) -> DateTime {
        let took = 45 + (Draw::new(self.seed, For::Completion, order).share() * 150.0) as i64;
        later(self.order(order), took)
    }

    /// When a member registered, which is the order of their numbers: the established ones before the first order, the
    /// others since, more and more of them.
    pub(super) fn registered(&self, member: u64) -> DateTime {
        let jitter = Draw::new(self.seed, For::Registration, member).share();
        if member < self.scale.established {
            let share = (member as f64 + jitter) / self.scale.established as f64;
            return later(self.opening(), -QUIET * DAY - ((1.0 - share) * (HISTORY * DAY) as f64) as i64);
        }
        let new = self.scale.members - self.scale.established;
        let back = (self.scale.members - 1 - member) as f64 + 0.2 + 0.6 * jitter;
        self.ago(60 + ((self.scale.days * DAY) as f64 * (back / new as f64).powi(3)) as i64)
    }

    /// When a member first used anything: soon after the registration or the move.
    pub(super) fn first_use(&self, member: u64) -> DateTime {
        let hurry = Draw::new(self.seed, For::FirstUse, member).share();
        match self.migrated(member) {
            Some(migrated) => later(migrated, 120 + (hurry * HOUR as f64) as i64),
            None => later(self.registered(member), HOUR + (hurry * (2 * DAY) as f64) as i64),
        }
    }

    /// When a member came from Weichuang: in the days before the first order.
    pub(super) fn migrated(&self, member: u64) -> Option<DateTime> {
        if !Role::of(member, &self.scale).migrated() {
            return None;
        }
        let share = (member as f64 + 0.5) / self.scale.established as f64;
        Some(later(self.opening(), -((0.2 + (1.0 - share) * 3.0) * DAY as f64) as i64))
    }
}

/// Where `at` lies along the day.
fn along(at: f64, of: impl Fn((f64, f64)) -> (f64, f64)) -> f64 {
    let points = DAILY.map(of);
    let part = points.windows(2).find(|part| at <= part[1].0).unwrap_or(&points[points.len() - 2..]);
    let ((from, low), (to, high)) = (part[0], part[1]);
    low + (at - from) / (to - from) * (high - low)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hours_of_a_day_and_its_orders_go_both_ways() {
        for hour in [0.0, 3.0, 6.5, 10.0, 17.9, 24.0] {
            let share = along(hour, |(share, hour)| (hour, share));
            assert!((along(share, |point| point) - hour).abs() < 1e-9);
        }
        assert!(along(0.5, |point| point) == 14.0);
    }
}
