use std::time::Duration;

/// How deliveries are repeated. All of it goes by real time.
#[derive(Debug, Clone)]
pub struct Retry {
    /// After so many failed attempts a delivery is parked.
    pub attempts: i64,
    /// How long to wait after the first failure; twice as long after each further one.
    pub first: Duration,
    /// Never wait longer than this.
    pub longest: Duration,
    /// How long one attempt may take. Until then no other instance takes the row.
    pub lease: Duration,
    /// How often the worker looks for rows that are due.
    pub poll: Duration,
    /// How long the worker leaves a new row to the request that wrote it.
    pub head_start: Duration,
    /// How many deliveries the worker makes at the same time.
    pub parallel: i64,
}

impl Default for Retry {
    fn default() -> Self {
        let seconds = Duration::from_secs;
        Self {
            attempts: 30,
            first: seconds(1),
            longest: seconds(600),
            lease: seconds(60),
            poll: Duration::from_millis(500),
            head_start: seconds(2),
            parallel: 8,
        }
    }
}

impl Retry {
    /// How long to wait after the failed attempt number `attempt`, from 1: half of the doubled time for certain, the
    /// other half by chance, so that many rows that failed together do not return together.
    pub(super) fn delay(&self, attempt: i64) -> Duration {
        let doublings = u32::try_from(attempt - 1).unwrap_or(0).min(20);
        let full = self.first.saturating_mul(1 << doublings).min(self.longest);
        full.mul_f64(0.5 + fastrand::f64() / 2.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_double_up_to_the_longest_and_differ_by_chance() {
        let retry = Retry::default();
        for (attempt, full) in [(1, 1.0), (2, 2.0), (5, 16.0), (11, 600.0), (1000, 600.0)] {
            for _ in 0..100 {
                let delay = retry.delay(attempt).as_secs_f64();
                assert!(delay >= full / 2.0 && delay <= full, "{attempt}: {delay}");
            }
        }
        assert_ne!(retry.delay(8), retry.delay(8));
    }
}
