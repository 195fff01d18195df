use contracts::polaris::{
    ListMemberAssetsRequest, ListMembersRequest, ListMerchantMembersRequest, MemberStatisticsRequest,
    OperateMembersRequest, PolarisApi,
};
use polaris::backend::{
    db::{Engine, Plan, explained},
    members,
};

use super::{Bench, on_both_engines, run, sql};

/// 60 000 members of 300 merchants in 50 cities, every hundredth called 欧阳; every sixth rents a vehicle; and what the
/// engines want to know of them.
const MEMBERS: &str = "
    INSERT INTO merchant (id, merchant_code, share_code, name)
    WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300)
    SELECT 2000 + i, 'BCD' || (2000 + i), 'ABC' || (2000 + i), '换电站' FROM n;
    INSERT INTO member (id, phone, name, state, merchant_id, city_id, registered_at)
    WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60000)
    SELECT 1000000 + i, '13' || (100000000 + i), CASE WHEN i % 100 = 0 THEN '欧阳' ELSE '王' END || i, i % 7,
        2001 + i % 300, 110000 + i % 50, 1630634400000 - CAST(60000 - i AS BIGINT) * 300000 FROM n;
    INSERT INTO member_count (merchant_id, state, total)
    SELECT merchant_id, state, COUNT(*) FROM member GROUP BY merchant_id, state;
    INSERT INTO member_total (share, state, total) SELECT merchant_id % 16, state, SUM(total) FROM member_count GROUP BY 1, 2;
    INSERT INTO vehicle (code)
    WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000) SELECT 'V' || i FROM n;
    INSERT INTO rental (id, external_no, member_id, vehicle_code, started_at, due_at)
    WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000)
    SELECT i, 'R' || i, 1000000 + 6 * i, 'V' || i, 1630000000000, 1640000000000 FROM n;
    ANALYZE;";

async fn many_members(bench: &Bench) {
    let mut session = bench.backend.db().session().await.expect("a session");
    session.script(MEMBERS).await.expect("members");
}

/// No plan reads all members, and one of them finds `index`.
fn assert_found_by(what: &str, engine: Engine, plans: &[Plan], index: &str) {
    let mut found = false;
    for Plan { statement, steps } in plans {
        for step in steps.lines() {
            assert!(!scans_members(engine, step), "{what}\n{statement}\n{steps}");
            found |= step.split([' ', '(', ')']).any(|word| word == index);
        }
    }
    assert!(found, "{what} should use {index}: {plans:#?}");
}

fn scans_members(engine: Engine, step: &str) -> bool {
    match engine {
        Engine::Sqlite => ["SCAN m", "SCAN member", "SCAN found"]
            .iter()
            .any(|scan| step.strip_prefix(scan).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))),
        Engine::Postgres => step.contains("Seq Scan on member ") || step.contains("Seq Scan on member_count_"),
    }
}

/// The index that stands for uniqueness in each engine.
fn unique(engine: Engine, sqlite: &'static str, postgres: &'static str) -> &'static str {
    match engine {
        Engine::Sqlite => sqlite,
        Engine::Postgres => postgres,
    }
}

#[tokio::test]
async fn no_list_of_members_reads_all_members() {
    on_both_engines(|bench| async move {
        many_members(&bench).await;
        let engine = bench.backend.db().engine();
        let phone = unique(engine, "sqlite_autoindex_member_2", "member_phone_key");
        let id = unique(engine, "sqlite_autoindex_member_1", "member_pkey");
        let all = ListMembersRequest::default;
        for (what, request, index, total) in [
            ("by phone", ListMembersRequest { phone_no: Some("13100000600".into()), ..all() }, phone, Some(1)),
            ("by name", ListMembersRequest { user_name: Some("欧阳".into()), ..all() }, "member_by_name", Some(600)),
            ("by city", ListMembersRequest { city_id: Some(110_007), ..all() }, "member_by_city", Some(1200)),
            ("by state", ListMembersRequest { user_state: Some(3), ..all() }, "member_by_state", Some(8572)),
            (
                "by city and state",
                ListMembersRequest { city_id: Some(110_007), user_state: Some(3), ..all() },
                "member_by_city_and_state",
                Some(171),
            ),
            ("by vehicle", ListMembersRequest { vehicle_id: Some("V77".into()), ..all() }, id, Some(1)),
        ] {
            for page_no in [1, 2] {
                let request = ListMembersRequest { page_no: Some(page_no), ..request.clone() };
                let (page, plans) = explained(bench.backend.list_members(request)).await;
                assert_eq!(page.expect("a page").total.0, total, "{what}");
                assert_found_by(what, engine, &plans, index);
            }
        }
    })
    .await;
}

