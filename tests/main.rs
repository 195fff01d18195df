//! The integration tests, one binary, mirrored by domain. Every test starts a server of its own on a free port.

/// Hostile input to everything that listens.
mod attacks;
/// The production backend, on both engines.
mod backend;
/// Swagger UI in a real browser.
mod browser;
/// The binary: its output, its exit codes, its signals.
mod cli;
/// Every operation of the contract, good and bad input.
mod contract;
/// Two versions of a contract, and whom their differences break.
mod diff;
/// The documents and Swagger UI, without a browser.
mod docs;
/// Signatures, apps and their scopes.
mod gateway;
/// The project itself: licences, READMEs.
mod project;
/// Routing, CORS, strict mode, token, connections.
mod server;
/// What the tests share.
mod support;
/// Conformance: healthy servers pass, damaged ones do not.
mod verify;
/// The stateful mock of Weichuang.
mod weichuang;
