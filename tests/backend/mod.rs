/// Tanks, batteries, vehicles, rentals, and who has what.
mod assets;
/// A backend to test, on both engines.
mod bench;
/// Deposits and their refunds.
mod deposits;
/// Data in, in bulk.
mod intake;
/// Many values in one parameter.
mod many;
/// Members: who they are, and which state they are in.
mod members;
/// Merchants and their codes.
mod merchants;
/// Users who move from Weichuang to us.
mod migration;
/// The schema and its steps.
mod migrations;
/// A new database, opened.
pub mod opening;
/// Swap orders.
mod orders;
/// What Weichuang must be told.
mod outbox;
/// Gifts and monthly orders.
mod packages;
/// A Weichuang that misbehaves.
mod partner;
/// Access reviews.
mod reviews;
/// What stands in the database.
mod rows;
/// PostgreSQL over TLS.
mod tls;
/// Transactions that end in another way than they should.
mod transactions;

pub use bench::{Bench, on_both_engines};
pub use rows::stored;
