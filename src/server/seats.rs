use std::{
    collections::HashMap,
    net::{IpAddr, Ipv6Addr},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use tokio::sync::Notify;

/// How many connections a listener holds, and how long it waits for those who have them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Connections {
    /// So many at a time.
    pub total: usize,
    /// So many of them from one address; of IPv6, from one /64.
    pub per_address: usize,
    /// A request is said, head and body, and answered within this time.
    pub patience: Duration,
    /// A caller takes something of its answer within this time, again and again.
    pub unread: Duration,
    /// How long a connection on which nothing is asked is kept.
    pub idle: Duration,
}

impl Default for Connections {
    /// More than people and tests on one machine need.
    fn default() -> Self {
        let seconds = Duration::from_secs;
        Self { total: 4096, per_address: 4096, patience: seconds(300), unread: seconds(30), idle: seconds(90) }
    }
}

/// The connections of a listener, each on a seat of its own. Where none is free, who has let us wait longest leaves: the
/// rest of a request, or a reader for an answer, is waited for only while nobody else wants the seat. Strangers leave before
/// those who have signed a call, and first those from the address that has the most of them, the newcomer's own if it is one
/// of these: whoever comes again and again costs nobody a seat who has fewer. Who is being answered is never sent away.
#[derive(Debug, Clone)]
pub(super) struct Seats(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    total: usize,
    per_address: usize,
    taken: Mutex<Taken>,
}

#[derive(Debug, Default)]
struct Taken {
    next: u64,
    seats: HashMap<u64, Arc<Seat>>,
}

/// What a connection waits for.
#[derive(Debug)]
pub(super) struct Seat {
    network: IpAddr,
    phase: Mutex<Phase>,
    /// Whether a call was signed on it.
    signed: AtomicBool,
    leave: Notify,
}

/// Data of a request: whose connection it came on.
#[derive(Debug, Clone)]
pub struct Peer(pub(super) Arc<Seat>);

impl Peer {
    /// The peer has signed a call, which was accepted: it is no stranger any more.
    pub fn has_signed(&self) {
        self.0.signed.store(true, Ordering::Relaxed);
    }
}

#[derive(Debug, Clone, Copy)]
enum Phase {
    /// For the rest of a request, since its first byte; the first one, since the connection is there.
    Asking(Instant),
    /// For us.
    Answering,
    /// For the caller to take the answer or, when he has it, to ask again; since he last took something.
    Taking(Instant),
}

/// A seat that is free again when this is dropped.
#[derive(Debug)]
pub(super) struct Occupied {
    seats: Seats,
    number: u64,
    pub(super) seat: Arc<Seat>,
}

impl Seats {
    pub(super) fn new(connections: &Connections) -> Self {
        let &Connections { total, per_address, .. } = connections;
        Self(Arc::new(Shared { total, per_address, taken: Mutex::default() }))
    }

    /// A seat for a connection from `peer`, and whether somebody had to leave for it. None, where everybody is being answered.
    pub(super) fn take(&self, peer: IpAddr) -> Option<(Occupied, bool)> {
        let network = network(peer);
        let mut taken = self.taken();
        let mut left = false;
        if taken.of(network) >= self.0.per_address {
            let own = |seat: &Seat| seat.network == network;
            left = taken.longest_waiting_leaves(|seat| own(seat) && seat.is_strangers())
                || taken.longest_waiting_leaves(own);
            if !left {
                return None;
            }
        }
        if taken.seats.len() >= self.0.total {
            left = taken.make_room(Some(network));
            if !left {
                return None;
            }
        }
        let phase = Mutex::new(Phase::Asking(Instant::now()));
        let seat = Arc::new(Seat { network, phase, signed: AtomicBool::new(false), leave: Notify::new() });
        let number = taken.next;
        taken.next += 1;
        taken.seats.insert(number, seat.clone());
        Some((Occupied { seats: self.clone(), number, seat }, left))
    }

    /// Sends away whoever has let us wait longest; false if nobody does.
    pub(super) fn make_room(&self) -> bool {
        self.taken().make_room(None)
    }

