//! What must hold of an exchange, given what was expected of it. One check a file; every part of a run uses them all.

/// The body of the reply is as documented.
mod body;
/// The content type of the reply is as documented.
mod content_type;
/// The reply came soon enough.
mod latency;
/// The reply repeats nothing of a refused request and shows nothing of the server's inside.
mod leak;
/// There is a reply, and it is no fault of the server.
mod server_error;
/// The status and the code are documented, and those that were expected.
mod status;
/// The violations of a refused request are named, all of them and no others.
mod violations;
/// Unknown fields are reported in `X-Contract-Warnings`, and nothing else is.
mod warnings;

use std::time::Duration;

use super::{Envelope, Exchange, Reply, Side};

pub use warnings::HEADER as WARNINGS_HEADER;

/// What a call must be answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expectation {
    /// The request is valid: a success, or a refusal that the operation documents; never 400. These JSON Pointers are
    /// of fields that the contract does not have: the reply reports them.
    Accepted {
        /// JSON Pointers of unknown fields.
        unknown: Vec<String>,
    },
    /// The request violates the contract: 400, and exactly these violations.
    Refused {
        /// JSON Pointer and rule of each.
        violations: Vec<(String, String)>,
    },
    /// The request violates the contract in a way whose place and rule it does not fix: 400.
    Invalid,
    /// The contract has no such path: 404 or 405.
    UnknownOperation,
    /// The operation has no such method: 405.
    WrongMethod,
    /// The body is no `application/json`: 415.
    UnsupportedMediaType,
    /// The body is too large: 413.
    TooLarge,
    /// Who calls is not known, for this reason: 401.
    Unauthorized(&'static str),
    /// Nothing in particular, but what holds of every reply: for parts that compare codes and bodies by themselves.
    Documented,
}

impl Expectation {
    /// A valid request without unknown fields.
    #[must_use]
    pub fn accepted() -> Self {
        Self::Accepted { unknown: Vec::new() }
    }
}

/// What a check looks at.
#[derive(Debug, Clone, Copy)]
pub struct Seen<'a> {
    /// The side.
    pub side: Side,
    /// The exchange.
    pub exchange: &'a Exchange,
    /// What was expected of it.
    pub expected: &'a Expectation,
    /// How long a reply may take, if that is limited.
    pub max_latency: Option<Duration>,
}

/// What a check found wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// A JSON Pointer into the reply, or into the request where the message says so.
    pub pointer: Option<String>,
    /// What does not hold, in one sentence.
    pub message: String,
}

impl Failure {
    /// A failure of the reply as a whole.
    pub fn new(message: impl Into<String>) -> Self {
        Self { pointer: None, message: message.into() }
    }

    /// A failure at a place.
    pub fn at(pointer: impl Into<String>, message: impl Into<String>) -> Self {
        Self { pointer: Some(pointer.into()), message: message.into() }
    }
}

/// A check: its name, and what it finds.
pub type Check = (&'static str, fn(&Seen<'_>, &Reply) -> Vec<Failure>);

/// The checks of every reply, by name.
pub const CHECKS: &[Check] = &[
    ("server error", server_error::check),
    ("status", status::check),
    ("content type", content_type::check),
    ("body", body::check),
    ("violations", violations::check),
    ("warnings", warnings::check),
    ("leak", leak::check),
    (LATENCY, latency::check),
];

/// The name of the check that the reply came soon enough.
pub const LATENCY: &str = "latency";

/// The name of the check that there is a reply at all.
pub const TRANSPORT: &str = "transport";

/// Everything that does not hold of an exchange, with the check that says so.
#[must_use]
pub fn all(seen: &Seen<'_>) -> Vec<(&'static str, Failure)> {
    match &seen.exchange.outcome {
        Ok(reply) => {
            let found =
                CHECKS.iter().flat_map(|(name, check)| check(seen, reply).into_iter().map(move |each| (*name, each)));
            found.collect()
        }
        Err(fault) => vec![(TRANSPORT, Failure::new(fault.to_string()))],
    }
}

impl Seen<'_> {
    fn envelope(&self) -> Envelope {
        self.side.envelope()
    }
}
