//! Hostile input: what `docs/ATTACKS.md` tells of. Each test prints a table, attack by attack; see it with
//! `cargo test --test integration attacks:: -- --nocapture`.

/// Every attack in every field of every operation.
mod fields;
/// Signed calls whose parameters are hostile.
mod gateway;
/// The attacks.
mod hostile;
/// A value in a place of a request.
mod placed;
/// A server under attack.
mod server;
/// What happened.
mod tally;
