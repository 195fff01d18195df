use std::sync::atomic::{AtomicI64, Ordering};

/// 2020-01-01 00:00:00 UTC: ids count milliseconds from here.
const EPOCH: i64 = 1_577_836_800_000;
/// Bits of an id below its milliseconds: an instance's number, then a sequence.
const INSTANCE_BITS: i64 = 4;
const SEQUENCE_BITS: i64 = 8;

/// Mints ids: time-ordered, unique across instances, at most 2^53−1 until the year 2089.
///
/// An id is 41 bits of milliseconds, 4 bits of the instance that minted it and 8 bits of sequence.
#[derive(Debug)]
pub struct Ids {
    instance: i64,
    /// Milliseconds and sequence of the last id.
    last: AtomicI64,
}

impl Ids {
    /// How many instances can mint at the same time.
    pub const INSTANCES: i64 = 1 << INSTANCE_BITS;

    /// Mints as the instance with this number, from 0 to 15.
    #[must_use]
    pub fn of_instance(instance: i64) -> Self {
        Self { instance: instance.rem_euclid(Self::INSTANCES), last: AtomicI64::new(0) }
    }

    /// A new id at the time `now`, in milliseconds since 1970. More than 256 in one millisecond, or a clock that
    /// stands or goes back, borrow from the milliseconds to come.
    pub fn mint(&self, now: i64) -> i64 {
        let at_least = (now - EPOCH).max(0) << SEQUENCE_BITS;
        let next = |last: i64| Some(at_least.max(last + 1));
        let last = self.last.fetch_update(Ordering::Relaxed, Ordering::Relaxed, next).unwrap_or_default();
        let ticks = at_least.max(last + 1);
        let (milliseconds, sequence) = (ticks >> SEQUENCE_BITS, ticks & ((1 << SEQUENCE_BITS) - 1));
        (milliseconds << (INSTANCE_BITS + SEQUENCE_BITS)) | (self.instance << SEQUENCE_BITS) | sequence
    }

    /// A new id at the time `now` that is greater than `other`, even if another instance, whose clock is ahead, minted
    /// that.
    pub fn mint_after(&self, now: i64, other: i64) -> i64 {
        let id = self.mint(now);
        if id > other { id } else { self.mint(time_of(other) + 1) }
    }
}

/// When `id` was minted, in milliseconds since 1970.
fn time_of(id: i64) -> i64 {
    (id >> (INSTANCE_BITS + SEQUENCE_BITS)) + EPOCH
}

/// The least id that can have been minted at `time` or later, in milliseconds since 1970.
#[must_use]
pub fn first_id_at(time: i64) -> i64 {
    (time - EPOCH).max(0) << (INSTANCE_BITS + SEQUENCE_BITS)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    const NOW: i64 = 1_700_000_000_000;

    #[test]
    fn ids_rise_and_never_repeat_even_when_the_clock_stands() {
        let ids = Ids::of_instance(3);
        let minted: Vec<_> = (0..10_000).map(|_| ids.mint(NOW)).collect();
        assert!(minted.is_sorted());
        assert_eq!(minted.iter().collect::<HashSet<_>>().len(), minted.len());
        assert!(ids.mint(NOW - 60_000) > minted[9_999]);
    }

    #[test]
    fn instances_never_mint_the_same_id() {
        let (one, two) = (Ids::of_instance(0), Ids::of_instance(1));
        let minted: HashSet<_> = (0..1000).flat_map(|_| [one.mint(NOW), two.mint(NOW)]).collect();
        assert_eq!(minted.len(), 2000);
    }

    #[test]
    fn an_id_can_be_made_to_follow_that_of_an_instance_whose_clock_is_ahead() {
        let (ahead, behind) = (Ids::of_instance(15), Ids::of_instance(0));
        let first = ahead.mint(NOW + 5000);
        let second = behind.mint_after(NOW, first);
        assert!(second > first && behind.mint_after(NOW, 0) > second);
    }

    #[test]
    fn an_id_tells_its_time_and_stays_within_what_javascript_reads() {
        let ids = Ids::of_instance(15);
        assert!(ids.mint(NOW) >= first_id_at(NOW) && ids.mint(NOW) < first_id_at(NOW + 100));
        let year_2089 = 3_755_000_000_000;
        assert!(ids.mint(year_2089) <= contracts::runtime::format::MAX_ID);
    }
}
