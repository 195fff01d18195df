//! The decoders of all requests: the first byte chooses the operation, the rest is the body.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use polaris_fuzz::{Target, targets};

static TARGETS: LazyLock<Vec<Target>> = LazyLock::new(targets);

fuzz_target!(|input: &[u8]| {
    if let Some((first, body)) = input.split_first() {
        (TARGETS[usize::from(*first) % TARGETS.len()].decode)(body);
    }
});
