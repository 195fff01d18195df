//! Signatures: what is signed holds, and nothing else does.

/// Any call, signed and tampered with.
mod properties;
/// What cannot be signed.
mod refusals;
