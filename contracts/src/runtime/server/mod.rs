//! The generated handlers' way in and out: a call that is parsed, validated and traced, and the two forms of reply.

/// A request on its way in.
mod call;
/// Replies and refusals in Weichuang's flat form.
pub mod flat;
/// Which bodies can be read, by what their heads say.
mod form;
/// Replies and failures in KOP's envelope.
pub mod kop;
/// poem-openapi's view of the field shapes.
mod schema;
/// The header that reports unknown fields.
mod warnings;

pub use call::{BODY_LIMIT, Call, Rejection, Strict, whole};
pub use form::{Named, readable};
