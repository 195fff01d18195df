use std::{fmt, str::FromStr};

use contracts::{
    internal, polaris,
    runtime::{Document, OperationInfo, signature::Signer},
    weichuang,
};

use super::Contract;

/// A side of the interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Side {
    /// What Weichuang provides (§1).
    Weichuang,
    /// What we provide (§2).
    Polaris,
    /// What our own systems call.
    Internal,
}

/// How the replies of a side are wrapped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Envelope {
    /// `result` and `msg` beside the operation's fields; a refusal is HTTP 200 with another `result`.
    Flat,
    /// `code`, `msg`, `data`; the code is the HTTP status too.
    Kop,
}

impl Side {
    /// All three.
    pub const ALL: [Self; 3] = [Self::Weichuang, Self::Polaris, Self::Internal];

    /// Its name on the command line, e.g. `weichuang`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Weichuang => "weichuang",
            Self::Polaris => "polaris",
            Self::Internal => "internal",
        }
    }

    /// Its document.
    #[must_use]
    pub fn document(self) -> &'static Document {
        match self {
            Self::Weichuang => &weichuang::DOCUMENT,
            Self::Polaris => &polaris::DOCUMENT,
            Self::Internal => &internal::DOCUMENT,
        }
    }

    /// Its operations, as they are known at compile time.
    #[must_use]
    pub fn operations(self) -> &'static [OperationInfo] {
        match self {
            Self::Weichuang => &weichuang::OPERATIONS,
            Self::Polaris => &polaris::OPERATIONS,
            Self::Internal => &internal::OPERATIONS,
        }
    }

    /// Its operations with their fields, replies and examples.
    #[must_use]
    pub fn contract(self) -> &'static Contract {
        Contract::of(self)
    }

    /// Who signs its calls, if `signer` is there: those of Polaris's side alone are signed.
    pub(super) fn signer(self, signer: Option<&Signer>) -> Option<Signer> {
        signer.filter(|_| self == Self::Polaris).cloned()
    }

    /// How its replies are wrapped.
    #[must_use]
    pub fn envelope(self) -> Envelope {
        match self {
            Self::Weichuang => Envelope::Flat,
            Self::Polaris | Self::Internal => Envelope::Kop,
        }
    }
}

impl Envelope {
    /// The field that holds the code.
    #[must_use]
    pub fn code_field(self) -> &'static str {
        match self {
            Self::Flat => "result",
            Self::Kop => "code",
        }
    }

    /// The component schema of a failure with this HTTP status that no operation describes more closely.
    #[must_use]
    pub fn failure_schema(self, status: u16) -> &'static str {
        match (self, status) {
            (Self::Flat, 400) => "InvalidRequest",
            (Self::Flat, _) => "Refusal",
            (Self::Kop, _) => "Failure",
        }
    }
}

impl fmt::Display for Side {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.name())
    }
}

impl FromStr for Side {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|side| side.name() == name);
        found.ok_or_else(|| format!("no such side: {name} (weichuang, polaris or internal)"))
    }
}
