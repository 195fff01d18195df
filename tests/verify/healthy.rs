use polaris::{
    gateway::Access,
    server::{self, router},
    verify::{Options, Side, State},
};
use serde_json::json;

use super::{assert_conforms, verify};
use crate::{
    backend::on_both_engines,
    support::{App, post},
};

#[tokio::test]
async fn the_mock_of_weichuang_passes_with_any_seed() {
    let app = App::start().await;
    for seed in 2..5 {
        let quick = |options: &mut Options| (options.seed, options.max_cases) = (seed, Some(500));
        assert_conforms(&verify(Side::Weichuang, &app.url("/weichuang"), quick).await);
    }
}

#[tokio::test]
async fn against_the_mock_of_weichuang_nothing_is_left_out_that_can_be_provoked() {
    let app = App::start().await;
    let report = verify(Side::Weichuang, &app.url("/weichuang"), |options| {
        options.seed = 1;
        let elsewhere = [(Side::Polaris, "/kop"), (Side::Internal, "/internal")];
        options.elsewhere = elsewhere.map(|(side, path)| (side, app.url(path).parse().expect("a URL"))).into();
    })
    .await;
    assert_conforms(&report);
    assert!(report.recorded.exchanges > 1500, "{}", report.recorded.exchanges);
    assert_eq!(report.warnings(), [""; 0]);
    let never = report.recorded.coverage.cells().filter(|(_, tally)| tally.state() == State::Never);
    let never: Vec<_> =
        never.map(|(cell, tally)| (cell.to_string(), tally.reason.clone().unwrap_or_default())).collect();
    // Walks come to most invariants, whatever the seed, and not to all. An invariant's name is a sentence, a rule's an id.
    let (walks, never): (Vec<_>, Vec<_>) =
        never.into_iter().partition(|(cell, reason)| cell.contains(' ') && reason.is_empty());
    assert!(walks.len() <= 3, "{walks:#?}");
    // With flat.token, the case about a token.
    assert_eq!(never.len(), 19, "{never:#?}");
    for (code, reason) in never.iter().filter(|(cell, _)| cell != "flat.token") {
        let known = [("401", "the run has no token"), ("500", "only a server in trouble answers so")];
        assert!(known.contains(&(code.as_str(), reason.as_str())), "{code}: {reason}");
    }
}

#[tokio::test]
async fn a_mock_with_a_token_passes_with_the_token() {
    let settings = router::Settings { token: Some("secret-token".into()), ..router::Settings::default() };
    let app = App::start_with(settings).await;
    let report = verify(Side::Weichuang, &app.url("/weichuang"), |options| {
        options.token = Some(contracts::runtime::client::Hidden("secret-token".into()));
        options.operations = vec!["queryBatteries".into()];
    })
    .await;
    assert_conforms(&report);
    let refused = report.recorded.coverage.cells().find(|(cell, _)| cell.to_string() == "no token").expect("a cell");
    assert_eq!(refused.1.passed, 1);
}

#[tokio::test]
async fn the_backend_passes_on_both_engines() {
    on_both_engines(|bench| async move {
        // All of it, its Weichuang too.
        let bench = bench;
        let serve = |routes| async move {
            server::bind("127.0.0.1", 0).await.expect("a port").serve(routes).expect("a server")
        };
        let internal = server::bind("127.0.0.1", 0)
            .await
            .expect("a port")
            .serve(router::internal(&bench.backend, &router::Serve::with(Access::Open)));
        let internal = internal.expect("a server");
        let public = serve(router::public(&bench.backend, &router::Serve::with(Access::Open))).await;
        let http = reqwest::Client::builder().no_proxy().build().expect("a client");
        let call = async |path: &str, body| {
            post(&http, format!("{}/internal{path}", internal.url()), body).await.expect("an answer")
        };
        assert_eq!(call("/migration/start", json!({"phoneNo": "13333111222"})).await["code"], 200);
        for number in 0..23 {
            let order = json!({
                "externalNo": format!("S{number}"), "phoneNo": "13333111222", "deviceId": "TK0001", "orderType": 1,
                "orderState": 0, "startTime": format!("2021-09-02 10:{:02}:00", number / 2),
            });
            assert_eq!(call("/order/record", order).await["code"], 200);
        }
        let report =
            verify(Side::Polaris, &format!("{}/kop", public.url()), |options| options.max_cases = Some(2500)).await;
        assert_conforms(&report);
        let pages =
            report.recorded.coverage.cells().filter(|(cell, tally)| cell.to_string() == "pages" && tally.passed > 0);
        let pages: Vec<_> = pages.map(|(cell, _)| cell.operation()).collect();
        assert!(pages.contains(&"queryOrders") && pages.contains(&"listMembers"), "{pages:?}");
        let report =
            verify(Side::Internal, &format!("{}/internal", internal.url()), |options| options.max_cases = Some(1500))
                .await;
        assert_conforms(&report);
    })
    .await;
}

#[tokio::test]
async fn the_mock_of_our_own_side_passes() {
    let app = App::start().await;
    for (side, prefix) in [(Side::Polaris, "/kop"), (Side::Internal, "/internal")] {
        let report = verify(side, &app.url(prefix), |options| options.max_cases = Some(1500)).await;
        assert_conforms(&report);
    }
}
