/// A server under test, and calls to it.
mod app;
/// The binary under test.
mod binary;
/// What some tests need beyond Rust, and what happens where it is missing.
mod need;
/// A reply, and how it is held against snapshots and the contract.
mod reply;
/// The sides of the contract, and their documents.
mod side;

pub use app::{App, Body};
pub use binary::{Binary, free_port};
pub use need::{need, program};
pub use reply::{Reply, trace_id};
pub use side::SIDES;
