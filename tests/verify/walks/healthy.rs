use std::collections::BTreeSet;

use polaris::verify::{Side, State};

use super::walks;
use crate::{
    support::App,
    verify::{
        assert_conforms,
        cases::{Engine, Servers},
    },
};

/// Walks against the mock with several seeds; gives the rules that no walk has come to, by operation.
async fn never(side: Side, prefix: &str, seeds: std::ops::Range<u64>, steps: u64) -> Vec<String> {
    let (mut all, mut seen) = (BTreeSet::new(), BTreeSet::new());
    for seed in seeds {
        let app = App::start().await;
        let report = walks(side, &app.url(prefix), |options| {
            (options.seed, options.max_cases) = (seed * 5, Some(steps));
        })
        .await;
        assert_conforms(&report);
        for (cell, tally) in report.recorded.coverage.cells().filter(|(cell, _)| cell.kind() == "rule") {
            let name = format!("{} {cell}", cell.operation());
            if tally.state() == State::Passed {
                seen.insert(name.clone());
            }
            all.insert(name);
        }
    }
    all.difference(&seen).cloned().collect()
}

#[tokio::test]
async fn the_mock_of_weichuang_holds_every_invariant() {
    let never = never(Side::Weichuang, "/weichuang", 0..4, 600).await;
    assert!(never.len() <= 3, "{never:#?}");
}

#[tokio::test]
async fn the_mock_of_our_own_side_holds_every_invariant() {
    let never = never(Side::Polaris, "/kop", 0..3, 400).await;
    assert!(never.len() <= 10, "{never:#?}");
}

#[tokio::test]
async fn the_mock_of_the_internal_side_holds_every_invariant() {
    let never = never(Side::Internal, "/internal", 0..3, 250).await;
    assert!(never.len() <= 3, "{never:#?}");
}

#[tokio::test]
async fn production_holds_every_invariant_on_both_engines() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let Some(servers) = Servers::start(engine).await else { return };
        for side in [Side::Polaris, Side::Internal] {
            assert_conforms(&walks(side, servers.base(side).as_str(), |options| options.max_cases = Some(200)).await);
        }
    }
}
