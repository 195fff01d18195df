use super::{Failure, Seen};
use crate::verify::Reply;

/// The reply came within the bound that was asked for.
pub(super) fn check(seen: &Seen<'_>, _: &Reply) -> Vec<Failure> {
    match seen.max_latency {
        Some(bound) if seen.exchange.latency > bound => {
            let message = format!("the reply took {:.1?}, more than {bound:.1?}", seen.exchange.latency);
            vec![Failure::new(message)]
        }
        _ => Vec::new(),
    }
}
