use std::str::FromStr;

/// How much a built world holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Size {
    /// About what the default world holds.
    Small,
    /// 2 000 tanks, 20 000 batteries, 10 000 users.
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
            Self::Small => Amounts { merchants: 6, tanks: 24, batteries: 64, vehicles: 16, users: 36 },
            Self::Large => Amounts { merchants: 60, tanks: 2_000, batteries: 20_000, vehicles: 4_000, users: 10_000 },
        }
    }
}

/// How many of each kind.
pub(super) struct Amounts {
    pub merchants: usize,
    pub tanks: usize,
    pub batteries: usize,
    pub vehicles: usize,
    pub users: usize,
}