    /// Sends away whoever has not yet said all of a request.
    pub(super) fn asking_leave(&self) {
        for seat in self.taken().seats.values() {
            if matches!(*seat.phase(), Phase::Asking(_)) {
                seat.leave.notify_one();
            }
        }
    }

    fn taken(&self) -> MutexGuard<'_, Taken> {
        self.0.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Taken {
    fn of(&self, network: IpAddr) -> usize {
        self.seats.values().filter(|seat| seat.network == network).count()
    }

    /// Of the strangers, those from the address that has the most of them leave first, the newcomer counted.
    fn make_room(&mut self, newcomer: Option<IpAddr>) -> bool {
        let mut strangers: HashMap<IpAddr, Crowd> = HashMap::new();
        let mut signed = Crowd::default();
        for (number, seat) in &self.seats {
            let crowd = if seat.is_strangers() { strangers.entry(seat.network).or_default() } else { &mut signed };
            crowd.add(seat.waits_since().map(|since| (since, *number)));
        }
        let size = |network: &IpAddr, crowd: &Crowd| {
            let own = usize::from(Some(*network) == newcomer);
            (crowd.seats + own, own)
        };
        let largest = strangers.iter().max_by_key(|(network, crowd)| size(network, crowd));
        let longest = largest.and_then(|(_, crowd)| crowd.longest);
        let longest = longest.or_else(|| strangers.values().filter_map(|crowd| crowd.longest).min()).or(signed.longest);
        longest.is_some_and(|(_, number)| self.leaves(number))
    }

    fn longest_waiting_leaves(&mut self, among: impl Fn(&Seat) -> bool) -> bool {
        let waiting = self.seats.iter().filter(|(_, seat)| among(seat));
        let waiting = waiting.filter_map(|(number, seat)| seat.waits_since().map(|since| (since, *number)));
        waiting.min().is_some_and(|(_, number)| self.leaves(number))
    }

    fn leaves(&mut self, number: u64) -> bool {
        let Some(seat) = self.seats.remove(&number) else { return false };
        seat.leave.notify_one();
        true
    }
}

/// The connections from one address.
#[derive(Debug, Default)]
struct Crowd {
    seats: usize,
    /// Since when its longest waiting one waits, and its number.
    longest: Option<(Instant, u64)>,
}

impl Crowd {
    fn add(&mut self, waiting: Option<(Instant, u64)>) {
        self.seats += 1;
        self.longest = [self.longest, waiting].into_iter().flatten().min();
    }
}

impl Seat {
    /// The first byte of a request has come.
    pub(super) fn asking(&self) {
        let mut phase = self.phase();
        if matches!(*phase, Phase::Taking(_)) {
            *phase = Phase::Asking(Instant::now());
        }
    }

    /// The last byte of a request has come.
    pub(super) fn asked(&self) {
        let mut phase = self.phase();
        if matches!(*phase, Phase::Asking(_)) {
            *phase = Phase::Answering;
        }
    }

    /// There is an answer.
    pub(super) fn answered(&self) {
        *self.phase() = Phase::Taking(Instant::now());
    }

    /// Something was taken; false, if it was no answer yet.
    pub(super) fn taken(&self) -> bool {
        let mut phase = self.phase();
        let answer = matches!(*phase, Phase::Taking(_));
        if answer {
            *phase = Phase::Taking(Instant::now());
        }
        answer
    }

    /// Completes when the connection should be closed for others.
    pub(super) async fn sent_away(&self) {
        self.leave.notified().await;
    }

    fn is_strangers(&self) -> bool {
        !self.signed.load(Ordering::Relaxed)
    }

    fn waits_since(&self) -> Option<Instant> {
        match *self.phase() {
            Phase::Asking(since) | Phase::Taking(since) => Some(since),
            Phase::Answering => None,
        }
    }

