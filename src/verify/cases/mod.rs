//! The contract's cases: calls and what they must be answered, as data (`contracts/cases/`).
//!
//! A case shows one rule. It runs against any server: what the server's data must provide has names ([`Data`]), and a
//! case whose preconditions that data does not meet is not exercised, never passed and never failed.

/// The names of what a server's data must provide, and their values.
mod data;
/// Why a file was refused.
mod error;
/// The fields of a mapping.
mod fields;
/// A file of cases.
mod file;
/// Values that the target has not seen.
mod fresh;
/// A value held against its pattern.
mod matching;
/// A value of a YAML file, with its place.
mod node;
/// The cases as a part of a run.
mod part;
/// What a value must be like.
mod pattern;
/// The rules that cases show.
mod rules;
/// One case, call by call.
mod run;
/// What names stand for.
mod scope;
/// One call of a case.
mod step;
/// JSON values with references to names.
mod template;

use std::sync::OnceLock;

pub use data::{Data, DataName};
pub use error::CaseError;
pub use file::Case;
pub use fresh::Fresh;
pub use part::{Cases, Elsewhere};
pub use rules::Rule;
pub use run::{Asked, Calls, Failed, Verdict, run};

/// Everything under `contracts/cases/`.
#[derive(Debug)]
pub struct Book {
    /// The rules, in their order.
    pub rules: Vec<Rule>,
    /// The names of what a server's data must provide.
    pub names: Vec<DataName>,
    /// What our own servers' built-in world provides for them.
    pub world: Data,
    /// The cases, file by file.
    pub cases: Vec<Case>,
}

macro_rules! files {
    ($($name:literal),* $(,)?) => {
        &[$(($name, include_str!(concat!("../../../contracts/cases/", $name)))),*]
    };
}

/// The files, in the order in which they run. A test sees that none is forgotten.
const FILES: &[(&str, &str)] = files![
    "weichuang/requests.yaml",
    "weichuang/queryTanks.yaml",
    "weichuang/updateBatteryBinding.yaml",
    "weichuang/queryBatteries.yaml",
    "weichuang/queryUserDeposit.yaml",
    "weichuang/queryUserPackage.yaml",
    "weichuang/queryUser.yaml",
    "weichuang/completeMigration.yaml",
    "weichuang/refundDeposit.yaml",
    "weichuang/syncAssetBindings.yaml",
    "polaris/requests.yaml",
    "polaris/pages.yaml",
    "polaris/codes.yaml",
    "polaris/handleAbnormalOrder.yaml",
    "polaris/listMerchantBatteries.yaml",
    "polaris/listMerchantMembers.yaml",
    "polaris/listOperationBatteries.yaml",
    "polaris/listOverdueVehicles.yaml",
    "polaris/memberBatteries.yaml",
    "polaris/members.yaml",
    "polaris/packages.yaml",
    "polaris/queryOrders.yaml",
    "polaris/records.yaml",
    "polaris/refunds.yaml",
    "polaris/reviews.yaml",
    "polaris/tankUpdate.yaml",
    "internal/requests.yaml",
    "internal/bindings.yaml",
    "internal/inflow.yaml",
    "internal/migration.yaml",
    "internal/outbox.yaml",
    "flows/bindings.yaml",
    "flows/migration.yaml",
    "flows/outbox.yaml",
];

impl Book {
    /// The cases that this binary was built with.
    ///
    /// # Errors
    /// None while the test that reads them passes.
    pub fn built_in() -> Result<&'static Self, CaseError> {
        static BOOK: OnceLock<Result<Book, CaseError>> = OnceLock::new();
        let book = BOOK.get_or_init(|| {
            Self::read(
                ("rules.yaml", include_str!("../../../contracts/cases/rules.yaml")),
                ("data.yaml", include_str!("../../../contracts/cases/data.yaml")),
                FILES,
            )
        });
        book.as_ref().map_err(Clone::clone)
    }

    /// Reads rules, descriptions of data, and files of cases, each with its name and text.
    ///
    /// # Errors
    /// The first mistake, with file, line and column.
    pub fn read(rules: (&str, &str), data: (&str, &str), files: &[(&str, &str)]) -> Result<Self, CaseError> {
        let rules = rules::read(rules.0, rules.1)?;
        let (names, world) = data::describe(data.0, data.1)?;
        let mut cases = Vec::new();
        for (file, text) in files {
            cases.extend(file::read(file, text, &rules, &names)?);
        }
        Ok(Self { rules, names, world, cases })
    }

    /// The names of the built-in files of cases.
    pub fn files() -> impl Iterator<Item = &'static str> {
        FILES.iter().map(|(name, _)| *name)
    }
}
