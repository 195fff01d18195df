/// What is wrong with a file of cases.
mod book;
/// The typed clients, by operation.
mod clients;
/// The cases as parts of a run: repeated, read-only, with another server's data.
mod runs;
/// The servers that the cases run against.
mod servers;
/// Every case on every server, as raw HTTP and through the clients.
mod stories;
/// A story as a snapshot tells it.
mod story;

pub use servers::{Engine, Servers};
