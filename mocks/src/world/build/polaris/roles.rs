use super::scale::Scale;

/// What becomes of a member. Established members have their role by their number, sixteen roles in turn; so whoever
/// knows the number knows the role, and how many have it before them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// Swaps; a deposit of the battery is with us.
    Rider,
    /// Swaps, and came from Weichuang, which holds the deposit.
    MigratedRider,
    /// Swaps, and came from Weichuang without a deposit.
    MigratedWithoutDeposit,
    /// Swaps, and has a vehicle that is not due yet; both deposits are with us.
    RiderWithVehicle,
    /// Swaps, and has a vehicle that should have been returned.
    Overdue,
    /// Swaps by a monthly package.
    Subscriber,
    /// Swaps, pays each time, and has never left a deposit.
    Casual,
    /// Swaps, and has asked for the deposit.
    Leaving,
    /// Frozen, or blocked; has a vehicle that should have been returned.
    Barred,
    /// Came from Weichuang, has a vehicle of theirs and no battery, and has asked for the deposit.
    MigratedLeaving,
    /// Came from Weichuang, which has paid the deposit back.
    MigratedRefunded,
    /// Has got the deposit back from us.
    Refunded,
    /// Has closed the account.
    Canceled,
    /// Not established: registered lately, has not used anything.
    New,
}

const ROLES: [Role; 16] = [
    Role::Rider,
    Role::MigratedRider,
    Role::RiderWithVehicle,
    Role::Overdue,
    Role::Subscriber,
    Role::MigratedWithoutDeposit,
    Role::Rider,
    Role::Barred,
    Role::Subscriber,
    Role::MigratedRefunded,
    Role::Leaving,
    Role::Refunded,
    Role::Rider,
    Role::MigratedLeaving,
    Role::Canceled,
    Role::Casual,
];

/// The places of the riders among the roles.
const RIDERS: [u64; 11] = [0, 1, 2, 3, 4, 5, 6, 8, 10, 12, 15];
const TURN: u64 = ROLES.len() as u64;
const RIDERS_A_TURN: u64 = RIDERS.len() as u64;
/// The roles that have a vehicle.
const WITH_VEHICLE: [Role; 4] = [Role::RiderWithVehicle, Role::Overdue, Role::MigratedLeaving, Role::Barred];

impl Role {
    pub(super) fn of(member: u64, scale: &Scale) -> Self {
        if member < scale.established { ROLES[(member % TURN) as usize] } else { Self::New }
    }

    pub(super) fn migrated(self) -> bool {
        use Role::{MigratedLeaving, MigratedRefunded, MigratedRider, MigratedWithoutDeposit};
        matches!(self, MigratedRider | MigratedWithoutDeposit | MigratedLeaving | MigratedRefunded)
    }

    /// 用户状态
    pub(super) fn state(self, member: u64) -> i64 {
        match self {
            Self::New => 0,
            Self::Barred => 2 + (turn(member) % 2) as i64,
            Self::Overdue => 4,
            Self::Refunded | Self::MigratedRefunded => 5,
            Self::Canceled => 6,
            _ => 1,
        }
    }
}

/// How many members had the same role before.
pub(super) fn turn(member: u64) -> u64 {
    member / TURN
}

/// How many riders have a smaller number.
pub(super) fn riders_before(member: u64) -> u64 {
    let begun = RIDERS.iter().filter(|place| **place < member % TURN).count() as u64;
    turn(member) * RIDERS_A_TURN + begun
}

/// How many riders came before this one, if it is one.
pub(super) fn rank(member: u64, scale: &Scale) -> Option<u64> {
    let swaps = member < scale.established && RIDERS.contains(&(member % TURN));
    swaps.then(|| riders_before(member))
}

/// The member who is the rider of this rank.
pub(super) fn rider(rank: u64) -> u64 {
    rank / RIDERS_A_TURN * TURN + RIDERS[(rank % RIDERS_A_TURN) as usize]
}

/// The merchant that a member belongs to. Those of one role are spread over all merchants, one after the other, as their
/// turns have steps that have no divisor in common with the number of merchants.
pub(super) fn merchant(member: u64, scale: &Scale) -> Option<u64> {
    match (rank(member, scale), Role::of(member, scale)) {
        (Some(rank), _) => Some(rank % scale.merchants),
        (None, Role::New) => (member % 4 != 3).then_some(member / 4 % scale.merchants),
        (None, Role::Canceled) if turn(member) % 2 == 1 => None,
        (None, _) => Some((7 * turn(member) + member % TURN) % scale.merchants),
    }
}

/// The vehicle that a member has: one of its merchant's, nobody else's.
pub(super) fn vehicle(member: u64, scale: &Scale) -> Option<u64> {
    let role = Role::of(member, scale);
    let class = WITH_VEHICLE.iter().position(|with| *with == role)? as u64;
    let round = turn(member) / scale.merchants * WITH_VEHICLE.len() as u64 + class;
    Some(round * scale.merchants + merchant(member, scale)?)
}

/// The vehicles before this number can be a member's.
pub(super) fn rented_vehicles(established: u64, merchants: u64) -> u64 {
    established.div_ceil(TURN).next_multiple_of(merchants) * WITH_VEHICLE.len() as u64
}

/// The vehicle that a member had before somebody else got it: one of its merchant's, for a time that ended before.
pub(super) fn vehicle_before(member: u64, scale: &Scale) -> Option<u64> {
    let class = match Role::of(member, scale) {
        Role::Casual => 0,
        _ => 1,
    };
    let round = turn(member) / scale.merchants * WITH_VEHICLE.len() as u64 + class;
    Some(round * scale.merchants + merchant(member, scale)?)
}
