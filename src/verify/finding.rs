use std::{fmt, sync::Arc};

use super::{Exchange, checks, contract::Operation};

/// Something that does not hold.
#[derive(Debug, Clone)]
pub struct Finding {
    /// The check that found it, e.g. `status`.
    pub check: &'static str,
    /// The operation that it is about.
    pub operation: Option<&'static Operation>,
    /// A JSON Pointer into the request or the reply, where there is one.
    pub pointer: Option<String>,
    /// What does not hold, in one sentence.
    pub message: String,
    /// The exchanges that show it, in their order.
    pub exchanges: Vec<Arc<Exchange>>,
    /// Where it came from.
    pub origin: Origin,
}

impl Finding {
    /// The id of the operation, or `(unknown)`.
    #[must_use]
    pub fn operation_id(&self) -> &'static str {
        self.operation.map_or("(unknown)", Operation::id)
    }

    /// Whether it belongs to the request: how long a reply took, or that none came, shows nothing with a smaller one.
    #[must_use]
    pub fn shrinks(&self) -> bool {
        ![checks::TRANSPORT, checks::LATENCY].contains(&self.check)
    }

    /// The section of the page, e.g. `2.2.7`.
    #[must_use]
    pub fn section(&self) -> Option<&'static str> {
        self.operation.map(|operation| operation.info.section)
    }
}

/// Where an exchange came from, so that it can be made again.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Origin {
    /// The part of the run, e.g. `generated`.
    pub part: &'static str,
    /// What within it: the keyword that is violated, a case's file and name, the seed of a walk.
    pub name: String,
}

impl Origin {
    /// An origin.
    pub fn new(part: &'static str, name: impl Into<String>) -> Self {
        Self { part, name: name.into() }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: {}", self.part, self.name)
    }
}
