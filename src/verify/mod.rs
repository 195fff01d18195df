//! `polaris verify`: does a server hold the contract?
//!
//! A black box: of the target it knows the base URL of one side and nothing else. Every part of a run (cases,
//! generated requests, walks …) hands its exchanges to one [`Recorder`], which holds them against the same
//! [`checks`], fills the same [`Coverage`] and keeps the same [`Finding`]s for the [`report`].

/// How much a run may still do.
mod budget;
/// The cases of the contract.
pub mod cases;
/// What must hold of an exchange, one check a file.
pub mod checks;
/// Another target that is asked the same.
mod compare;
/// The contract as the parts of a run need it.
pub mod contract;
/// Which cells of the contract were exercised, and how it went.
mod coverage;
/// A call, and what came of it.
mod exchange;
/// Something that does not hold, and what shows it.
mod finding;
/// Requests from the contract alone.
pub mod generate;
/// The pages of lists.
mod lists;
/// Where every part hands in what it saw.
mod recorder;
/// Reads that are repeated.
mod repeats;
/// What a run ends with, for people and programs.
pub mod report;
/// How much memory large replies take.
mod room;
/// One run: its parts in turn, within time and number.
mod run;
/// What every part of a run is given.
mod session;
/// The three sides of the interface.
mod side;
/// How calls are signed, rightly and wrongly.
mod signing;
/// The server under test.
mod target;
/// Walks that are held against invariants.
mod walk;

pub use budget::Budget;
pub use checks::Expectation;
pub use contract::Contract;
pub use coverage::{Cell, Coverage, State, Tally};
pub use exchange::{Call, Exchange, Fault, Reply};
pub use finding::{Finding, Origin};
pub use recorder::{Answers, Kept, Latencies, Purpose, Recorded, Recorder};
pub use report::Report;
pub use run::{Options, Run, RunError};
pub use session::{Part, Session};
pub use side::{Envelope, Side};
pub use signing::{Anew, Signed, Signing};
pub use target::{Target, TargetError};
