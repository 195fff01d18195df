//! Walks over operations that share data, held against the invariants of `contracts/cases/invariants.yaml`.

/// Each is broken by some server, found, and shrunk.
mod broken;
/// Healthy servers hold them all.
mod healthy;

use polaris::verify::{Options, Report, Side};

use super::verify;

/// Walks alone, over data that nobody misses.
async fn walks(side: Side, target: &str, change: impl FnOnce(&mut Options)) -> Report {
    verify(side, target, |options| {
        options.parts = vec!["walks".into()];
        options.write_seen = true;
        options.run = 7;
        change(options);
    })
    .await
}
