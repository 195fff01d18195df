use std::fmt::{self, Display};

/// The id of one exchange: 16 hex digits, in the reply of a failure (`traceId`) and in every log line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TraceId(pub u64);

impl Display for TraceId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{:016x}", self.0)
    }
}
