use std::{
    fmt::{self, Display},
    str::FromStr,
};

use super::Unsignable;

/// How a call is signed: the parameter `signMethod`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Method {
    /// What KOP's public clients do (both companies must confirm it).
    #[default]
    KopSha1,
    /// Ours, and the one to choose: it covers the body's bytes and is made for the purpose.
    HmacSha256,
}

impl Method {
    /// Both.
    pub const ALL: [Self; 2] = [Self::KopSha1, Self::HmacSha256];

    /// As `signMethod` names it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::KopSha1 => "kop-sha1",
            Self::HmacSha256 => "hmac-sha256",
        }
    }
}

impl Display for Method {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.name())
    }
}

impl FromStr for Method {
    type Err = Unsignable;

    fn from_str(name: &str) -> Result<Self, Unsignable> {
        Self::ALL.into_iter().find(|method| method.name() == name).ok_or(Unsignable::UnknownMethod)
    }
}
