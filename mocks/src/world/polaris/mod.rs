//! What Polaris's side starts from: records of its own, named as on the page, in the order in which they are brought in.
//!
//! The same records are the rows of an import. A record refers to others by their codes and phone numbers; what follows
//! from others (how many orders a member has, which battery is with whom) is not written down twice.

/// Merchants, tanks, batteries and vehicles.
mod assets;
/// Deposits and applications to get them back.
mod deposits;
/// Members, their batteries, vehicles and moves.
mod members;
/// Swap orders, packages and gifts.
mod orders;
/// All records together, and what holds between them.
mod records;
/// Access reviews.
mod reviews;

pub use assets::{Battery, Merchant, Tank, Vehicle};
pub use deposits::{Deposit, DepositRefund, Holder};
pub use members::{BatteryBinding, Member, Migration, MigrationState, Rental};
pub use orders::{MonthlyPackageOrder, PackageGift, SwapOrder};
pub use records::{PolarisRecords, RecordProblem, Seen};
pub use reviews::AccessReview;

/// A record of Polaris's side.
pub trait Record {
    /// The kind of it, as collections and imports call it.
    const KIND: &'static str;

    /// What names it among its kind.
    fn key(&self) -> String;

    /// What it refers to.
    fn references(&self) -> Vec<Reference<'_>> {
        Vec::new()
    }

    /// What it has for itself alone, besides its key.
    fn claims(&self) -> Vec<Claim> {
        Vec::new()
    }

    /// What its fields say together.
    ///
    /// # Errors
    /// Why they contradict each other.
    fn check(&self) -> Result<(), &'static str> {
        Ok(())
    }
}

/// A reference to another record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Reference<'a> {
    /// The field that refers.
    pub field: &'static str,
    /// What kind it refers to.
    pub to: Target,
    /// The key there.
    pub key: &'a str,
}

/// What a record can refer to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Target {
    /// By `merchantId`.
    Merchant,
    /// By `phoneNo`.
    Member,
    /// By `tankCode`.
    Tank,
    /// By `batteryCode`.
    Battery,
    /// By `vehicleId`.
    Vehicle,
}

impl Target {
    /// What to call it in a sentence.
    #[must_use]
    pub fn noun(self) -> &'static str {
        match self {
            Self::Merchant => "merchant",
            Self::Member => "member",
            Self::Tank => "tank",
            Self::Battery => "battery",
            Self::Vehicle => "vehicle",
        }
    }

    fn from<'a>(self, field: &'static str, key: Option<&'a str>) -> Option<Reference<'a>> {
        key.map(|key| Reference { field, to: self, key })
    }
}

/// Something that only one record may have.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Claim {
    /// What it is.
    pub to: Unique,
    /// Which one.
    pub value: String,
}

/// What only one record can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Unique {
    /// A `merchantCode` or `shareCode`: one code space.
    MerchantCode,
    /// A member's id.
    MemberId,
    /// A battery that is with a member, by its code.
    BatteryInUse,
    /// A member who has a battery, by the phone.
    MemberWithBattery,
    /// A vehicle that is rented, by its code.
    VehicleRented,
    /// A member whose application for a refund is open, by the phone.
    OpenRefund,
}

impl Unique {
    fn claim(self, value: impl ToString) -> Claim {
        Claim { to: self, value: value.to_string() }
    }

    /// Why a second record is refused.
    #[must_use]
    pub fn refusal(self) -> &'static str {
        match self {
            Self::MerchantCode => {
                "another merchant has the merchantCode or shareCode already; the two are one code space"
            }
            Self::MemberId => "another member has the id already",
            Self::BatteryInUse => "the battery is with another member",
            Self::MemberWithBattery => "the member has another battery",
            Self::VehicleRented => "the vehicle has not been returned from another rental",
            Self::OpenRefund => "the member has another application that is open",
        }
    }
}
