//! Assembly: a router for each command, and a running server as a value.

/// Connections: accepted, answered, drained.
mod accept;
/// Room for bodies.
mod bodies;
/// What a server has for its calls.
mod capacity;
/// Which pages of other origins may call.
mod cors;
/// How many files may be open.
mod descriptors;
/// Swagger UI.
mod docs;
/// The documents themselves, as YAML and JSON.
mod documents;
/// What every exchange gets: an id, a span, an answer in the form of its side.
mod exchange;
/// Failures that no operation answers.
mod failure;
/// What browsers may do with a reply.
mod headers;
/// Whether the server lives, and can work.
mod health;
/// The page at `/`.
mod home;
/// How much a server takes on.
mod limits;
/// What a server counts.
mod metrics;
/// Our own side in `polaris mock`.
mod polaris_side;
/// Complaints that are not made each time.
mod rarely;
/// The routes of each command.
pub mod router;
/// Start, address and stop of a server.
mod running;
/// Who holds a connection, and who makes room.
mod seats;
/// Connections that do not wait for ever.
mod stall;
/// Bodies that nobody reads to their end.
mod surplus;
/// A certificate.
mod tls;
/// The bearer token that Weichuang may demand.
mod token;

pub use bodies::Received;
pub use capacity::{Capacity, Place};
pub use cors::PageOrigin;
pub use descriptors::{Descriptors, TooFew};
pub use health::Draining;
pub use limits::Limits;
pub use metrics::Metrics;
pub use polaris_side::{PolarisSide, SideError};
pub use running::{Bound, Running, StartError, bind, is_loopback};
pub use seats::{Connections, Peer};
pub use tls::Tls;
