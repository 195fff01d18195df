//! What generated code stands on: shapes of fields, violations, the two validators, envelopes, server and client.

/// The checks that generated validators are made of.
pub mod check;
/// One call of a generated client, from request to classified result.
#[cfg(feature = "client")]
pub mod client;
/// The two envelopes, KOP's and Weichuang's flat one.
mod envelope;
/// Sample values that fit the contract.
#[cfg(feature = "fake")]
pub mod faker;
/// String formats that a pattern cannot say.
pub mod format;
/// Integers as JSON Schema knows them.
mod integer;
/// Objects alone for structs.
mod objects;
/// What is known of an operation at compile time.
mod operation;
/// JSON Pointers, built only when somebody needs one.
mod pointer;
/// From bytes to a checked value, or to the complete list of violations.
mod reading;
/// The JSON Schema validators of a document.
mod schema;
/// The generated handlers' way in and out.
#[cfg(feature = "server")]
pub mod server;
/// Field shapes: required and nullable, absent unless asked.
mod shape;
/// How a call to KOP is signed.
#[cfg(feature = "signature")]
pub mod signature;
/// The text of a body.
mod text;
/// The id that joins a reply with its log lines.
mod trace;
/// Violations and the rules they name.
mod violation;

use serde::{Serialize, de::DeserializeOwned};

pub use envelope::{Envelope, Failure, FailureBody, Flat, InvalidRequest, Refusal, Success};
pub use integer::integer;
pub use operation::{Operation, OperationInfo, OperationVisitor, Status};
pub use pointer::At;
pub use reading::{Reading, parse, read, read_strictly};
pub use schema::Document;
pub use shape::{Absent, NoData, Nullable, filter, present};
pub use text::text;
pub use trace::TraceId;
pub use violation::{Report, Rule, Validate, Violation};

/// A value that travels over the wire under the contract.
pub trait Wire: Serialize + DeserializeOwned + Validate + Sample + Send + Sync + 'static {}

impl<T: Serialize + DeserializeOwned + Validate + Sample + Send + Sync + 'static> Wire for T {}

/// A value that sample data can be made of, where the feature `fake` is on.
#[cfg(feature = "fake")]
pub trait Sample: fake::Dummy<faker::Fit> {}

#[cfg(feature = "fake")]
impl<T: fake::Dummy<faker::Fit>> Sample for T {}

/// A value that sample data can be made of, where the feature `fake` is on.
#[cfg(not(feature = "fake"))]
pub trait Sample {}

#[cfg(not(feature = "fake"))]
impl<T> Sample for T {}
