/// However many members there are: what a merchant's lists cost must not depend on it.
const MEMBERS_OF_A_MERCHANT: u64 = 33;

/// How many there are of everything. All of it follows from the numbers of members and orders.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scale {
    pub members: u64,
    pub orders: u64,
    pub merchants: u64,
    pub tanks: u64,
    pub batteries: u64,
    pub vehicles: u64,
    /// Members with a smaller number have been here for long; the others are new.
    pub established: u64,
    /// Members who swap; see [`Role`](super::roles::Role).
    pub riders: u64,
    /// Riders with the smallest ranks, who swap several times as often as the others.
    pub couriers: u64,
    /// How many days of orders there are.
    pub days: i64,
}

impl Scale {
    pub(super) fn of(members: u64, orders: u64) -> Self {
        let merchants = (members / MEMBERS_OF_A_MERCHANT).max(6);
        let established = members - members / 10;
        let riders = super::roles::riders_before(established);
        let couriers = riders / 50;
        let mut scale = Self {
            members,
            orders: if riders == 0 { 0 } else { orders },
            merchants,
            tanks: (members / 5).max(4 * merchants),
            batteries: 0,
            vehicles: (members * 2 / 5).max(super::roles::rented_vehicles(established, merchants) + members / 6),
            established,
            riders,
            couriers,
            days: i64::try_from(orders / riders.max(1)).unwrap_or(i64::MAX).clamp(14, 365),
        };
        scale.batteries = (2 * members).max(1 + scale.pool() + members / 2);
        scale
    }

    /// Riders who swap about equally often.
    pub(super) fn regulars(&self) -> u64 {
        self.riders - self.couriers
    }

    /// How far the belt moves from one round to the next; see [`Swaps`](super::swaps::Swaps). A multiple of the number of
    /// merchants, so that batteries stay with theirs.
    pub(super) fn step(&self) -> u64 {
        (self.regulars() / 2).max(1).next_multiple_of(self.merchants)
    }

    /// The batteries on the belt: one for each regular, and as many as a step more.
    pub(super) fn belt(&self) -> u64 {
        self.regulars().next_multiple_of(self.merchants) + self.step()
    }

    /// All batteries that riders swap: those on the belt, and two for each courier.
    pub(super) fn pool(&self) -> u64 {
        self.belt() + 2 * self.couriers
    }

    pub(super) fn new_members(&self) -> u64 {
        self.members - self.established
    }

    /// How many tanks a merchant has.
    pub(super) fn tanks_of(&self, merchant: u64) -> u64 {
        (self.tanks - merchant).div_ceil(self.merchants)
    }
}
