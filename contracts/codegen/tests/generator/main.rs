//! What the generator writes, what it refuses, and that the committed files are what it writes.

/// The committed files are up to date, and stale ones are found.
mod freshness;
/// What is written for small documents that use every keyword.
mod snapshots;
/// What is refused, and in which words.
mod strictness;

/// A small document with flat replies.
const FLAT: &str = include_str!("../fixtures/flat.yaml");
/// A small document with KOP's envelope.
const KOP: &str = include_str!("../fixtures/kop.yaml");
