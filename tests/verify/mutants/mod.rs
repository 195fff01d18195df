//! The proof that `polaris verify` sees what is wrong: healthy servers, each damaged in one way at one operation, and
//! whether a run names that operation. `tests/verify/mutation.rs` runs a sample, `benches/mutants.rs` all of it.

/// What was asked and what is answered.
mod call;
/// Damage to the fields of a success.
mod fields;
/// Damage to the form of a reply: status, headers, what a refusal says.
mod forms;
/// Whether a run finds a mutant.
mod judge;
/// Damage to lists and their pages.
mod lists;
/// A mutator at a place of an operation.
mod mutant;
/// A place in a JSON value.
mod place;
/// The server in front of the healthy one.
mod proxy;
/// Damage to what is accepted, and to what reaches the healthy server.
mod requests;
/// The mutants that are not found, and why.
mod survivors;

pub use judge::{Judge, Outcome, judge_all};
pub use mutant::{Mutant, all};
pub use survivors::known;
