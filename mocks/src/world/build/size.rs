use std::str::FromStr;

/// How much a built world holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Size {
    /// About what the default world holds.
    Small,
    /// 2 000 tanks, 20 000 batteries, 10 000 users of Weichuang, 10 000 members of Polaris, 50 000 orders.
    Large,
}

impl FromStr for Size {
    type Err = &'static str;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        match name {
            "small" => Ok(Self::Small),
            "large" => Ok(Self::Large),
            _ => Err("expected small or large"),
        }
    }
}

impl Size {
    pub(super) fn amounts(self) -> Amounts {
        match self {
            Self::Small => Amounts { users: 48, members: 96, orders: 180 },
            Self::Large => Amounts { users: 10_000, members: 10_000, orders: 50_000 },
        }
    }
}

/// How many of what all else follows from.
pub(super) struct Amounts {
    /// Weichuang's; at least half as many as there are members, since some members came from there.
    pub users: usize,
    pub members: u64,
    pub orders: u64,
}
