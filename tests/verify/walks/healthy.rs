use polaris::verify::{Side, State};

use super::walks;
use crate::{
    support::App,
    verify::{
        assert_conforms,
        cases::{Engine, Servers},
    },
};

#[tokio::test]
async fn the_mock_holds_every_invariant_with_any_seed() {
    for seed in 0..3 {
        let app = App::start().await;
        for (side, prefix) in [(Side::Weichuang, "/weichuang"), (Side::Polaris, "/kop"), (Side::Internal, "/internal")] {
            let report = walks(side, &app.url(prefix), |options| (options.seed, options.max_cases) = (seed, Some(if side == Side::Weichuang { 500 } else { 250 }))).await;
            assert_conforms(&report);
            let cells = report.recorded.coverage.cells();
            for (cell, tally) in cells.filter(|(cell, _)| cell.kind() == "rule") {
                if tally.state() == State::Never {
                    eprintln!("{side} {seed} {} {cell}: {:?}", cell.operation(), tally.reason);
                }
            }
            eprintln!("{side} {} exchanges in {:?}", report.recorded.exchanges, report.duration);
        }
    }
}

#[tokio::test]
async fn production_holds_every_invariant_on_both_engines() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let Some(servers) = Servers::start(engine).await else { return };
        for side in [Side::Polaris, Side::Internal] {
            assert_conforms(&walks(side, servers.base(side).as_str(), |options| options.max_cases = Some(250)).await);
        }
    }
}
