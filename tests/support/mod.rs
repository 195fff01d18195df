/// A server under test, and calls to it.
mod app;
/// The binary under test.
mod binary;
/// What some tests need beyond Rust, and what happens where it is missing.
mod need;
/// A PostgreSQL of the tests' own.
mod postgres;
/// A reverse proxy.
mod proxy;
/// A reply, and how it is held against snapshots and the contract.
mod reply;
/// `polaris serve` under test.
mod serving;
/// The sides of the contract, and their documents.
mod side;

pub use app::{App, Body};
pub use binary::{Binary, Ended, free_port, without_proxies};
pub use need::{need, program};
pub use postgres::{Around, Cluster, fresh_database, fresh_database_with};
pub use proxy::Proxy;
pub use reply::{Reply, trace_id};
pub use serving::{Folder, Serving, post};
pub use side::SIDES;
