use polaris::{
    server::{self, router},
    verify::Side,
};
use serde_json::json;

use super::{assert_conforms, verify};
use crate::{
    backend::on_both_engines,
    support::{App, post},
};

#[tokio::test]
async fn the_mock_of_weichuang_passes_with_any_seed() {
    for seed in [1, 2] {
        let app = App::start().await;
        let report = verify(Side::Weichuang, &app.url("/weichuang"), |options| options.seed = seed).await;
        assert_conforms(&report);
        assert!(report.recorded.exchanges > 1500, "{}", report.recorded.exchanges);
        assert_eq!(report.warnings(), [""; 0]);
        // What is left are faults that nobody can provoke, and the token that the mock does not demand.
        let (_, failed, never) = report.recorded.coverage.sums();
        assert_eq!((failed, never), (0, 18));
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
        let serve = |routes| async move {
            server::bind("127.0.0.1", 0).await.expect("a port").serve(routes).expect("a server")
        };
        let internal = server::bind("127.0.0.1", 0).await.expect("a port").serve(router::internal(&bench.backend));
        let internal = internal.expect("a server");
        let public = serve(router::public(&bench.backend)).await;
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
        assert!(report.recorded.sampled.is_empty());
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
async fn sample_data_pass_and_the_report_says_that_they_are_sample_data() {
    let app = App::start().await;
    for (side, prefix) in [(Side::Polaris, "/kop"), (Side::Internal, "/internal")] {
        let report = verify(side, &app.url(prefix), |options| options.max_cases = Some(1000)).await;
        assert_conforms(&report);
        assert!(report.warnings()[0].starts_with("the target answers with sample data"), "{:?}", report.warnings());
    }
}
