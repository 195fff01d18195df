//! Assembly: a router for each command, and a running server as a value.

/// Which pages of other origins may call.
mod cors;
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
/// The routes of each command.
pub mod router;
/// Start, address and stop of a server.
mod running;
/// Connections that do not wait for ever.
mod stall;
/// Bodies that nobody reads to their end.
mod surplus;
/// The bearer token that Weichuang may demand.
mod token;

pub use cors::PageOrigin;
pub use limits::Limits;
pub use metrics::Metrics;
pub use polaris_side::{PolarisSide, SideError};
pub use running::{Bound, Running, StartError, Tls, bind, is_loopback};
