use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

/// How much a run may still do. Its parts come in turn; each may do an even share of what the parts before it left.
#[derive(Debug)]
pub struct Budget(Mutex<State>);

#[derive(Debug)]
struct State {
    /// The end of the run.
    deadline: Option<Instant>,
    /// What the run has left beside what its present part has.
    number: Option<u64>,
    /// The end of the present part.
    part_deadline: Option<Instant>,
    /// What the present part has left.
    part_number: Option<u64>,
}

impl Budget {
    /// A budget of so many units of work, until then.
    #[must_use]
    pub fn new(number: Option<u64>, time: Option<Duration>) -> Self {
        let deadline = time.map(|time| Instant::now() + time);
        Self(Mutex::new(State { deadline, number: number.map(|_| 0), part_deadline: deadline, part_number: number }))
    }

    /// Gives the next part its share; `parts` are still to come, this one included.
    pub(super) fn begin_part(&self, parts: usize) {
        let parts = u32::try_from(parts.max(1)).unwrap_or(u32::MAX);
        let mut state = self.state();
        let now = Instant::now();
        state.part_deadline = state.deadline.map(|end| now + end.saturating_duration_since(now) / parts);
        if let (Some(number), Some(part)) = (state.number, state.part_number) {
            let left = number + part;
            let share = left.div_ceil(u64::from(parts));
            (state.part_number, state.number) = (Some(share), Some(left - share));
        }
    }

    /// Takes one unit of work (a generated request, a case, a walk); false when nothing is left.
    #[must_use]
    pub fn take(&self) -> bool {
        let mut state = self.state();
        if state.part_deadline.is_some_and(|end| end <= Instant::now()) {
            return false;
        }
        match &mut state.part_number {
            Some(0) => false,
            Some(left) => {
                *left -= 1;
                true
            }
            None => true,
        }
    }

    /// Gives back a unit that was not used.
    pub fn give_back(&self) {
        self.state().part_number.iter_mut().for_each(|left| *left += 1);
    }

    /// Nothing more is done.
    pub fn exhaust(&self) {
        let now = Some(Instant::now());
        *self.state() = State { deadline: now, number: Some(0), part_deadline: now, part_number: Some(0) };
    }

    /// The time that the present part has left; `None` when it is not limited.
    #[must_use]
    pub fn time_left(&self) -> Option<Duration> {
        self.state().part_deadline.map(|end| end.saturating_duration_since(Instant::now()))
    }

    /// Whether the time of the present part is over: what takes long ends as soon as it can.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.time_left().is_some_and(|left| left.is_zero())
    }

    /// Whether time or number is limited, so that a part may go on for as long as there is some left.
    #[must_use]
    pub fn is_limited(&self) -> bool {
        let state = self.state();
        state.part_deadline.is_some() || state.part_number.is_some()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_gets_an_even_share_of_what_is_left() {
        let budget = Budget::new(Some(10), None);
        budget.begin_part(2);
        assert_eq!((0..20).filter(|_| budget.take()).count(), 5);
        budget.begin_part(1);
        assert_eq!((0..20).filter(|_| budget.take()).count(), 5);
        let budget = Budget::new(Some(10), None);
        budget.begin_part(2);
        assert!(budget.take());
        budget.begin_part(1);
        assert_eq!((0..20).filter(|_| budget.take()).count(), 9);
    }

    #[test]
    fn nothing_is_taken_after_the_end() {
        let budget = Budget::new(None, Some(Duration::ZERO));
        assert!(!budget.take() && budget.is_limited());
        let budget = Budget::new(None, None);
        assert!(budget.take() && !budget.is_limited());
        budget.exhaust();
        assert!(!budget.take());
    }
}