    fn phase(&self) -> MutexGuard<'_, Phase> {
        self.phase.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Occupied {
    fn drop(&mut self) {
        self.seats.taken().seats.remove(&self.number);
    }
}

/// Whom an address counts for. Whoever has one address of IPv6 has 2^64 of them.
fn network(peer: IpAddr) -> IpAddr {
    match peer.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << 64))),
        address => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seats(total: usize, per_address: usize) -> Seats {
        Seats::new(&Connections { total, per_address, ..Connections::default() })
    }

    fn take(seats: &Seats, peer: &str) -> Option<Occupied> {
        seats.take(peer.parse().expect("an address")).map(|(occupied, _)| occupied)
    }

    fn has_left(occupied: &Occupied) -> bool {
        !occupied.seats.taken().seats.contains_key(&occupied.number)
    }

    #[test]
    fn who_waits_longest_leaves_and_who_is_answered_stays() {
        let seats = seats(2, 2);
        let (first, second) = (take(&seats, "127.0.0.1").expect("a seat"), take(&seats, "127.0.0.1").expect("a seat"));
        first.seat.asked();
        let third = take(&seats, "127.0.0.1").expect("the second's seat");
        assert!(!has_left(&first) && has_left(&second) && !has_left(&third));
        third.seat.asked();
        assert!(take(&seats, "127.0.0.1").is_none(), "both are being answered");
        // An answer was taken a moment ago, by the first a moment before.
        first.seat.answered();
        third.seat.answered();
        first.seat.taken();
        let fourth = take(&seats, "127.0.0.1").expect("the third's seat");
        assert!(!has_left(&first) && has_left(&third));
        drop((first, fourth));
        assert!(seats.taken().seats.is_empty());
    }

    #[test]
    fn the_largest_crowd_makes_room() {
        let seats = seats(4, 3);
        let alone = take(&seats, "10.0.0.1").expect("a seat");
        let crowd: Vec<_> = (0..3).map(|_| take(&seats, "10.0.0.2").expect("a seat")).collect();
        let other = take(&seats, "10.0.0.3").expect("a seat of the crowd's");
        assert!(!has_left(&alone) && !has_left(&other) && has_left(&crowd[0]));
    }

    #[test]
    fn who_has_signed_stays_while_there_are_strangers() {
        let seats = seats(2, 2);
        let known = take(&seats, "10.0.0.1").expect("a seat");
        Peer(known.seat.clone()).has_signed();
        let stranger = take(&seats, "10.0.0.1").expect("a seat");
        let other = take(&seats, "10.0.0.2").expect("the stranger's seat");
        assert!(!has_left(&known) && has_left(&stranger));
        Peer(other.seat.clone()).has_signed();
        let last = take(&seats, "10.0.0.3").expect("a seat");
        assert!(has_left(&known) && !has_left(&other) && !has_left(&last), "where all have signed, one of them leaves");
    }

    #[test]
    fn whoever_comes_again_and_again_takes_seats_of_his_own_address() {
        let seats = seats(4, 4);
        let alone = take(&seats, "10.0.0.1").expect("a seat");
        let crowd: Vec<_> = (0..3).map(|_| take(&seats, "10.0.0.2").expect("a seat")).collect();
        let again: Vec<_> = (0..5).map(|_| take(&seats, "10.0.0.2").expect("a seat")).collect();
        assert!(!has_left(&alone) && has_left(&crowd[0]) && has_left(&crowd[2]) && has_left(&again[1]));
        let beside = take(&seats, "10.0.0.1").expect("a seat of the crowd's");
        assert!(!has_left(&alone) && !has_left(&beside), "two newcomers of one address do not take each other's seat");
    }

    #[test]
    fn one_address_has_only_its_share() {
        let seats = seats(4, 2);
        let taken: Vec<_> = ["2001:db8::1", "2001:db8::2", "2001:db8:0:1::1", "::ffff:10.0.0.1", "2001:db8::3"]
            .map(|peer| take(&seats, peer).expect("a seat"))
            .into();
        assert!(has_left(&taken[0]) && taken[1..].iter().all(|occupied| !has_left(occupied)));
        assert_eq!(network("::ffff:10.0.0.1".parse().expect("an address")).to_string(), "10.0.0.1");
    }
}
