use std::{fmt::Debug, ops::Range, str::FromStr};

use contracts::runtime::faker;
use jiff::{SignedDuration, civil::DateTime};
use rand::{RngExt, SeedableRng, rngs::Xoshiro256PlusPlus};

use crate::world::Choice;

/// What is drawn for: each kind of record has draws of its own.
#[derive(Debug, Clone, Copy)]
pub(super) enum For {
    Tank,
    Battery,
    Vehicle,
    Member,
    Registration,
    FirstUse,
    Order,
    OrderTime,
    Completion,
    Rental,
    Deposit,
    Refund,
    Package,
    Gift,
    Review,
}

/// The random source of one record: a function of the seed, the kind and the record's number, so that no record needs
/// another one to be drawn first.
pub(super) struct Draw(Xoshiro256PlusPlus);

impl Draw {
    pub(super) fn new(seed: u64, what: For, number: u64) -> Self {
        let mixed = (seed ^ (what as u64) << 56).wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ number;
        Self(Xoshiro256PlusPlus::seed_from_u64(mixed))
    }

    pub(super) fn one_of<T: Copy>(&mut self, choices: &[T]) -> T {
        faker::one_of(choices, &mut self.0)
    }

    pub(super) fn within(&mut self, range: Range<i64>) -> i64 {
        self.0.random_range(range)
    }

    /// From 0 to 1.
    pub(super) fn share(&mut self) -> f64 {
        self.0.random()
    }

    pub(super) fn one_in(&mut self, of: u32) -> bool {
        self.0.random_ratio(1, of)
    }

    pub(super) fn rng(&mut self) -> &mut Xoshiro256PlusPlus {
        &mut self.0
    }
}

/// `text` in its form.
pub(super) fn fit<T: FromStr<Err: Debug>>(text: &str) -> T {
    text.parse().expect("what is generated is well-formed")
}

/// `code` of a table.
pub(super) fn code<const MIN: i64, const MAX: i64>(code: i64) -> Choice<MIN, MAX> {
    Choice::try_from(code).expect("what is generated is within its table")
}

/// `time`, so many seconds later.
pub(super) fn later(time: DateTime, seconds: i64) -> DateTime {
    time.saturating_add(SignedDuration::from_secs(seconds))
}
