//! Two targets that are asked the same: the mock and production answer alike, and what differs is named.

use polaris::verify::{Options, Report, Side};

use super::{
    Damaged, assert_conforms,
    cases::{Engine, Servers},
    lines, verify,
};

/// What `one` and `other` say to the same about `side`, cases and generated requests.
async fn compared(side: Side, one: &Servers, other: &Servers, change: impl FnOnce(&mut Options)) -> Report {
    let all = |servers: &Servers| Side::ALL.iter().map(|side| (*side, servers.base(*side))).collect::<Vec<_>>();
    let (elsewhere, compare) = (all(one), all(other));
    verify(side, one.base(side).as_str(), |options| {
        options.elsewhere = elsewhere;
        options.compare = compare;
        options.max_cases = Some(1_200);
        change(options);
    })
    .await
}

#[tokio::test]
async fn the_mock_and_production_on_both_engines_answer_everything_alike() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        for side in [Side::Polaris, Side::Internal] {
            let mock = Servers::start(Engine::Mock).await.expect("the mock");
            let Some(production) = Servers::start(engine).await else { return };
            let report = compared(side, &mock, &production, |_| {}).await;
            assert_conforms(&report);
            assert!(report.recorded.exchanges > 500, "{side} {engine:?}: {}", report.recorded.exchanges);
        }
    }
}

#[tokio::test]
async fn a_difference_is_a_finding_with_its_place_and_both_exchanges() {
    let mock = Servers::start(Engine::Mock).await.expect("the mock");
    let other = Servers::start(Engine::Mock).await.expect("the mock");
    let damaged = Damaged::new(other.base(Side::Polaris).as_str(), |asked, answer| {
        if asked.is("/hm.member.p.statistics") && answer.status == 200 {
            answer.change(|body| {
                let sum = body["data"]["totalMember"]["memberSum"].as_i64().expect("a sum");
                body["data"]["totalMember"]["memberSum"] = (sum + 1).into();
            });
        }
    })
    .await;
    let report = compared(Side::Polaris, &mock, &other, |options| {
        options.operations = vec!["memberStatistics".into()];
        options.compare.retain(|(side, _)| *side != Side::Polaris);
        options.compare.push((Side::Polaris, damaged.url().parse().expect("a URL")));
    })
    .await;
    assert!(!report.conforms());
    // The server in front forwards no `Allow`: that is seen too.
    let lines: Vec<_> = lines(&report).into_iter().filter(|line| !line.contains(" allow: ")).collect();
    assert!(!lines.is_empty());
    for line in &lines {
        assert!(line.starts_with("memberStatistics | compare | /data/totalMember/memberSum | "), "{lines:#?}");
    }
    let found = &report.recorded.findings[0].findings[0];
    assert_eq!(found.exchanges.len(), 2);
    assert!(found.exchanges[1].curl().contains(damaged.url().as_str()), "{}", found.exchanges[1].curl());
}
