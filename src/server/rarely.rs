use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

/// How often the same complaint is logged at most.
const OFTEN: Duration = Duration::from_secs(10);

/// A complaint that would fill the log if it were made each time.
#[derive(Debug, Default)]
pub(super) struct Rarely(Mutex<Unsaid>);

#[derive(Debug, Default)]
struct Unsaid {
    times: u64,
    next: Option<Instant>,
}

impl Rarely {
    /// How many times there was reason since it was said last, if it is time to say so.
    pub(super) fn due(&self) -> Option<u64> {
        let mut unsaid = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        unsaid.times += 1;
        let now = Instant::now();
        if unsaid.next.is_some_and(|next| now < next) {
            return None;
        }
        unsaid.next = Some(now + OFTEN);
        Some(std::mem::take(&mut unsaid.times))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_said_at_once_and_then_not_for_a_while() {
        let rarely = Rarely::default();
        assert_eq!((rarely.due(), rarely.due(), rarely.due()), (Some(1), None, None));
        rarely.0.lock().expect("the lock").next = Some(Instant::now());
        assert_eq!(rarely.due(), Some(3));
    }
}
