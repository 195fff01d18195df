use contracts::runtime::client::Hidden;
use polaris::server::router;
use polaris::verify::{Cell, Options, Report, Side, State, cases::Book, cases::Data};

use super::{
    super::{assert_conforms, lines, verify},
    servers::{Engine, Servers},
};
use crate::support::{App, Binary};

/// A run of the cases alone.
async fn cases(servers: &Servers, side: Side, change: impl FnOnce(&mut Options)) -> Report {
    verify(side, servers.base(side).as_str(), |options| {
        options.elsewhere =
            Side::ALL.iter().filter(|other| **other != side).map(|side| (*side, servers.base(*side))).collect();
        options.parts = vec!["cases".into()];
        change(options);
    })
    .await
}

/// The rules that were not exercised, and why.
fn never(report: &Report) -> Vec<(String, String)> {
    let ids: Vec<_> = Book::built_in().expect("the cases").rules.iter().map(|rule| rule.id.clone()).collect();
    let never = report.recorded.coverage.cells().filter(|(cell, tally)| {
        matches!(cell, Cell::Rule { name, .. } if ids.contains(name)) && tally.state() == State::Never
    });
    never.map(|(cell, tally)| (cell.to_string(), tally.reason.clone().unwrap_or_default())).collect()
}

#[tokio::test]
async fn the_cases_pass_again_and_again_on_the_same_server() {
    let servers = Servers::start(Engine::Mock).await.expect("a mock");
    for _ in 0..2 {
        for side in Side::ALL {
            let report = cases(&servers, side, |_| {}).await;
            assert_conforms(&report);
            let never = never(&report);
            // What is used up has its name.
            let known = ["flat.token", "migration.done", "migrate.done", "refund.weichuang", "refund.refused"];
            assert!(
                never.iter().all(|(rule, why)| known.contains(&rule.as_str()) && why.contains("precondition")),
                "{never:?}"
            );
        }
    }
}

#[tokio::test]
async fn without_the_other_sides_the_cases_that_call_them_are_named_and_not_counted() {
    let servers = Servers::start(Engine::Mock).await.expect("a mock");
    let report = cases(&servers, Side::Polaris, |options| options.elsewhere.clear()).await;
    assert_conforms(&report);
    let never = never(&report);
    assert!(
        never.contains(&("handle.done".to_owned(), "it calls the side internal too (--internal URL)".to_owned())),
        "{never:?}"
    );
    assert!(never.iter().all(|(_, why)| why.contains("it calls the side ")), "{never:?}");
}

#[tokio::test]
async fn a_read_only_run_leaves_out_the_cases_that_write() {
    let servers = Servers::start(Engine::Mock).await.expect("a mock");
    let report = cases(&servers, Side::Weichuang, |options| options.read_only = true).await;
    assert_conforms(&report);
    let never = never(&report);
    let why = |rule: &str| never.iter().find(|(id, _)| id == rule).map(|(_, why)| why.clone());
    assert!(why("bind.free").is_some_and(|why| why.contains("read-only")), "{never:?}");
    assert_eq!(why("tanks.known"), None);
}

#[tokio::test]
async fn a_server_whose_data_is_not_known_is_exercised_where_no_data_is_needed() {
    let servers = Servers::start(Engine::Mock).await.expect("a mock");
    let names = &Book::built_in().expect("the cases").names;
    let data = Data::read("mine.yaml", "tank: TK0001", names).expect("data");
    let report = cases(&servers, Side::Weichuang, |options| options.data = Some(data)).await;
    assert_conforms(&report);
    let never = never(&report);
    assert!(never.contains(&("bind.taken".to_owned(), "the data do not provide held".to_owned())), "{never:?}");
    assert!(never.iter().all(|(rule, _)| rule != "tanks.known" && rule != "batteries.none"), "{never:?}");
}

#[tokio::test]
async fn where_a_token_is_set_the_case_about_it_is_exercised() {
    let settings = router::Settings { token: Some("secret-token".into()), ..router::Settings::default() };
    let app = App::start_with(settings).await;
    let report = verify(Side::Weichuang, &app.url("/weichuang"), |options| {
        options.token = Some(Hidden("secret-token".into()));
        options.operations = vec!["queryUser".into()];
    })
    .await;
    assert_conforms(&report);
    let cell = Cell::Rule { operation: "queryUser", name: "flat.token".into() };
    assert_eq!(report.recorded.coverage.get(&cell).map(|tally| tally.passed), Some(1));
}

#[tokio::test]
async fn a_server_that_breaks_a_rule_is_named_with_the_case() {
    let servers = Servers::start(Engine::Mock).await.expect("a mock");
    let names = &Book::built_in().expect("the cases").names;
    // A server that knows its own data wrongly looks like one that breaks the rule.
    let wrong = "refunded: {amount: '299.00', phone: '13510020029', reason: 另一个原因, refundNo: RF202109010101}";
    let data = Data::read("mine.yaml", wrong, names).expect("data");
    let report = cases(&servers, Side::Weichuang, |options| options.data = Some(data)).await;
    let found = lines(&report);
    assert!(found.iter().any(|line| line.starts_with("refundDeposit | case | /result | ")), "{found:?}");
    let text = report.write(polaris::verify::report::Format::Text, false);
    assert!(text.contains("cases: weichuang/refundDeposit.yaml:"), "{text}");
    assert!(!report.conforms());
}

#[tokio::test]
async fn the_list_shows_side_operation_section_rule_and_whether_a_case_writes() {
    let arguments = ["verify", "--side", "weichuang", "--target", "http://127.0.0.1:9/weichuang", "--list"];
    let listed = Binary::start(&arguments).end().await;
    assert_eq!(listed.code, Some(0), "{listed:?}");
    for line in [
        "cases: weichuang queryTanks §1.1.1 tanks.known reads: a tank that is known is listed with its data\n",
        "cases: weichuang updateBatteryBinding §1.2.1 bind.free writes: a free battery is bound to a user\n",
    ] {
        assert!(listed.stdout.contains(line), "{}", listed.stdout);
    }
}
