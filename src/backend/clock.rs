use std::{fmt, sync::Arc};

use jiff::Timestamp;

/// Where the backend reads the time: real time in production, the world's in the mock and in tests.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> i64 + Send + Sync>);

impl Clock {
    /// Real time.
    #[must_use]
    pub fn real() -> Self {
        Self::of(|| Timestamp::now().as_millisecond())
    }

    /// The time that `now` tells, in milliseconds since 1970 UTC.
    pub fn of(now: impl Fn() -> i64 + Send + Sync + 'static) -> Self {
        Self(Arc::new(now))
    }

    /// Milliseconds since 1970 UTC.
    #[must_use]
    pub fn now(&self) -> i64 {
        (self.0)()
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Clock({})", self.now())
    }
}