#[tokio::test]
async fn the_list_of_all_members_goes_by_id_and_ends_with_the_page() {
    on_both_engines(|bench| async move {
        many_members(&bench).await;
        let (page, plans) = explained(bench.backend.list_members(ListMembersRequest::default())).await;
        let page = page.expect("a page");
        assert_eq!((page.result.len(), page.total.0, page.has_more), (200, None, true));
        let ids = unique(bench.backend.db().engine(), "sqlite_autoindex_member_1", "member_pkey");
        for Plan { statement, steps } in &plans {
            assert!(!steps.contains("Seq Scan on member "), "{statement}\n{steps}");
        }
        let page = &plans[0].steps;
        assert!(page.contains(ids) && !page.contains("Sort") && !page.contains("TEMP B-TREE"), "{page}");
    })
    .await;
}

#[tokio::test]
async fn no_list_of_a_merchants_members_reads_all_members() {
    on_both_engines(|bench| async move {
        many_members(&bench).await;
        let engine = bench.backend.db().engine();
        let phone = unique(engine, "sqlite_autoindex_member_2", "member_phone_key");
        let id = unique(engine, "sqlite_autoindex_member_1", "member_pkey");
        for merchants in [1, 20, 200] {
            let of = || ListMerchantMembersRequest {
                merchant_ids: (2001..2001 + merchants).map(|id| id.to_string()).collect(),
                page_size: Some(20),
                ..ListMerchantMembersRequest::default()
            };
            let total = 200 * merchants;
            let total = (total <= 10_000).then_some(total);
            for (what, request, index, total) in [
                ("by merchant", of(), "member_by_merchant", total),
                (
                    "by phone",
                    ListMerchantMembersRequest { phone_no: Some("13100000600".into()), ..of() },
                    phone,
                    Some(1),
                ),
                ("by vehicle", ListMerchantMembersRequest { vehicle_id: Some("V50".into()), ..of() }, id, Some(1)),
            ] {
                let (page, plans) = explained(bench.backend.list_merchant_members(request)).await;
                let what = format!("{what}, {merchants} merchants");
                assert_eq!(page.expect("a page").total.0, total, "{what}");
                assert_found_by(&what, engine, &plans, index);
            }
            let named = ListMerchantMembersRequest { user_name: Some("欧阳1".into()), ..of() };
            let (page, plans) = explained(bench.backend.list_merchant_members(named)).await;
            page.expect("a page");
            for Plan { statement, steps } in &plans {
                assert!(!steps.lines().any(|step| scans_members(engine, step.trim())), "{statement}\n{steps}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn the_statistics_count_no_members_but_those_of_today() {
    on_both_engines(|bench| async move {
        many_members(&bench).await;
        let (statistics, plans) = explained(bench.backend.member_statistics(MemberStatisticsRequest {})).await;
        let statistics = statistics.expect("statistics");
        assert_eq!((statistics.total_member.member_sum, statistics.increased_member.member_sum), (60_000, 121));
        let engine = bench.backend.db().engine();
        assert!(!plans[0].steps.contains("member ") && !plans[0].steps.ends_with("member"), "{plans:#?}");
        assert!(
            plans.iter().all(|plan| !plan.statement.contains("member_count")),
            "they add up no merchants: {plans:#?}"
        );
        assert_found_by("statistics", engine, &plans, "member_by_registration");
    })
    .await;
}

/// PostgreSQL looks at a table that small as a whole, whatever its indexes.
#[tokio::test]
async fn sqlite_finds_the_members_of_today_by_registration_before_it_has_looked_at_the_data_too() {
    on_both_engines(|bench| async move {
        let engine = bench.backend.db().engine();
        if engine == Engine::Sqlite {
            let (_, plans) = explained(bench.backend.member_statistics(MemberStatisticsRequest {})).await;
            assert_found_by("statistics", engine, &plans, "member_by_registration");
        }
    })
    .await;
}

#[tokio::test]
async fn neither_a_member_nor_the_sweep_is_looked_for_among_all_members() {
    on_both_engines(|bench| async move {
        many_members(&bench).await;
        let engine = bench.backend.db().engine();
        let id = unique(engine, "sqlite_autoindex_member_1", "member_pkey");
        let assets = ListMemberAssetsRequest { id: "1000600".into() };
        let (assets, plans) = explained(bench.backend.list_member_assets(assets)).await;
        assert_eq!(assets.expect("assets").len(), 1);
        assert_found_by("assets", engine, &plans, id);
        let operate = OperateMembersRequest { ids: "1000700,1000007".into(), op_type: 1 };
        let (operated, plans) = explained(bench.backend.operate_members(operate)).await;
        operated.expect("done");
        assert_found_by("operate", engine, &plans, id);
        run(&bench, sql("UPDATE member SET state = 5 WHERE state = 4 AND id % 100 <> 0")).await;
        let (swept, plans) = explained(members::sweep(&bench.backend)).await;
        // No rental is late, so that all who are overdue are overdue no longer.
        assert_eq!(swept.expect("swept"), 86);
        assert_found_by("sweep", engine, &plans, "member_by_state");
    })
    .await;
}
