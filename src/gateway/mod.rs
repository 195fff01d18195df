//! What stands between the network and the operations of `openapi/polaris.yaml`: who calls is known by its signature,
//! may call what its app may call, and sees what its app may see. `docs/SIGNING.md` tells how a call is signed.

/// Apps: who may call.
pub mod apps;
/// The check of a call.
mod check;
/// The check as middleware around the operations.
mod guard;
/// `POST /gateway?api=NAME`, KOP's spelling of a call.
mod kop;
/// Keys and secrets by chance.
mod random;
/// How often an app may call.
mod rate;
/// Why a call is refused, as the caller hears it.
mod refusal;
/// A signature is accepted once.
mod replay;
/// Secrets at rest.
mod seal;

pub use apps::Credentials;
pub use check::{Access, Announced, Gateway, Options, Signed};
pub use guard::{Guard, Refused};
pub use kop::KopGateway;
pub use random::nonce;
pub use rate::Rate;
pub use refusal::Refusal;
pub use replay::Replay;
pub use seal::{SealError, SealingKey};
