use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

/// So many calls in a row without an answer, and he is left alone.
const UNANSWERED: u32 = 5;

/// Keeps calls away from somebody who has stopped answering: for a while none goes to him, then one does, and its outcome
/// says how to go on.
#[derive(Debug)]
pub(super) struct Circuit {
    pause: Duration,
    state: Mutex<State>,
}

#[derive(Debug)]
enum State {
    /// Calls go. So many in a row had no answer.
    Closed { unanswered: u32 },
    /// No call goes before this time.
    Open { until: Instant, cause: String },
    /// One call is on its way.
    Trying { cause: String },
}

/// Calls are held back.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Held {
    /// Why the last call had no answer.
    pub(super) cause: String,
    /// When one may go again, at the earliest.
    pub(super) wait: Duration,
}

/// A call that may go.
#[derive(Debug)]
pub(super) struct Pass<'a> {
    circuit: &'a Circuit,
    trying: bool,
}

impl Circuit {
    pub(super) fn new(pause: Duration) -> Self {
        Self { pause, state: Mutex::new(State::Closed { unanswered: 0 }) }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// So many calls may go now, of `most`.
    pub(super) fn room(&self, most: usize) -> usize {
        match *self.state() {
            State::Closed { .. } => most,
            State::Open { until, .. } if until <= Instant::now() => most.min(1),
            State::Open { .. } | State::Trying { .. } => 0,
        }
    }

    /// Lets a call go, or not.
    pub(super) fn enter(&self) -> Result<Pass<'_>, Held> {
        let (mut state, now) = (self.state(), Instant::now());
        match &*state {
            State::Closed { .. } => Ok(Pass { circuit: self, trying: false }),
            State::Open { until, cause } if *until <= now => {
                *state = State::Trying { cause: cause.clone() };
                Ok(Pass { circuit: self, trying: true })
            }
            State::Open { until, cause } => Err(Held { cause: cause.clone(), wait: *until - now }),
            State::Trying { cause } => Err(Held { cause: cause.clone(), wait: self.pause }),
        }
    }
}

impl Pass<'_> {
    /// He has answered, whatever it was.
    pub(super) fn answered(self) {
        let mut state = self.circuit.state();
        if !matches!(*state, State::Closed { .. }) {
            tracing::info!("Weichuang answers again");
        }
        *state = State::Closed { unanswered: 0 };
    }

    /// He has not, because of `cause`. Tells for how long he is left alone, if he is.
    pub(super) fn unanswered(self, cause: &str) -> Option<Duration> {
        let Circuit { pause, .. } = *self.circuit;
        let mut state = self.circuit.state();
        match &mut *state {
            State::Closed { unanswered } => {
                *unanswered += 1;
                if *unanswered < UNANSWERED {
                    return None;
                }
                let seconds = pause.as_secs_f64();
                tracing::warn!(cause, seconds, "Weichuang does not answer, and is left alone for a while");
            }
            State::Trying { .. } if self.trying => {}
            State::Open { .. } | State::Trying { .. } => return Some(pause),
        }
        *state = State::Open { until: Instant::now() + pause, cause: cause.to_owned() };
        Some(pause)
    }
}

impl Drop for Pass<'_> {
    /// A call that was broken off here says nothing: another one may try.
    fn drop(&mut self) {
        let mut state = self.circuit.state();
        if self.trying
            && let State::Trying { cause } = &mut *state
        {
            *state = State::Open { until: Instant::now(), cause: std::mem::take(cause) };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT_ONCE: Duration = Duration::ZERO;
    const LONG: Duration = Duration::from_secs(3600);

    fn opened(pause: Duration) -> Circuit {
        let circuit = Circuit::new(pause);
        for number in 1..=UNANSWERED {
            let opened = circuit.enter().expect("it goes").unanswered("silence");
            assert_eq!(opened, (number == UNANSWERED).then_some(pause));
        }
        circuit
    }

    #[test]
    fn an_answer_in_between_keeps_calls_going() {
        let circuit = Circuit::new(LONG);
        for _ in 0..3 * UNANSWERED {
            assert_eq!(circuit.enter().expect("it goes").unanswered("silence"), None);
            circuit.enter().expect("it goes").answered();
        }
        assert_eq!(circuit.room(7), 7);
    }

    #[test]
    fn after_some_calls_without_an_answer_none_goes_for_a_while() {
        let circuit = opened(LONG);
        assert_eq!(circuit.room(7), 0);
        let held = circuit.enter().expect_err("held back");
        assert!(held.cause == "silence" && held.wait <= LONG && !held.wait.is_zero(), "{held:?}");
    }

    #[test]
    fn then_one_goes_alone_and_its_answer_lets_all_others_go() {
        let circuit = opened(AT_ONCE);
        assert_eq!(circuit.room(7), 1);
        let one = circuit.enter().expect("it goes");
        assert_eq!((circuit.room(7), circuit.enter().is_err()), (0, true));
        assert_eq!(one.unanswered("still silence"), Some(AT_ONCE));
        circuit.enter().expect("the next one goes").answered();
        assert_eq!((circuit.room(7), circuit.enter().is_ok()), (7, true));
    }

    #[test]
    fn one_that_is_broken_off_leaves_its_place_to_the_next() {
        let circuit = opened(AT_ONCE);
        drop(circuit.enter().expect("it goes"));
        assert!(circuit.enter().is_ok());
    }

    #[test]
    fn one_that_was_under_way_before_says_he_is_back_by_its_answer_alone() {
        let circuit = Circuit::new(LONG);
        let early = [circuit.enter().expect("it goes"), circuit.enter().expect("it goes")];
        for _ in 0..UNANSWERED {
            circuit.enter().expect("it goes").unanswered("silence");
        }
        let [late, answered] = early;
        assert_eq!(late.unanswered("silence"), Some(LONG));
        assert_eq!(circuit.room(7), 0);
        answered.answered();
        assert_eq!(circuit.room(7), 7);
    }
}
