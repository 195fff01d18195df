//! Polaris: the contract-first mock and conformance server of the battery-swap interface.
//!
//! `contracts` says what the two companies exchange, `mocks` plays Weichuang; this package assembles them into
//! servers ([`server`]) and commands ([`cli`]), and compares versions of the contract ([`diff`]).

/// The production implementation of our side.
pub mod backend;
/// The commands of the binary, one file each.
pub mod cli;
/// Two versions of a contract, and whom their differences break.
pub mod diff;
/// What stands between the network and the operations: signatures, apps, scopes.
pub mod gateway;
/// Personal data, shortened.
pub mod mask;
/// What others have said, as a terminal may show it.
mod plain;
/// The HTTP servers: routes, documents, failures, start and stop.
pub mod server;
/// The settings of the production server.
pub mod settings;
/// Conformance: does a server hold the contract?
pub mod verify;
