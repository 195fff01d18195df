use std::error::Error;

use super::{Cause, Hidden};
use crate::runtime::Violation;

/// Why a call has no answer. The variants tell a caller who may not act twice what it may do next.
///
/// Neither `Display` nor `Debug` shows what stood in a request or a reply: both go to logs, and a peer's sentence may
/// name a person.
#[derive(Debug, thiserror::Error)]
pub enum CallError {
    /// The peer answered and refused: nothing was done.
    #[error("refused with {code}")]
    Refused {
        /// The peer's `result` or `code`.
        code: i64,
        /// The peer's reason.
        msg: Hidden,
        /// The violations that the peer names, for 400.
        violations: Vec<Violation>,
    },
    /// The peer was not reached: nothing was done.
    #[error("could not be reached{}: {cause}", if *.proxy { " through the proxy of the environment" } else { "" })]
    Unreachable {
        /// Why.
        cause: Cause,
        /// Whether it was a proxy that could not be reached, or did not reach the peer.
        proxy: bool,
        /// What the transport says.
        source: reqwest::Error,
    },
    /// Something answered, in a form that the contract does not know. After a 2xx the peer has probably acted; any
    /// other status is as a rule that of somebody in between.
    #[error("HTTP {status} with an invalid reply{}", first(.violations))]
    InvalidReply {
        /// The HTTP status.
        status: u16,
        /// What is wrong with the reply.
        violations: Vec<Violation>,
    },
    /// The request was sent, and no answer says what became of it: the peer failed, or somebody in between did, or
    /// the connection.
    #[error("the outcome is unknown: {reason}")]
    OutcomeUnknown {
        /// What happened instead of an answer.
        reason: String,
        /// The cause, where there is one.
        #[source]
        source: Option<reqwest::Error>,
    },
    /// The client could not be set up, or the request not be written.
    #[error("the call could not be made")]
    Setup(#[source] Box<dyn Error + Send + Sync>),
}

fn first(violations: &[Violation]) -> String {
    violations.first().map(|violation| format!(": {violation}")).unwrap_or_default()
}

impl CallError {
    pub(super) fn setup(error: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        CallError::Setup(error.into())
    }

    /// Why the peer did not answer; none for an error that is an answer, or comes before the call.
    #[must_use]
    pub fn cause(&self) -> Option<Cause> {
        match self {
            CallError::Unreachable { cause, .. } => Some(*cause),
            CallError::OutcomeUnknown { source, .. } => source.as_ref().map(Cause::of),
            CallError::Refused { .. } | CallError::InvalidReply { .. } | CallError::Setup(_) => None,
        }
    }

    /// What a failure of the transport says of the call; `proxied` if there is a proxy in between.
    pub(super) fn from_transport(error: reqwest::Error, proxied: bool) -> Self {
        let source = error.without_url();
        if source.is_connect() {
            let cause = Cause::of(&source);
            return CallError::Unreachable { cause, proxy: proxied && cause.is_of_connection(), source };
        }
        let error = source;
        if error.is_builder() {
            return CallError::setup(error);
        }
        let reason = if error.is_timeout() { "no answer in time" } else { "the connection broke" };
        CallError::OutcomeUnknown { reason: reason.to_owned(), source: Some(error) }
    }
}
