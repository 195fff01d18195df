//! Worlds: what the mock knows when it starts. One is read from a YAML file or built from a seed.

/// A world built from a seed.
mod build;
/// The invariants, entity by entity.
mod checks;
/// Merchants, tanks, batteries, vehicles, users and what belongs to them.
mod entities;
/// What is wrong with a value, without the value.
mod explain;
/// Reading a world file, refusing a broken one with its place.
mod file;
/// Codes, phone numbers, amounts, times: values that are well-formed by construction.
mod forms;
/// What Polaris's side starts from.
pub mod polaris;
/// All entities together, under their invariants.
mod records;
/// Rows found by key and by term.
mod table;

pub use build::{Generator, Size};
pub use checks::Problem;
pub use entities::{Battery, Deposit, Merchant, Migration, Package, PackageType, Refund, Tank, User, Vehicle};
pub use explain::explain;
pub use file::WorldError;
pub use forms::{
    Cents, Choice, Code, Cover, Day, Id, Latitude, Longitude, MerchantId, Moment, Name, Number, Phone, Reason,
    Sentence, Yuan,
};
pub use records::{Asset, Kept, Records};
pub use table::{Entity, Table};

use crate::clock::Time;

/// Everything that the mock starts from and goes back to.
///
/// The sides stand beside each other, as in the file.
#[derive(Debug, Clone)]
pub struct World {
    /// How the business clock starts; without it, at real time.
    pub clock: Option<Time>,
    /// What Weichuang knows.
    pub weichuang: Records,
    /// What Polaris knows.
    pub polaris: polaris::PolarisRecords,
}
