use super::scale::Scale;

/// Out of so many orders in turn …
const GROUP: u64 = 10;
/// … the last one ends otherwise than by a swap, and the one before it is a courier's.
const UNUSUAL: u64 = GROUP - 1;
const COURIERS: u64 = GROUP - 2;

/// Who swaps when, and which battery for which.
///
/// The batteries lie on a belt. In each round every regular rider swaps once, in the order of the ranks, and takes the
/// battery that lies a step before the one he has: the rider a step before him has just given it back. So nobody ever
/// takes a battery that somebody has, every battery goes from rider to rider, and what a rider has after any order is
/// known without looking at another order. Couriers swap several times as often, each between two batteries of his own.
#[derive(Debug, Clone, Copy)]
pub(super) struct Swaps {
    scale: Scale,
    /// The last orders, which are in progress.
    in_progress: u64,
}

/// What an order is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// From one battery to another.
    Completed {
        /// The battery that is given back, by its number in the pool.
        old: u64,
        /// The battery that is taken.
        new: u64,
    },
    /// The so-manieth that ends otherwise; the rider keeps the battery.
    Unusual {
        /// How many there were before.
        nth: u64,
        /// The rider's battery, by its number in the pool.
        old: u64,
    },
    /// Begun just now.
    InProgress {
        /// The rider's battery, by its number in the pool.
        old: u64,
    },
}

impl Swaps {
    pub(super) fn of(scale: Scale) -> Self {
        Self { scale, in_progress: scale.orders.min(1 + scale.orders / 20_000) }
    }

    /// How many orders have ended.
    pub(super) fn ended(&self) -> u64 {
        self.scale.orders - self.in_progress
    }

    /// Without couriers, regulars make their orders too.
    fn regulars_a_group(&self) -> u64 {
        if self.scale.couriers == 0 { UNUSUAL } else { COURIERS }
    }

    /// The rank of the rider who makes order `order`, and what it is.
    pub(super) fn order(&self, order: u64) -> (u64, Kind) {
        if order >= self.ended() {
            let rank = order % self.scale.riders;
            return (rank, Kind::InProgress { old: self.current(rank).0 });
        }
        let (group, place) = (order / GROUP, order % GROUP);
        if place < self.regulars_a_group() {
            let nth = group * self.regulars_a_group() + place;
            let (round, regular) = (nth / self.scale.regulars(), nth % self.scale.regulars());
            let kind = Kind::Completed { old: self.on_belt(regular, round), new: self.on_belt(regular, round + 1) };
            (self.scale.couriers + regular, kind)
        } else if place < UNUSUAL {
            let (round, courier) = (group / self.scale.couriers, group % self.scale.couriers);
            let kind =
                Kind::Completed { old: self.of_courier(courier, round), new: self.of_courier(courier, round + 1) };
            (courier, kind)
        } else {
            // One merchant after the other, a rider of each.
            let (round, merchant) = (group / self.scale.merchants, group % self.scale.merchants);
            let riders = self.scale.riders.div_ceil(self.scale.merchants);
            let rank = merchant + (round * 7 + merchant) % riders * self.scale.merchants;
            let rank = rank % self.scale.riders;
            (rank, Kind::Unusual { nth: group, old: self.held(rank, order).0 })
        }
    }

    /// The battery that the rider of this rank has before this order, and the order that brought it; the first battery
    /// came without one.
    pub(super) fn held(&self, rank: u64, before: u64) -> (u64, Option<u64>) {
        let (groups, rest, each) = (before / GROUP, before % GROUP, self.regulars_a_group());
        if let Some(regular) = rank.checked_sub(self.scale.couriers) {
            let rounds = rounds(groups * each + rest.min(each), self.scale.regulars(), regular);
            let last = rounds.checked_sub(1).map(|round| round * self.scale.regulars() + regular);
            (self.on_belt(regular, rounds), last.map(|nth| nth / each * GROUP + nth % each))
        } else {
            let rounds = rounds(groups + u64::from(rest > COURIERS), self.scale.couriers, rank);
            let last = rounds.checked_sub(1).map(|round| (round * self.scale.couriers + rank) * GROUP + COURIERS);
            (self.of_courier(rank, rounds), last)
        }
    }

    /// The same in the end.
    pub(super) fn current(&self, rank: u64) -> (u64, Option<u64>) {
        self.held(rank, self.ended())
    }

    /// The battery that the rider of this rank had first.
    pub(super) fn first(&self, rank: u64) -> u64 {
        match rank.checked_sub(self.scale.couriers) {
            Some(regular) => self.on_belt(regular, 0),
            None => self.of_courier(rank, 0),
        }
    }

    /// The rank of the rider who has this battery of the pool in the end.
    pub(super) fn holder(&self, battery: u64) -> Option<u64> {
        if let Some(of_couriers) = battery.checked_sub(self.scale.belt()) {
            let courier = of_couriers / 2;
            return (self.current(courier).0 == battery).then_some(courier);
        }
        let ended = self.ended();
        let regular_orders = ended / GROUP * self.regulars_a_group() + (ended % GROUP).min(self.regulars_a_group());
        let (belt, rounds) = (self.scale.belt(), regular_orders.checked_div(self.scale.regulars())?);
        // Some are a round ahead of the others.
        [rounds, rounds + 1].into_iter().find_map(|round| {
            let regular = (battery + round % belt * self.scale.step()) % belt;
            let rank = self.scale.couriers + regular;
            (regular < self.scale.regulars() && self.current(rank).0 == battery).then_some(rank)
        })
    }

    /// The merchant whose battery of the pool this is: that of all who ever have it.
    pub(super) fn merchant(&self, battery: u64) -> u64 {
        match battery.checked_sub(self.scale.belt()) {
            Some(of_couriers) => of_couriers / 2 % self.scale.merchants,
            None => (battery + self.scale.couriers) % self.scale.merchants,
        }
    }

    /// The so-manieth battery of its merchant that this one of the pool is, as far as it can lie in a cabinet.
    pub(super) fn among_its_merchants(&self, battery: u64) -> u64 {
        match battery.checked_sub(self.scale.belt()) {
            // Only one of a courier's two is in a cabinet.
            Some(of_couriers) => (self.scale.belt() + of_couriers / 2) / self.scale.merchants,
            None => battery / self.scale.merchants,
        }
    }

    fn on_belt(&self, regular: u64, round: u64) -> u64 {
        let belt = self.scale.belt();
        (regular + belt - round % belt * self.scale.step() % belt) % belt
    }

    fn of_courier(&self, courier: u64, round: u64) -> u64 {
        self.scale.belt() + 2 * courier + round % 2
    }
}

/// How often the one with this number out of `each` has had its turn, when there were `turns` of them.
fn rounds(turns: u64, each: u64, number: u64) -> u64 {
    turns / each + u64::from(number < turns % each)
}
