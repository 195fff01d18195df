//! How a call to KOP is signed, the same code for those who sign and for those who check: pure functions over the query's
//! parameters and the raw body. `docs/SIGNING.md` tells the algorithm in words, with vectors that a test checks.
//!
//! What a signature does not say, whether the app is known, the time is now and the call is new, is the gateway's part.

/// The top-level fields of a raw body.
mod body;
/// The two methods.
mod method;
/// The parameters of a query.
mod parameters;
/// An app's way to sign.
mod signer;
/// The text that is signed.
mod text;

pub use method::Method;
pub use parameters::Parameters;
pub use signer::{Secret, Signer};
pub use text::SignedText;

use super::Rule;

/// Why a call cannot be signed, nor its signature be checked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unsignable {
    /// A parameter stands twice: nobody could say which one counts.
    #[error("a parameter stands twice")]
    RepeatedParameter,
    /// A parameter that the method wants is not there.
    #[error("the parameter {0} is missing")]
    MissingParameter(&'static str),
    /// The `nonce` is not 16 to 64 visible ASCII characters.
    #[error("the nonce should be 16 to 64 visible ASCII characters")]
    Nonce,
    /// `signMethod` names no method that is known.
    #[error("there is no such signMethod")]
    UnknownMethod,
    /// The body is no JSON object in UTF-8, or a field of it stands twice: the rule that it breaks.
    #[error("the body breaks the rule {}", .0.name())]
    Body(Rule<'static>),
    /// The body says something else of a parameter that the gateway goes by. The body's value is the one that would be
    /// signed, and the gateway's own would be anybody's to change.
    #[error("the body contradicts the parameter {0}")]
    Contradiction(&'static str),
}
