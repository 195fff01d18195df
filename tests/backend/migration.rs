use std::sync::atomic::{AtomicUsize, Ordering};

use contracts::{
    internal::{BindBatteryRequest, GetMigrationRequest, InternalApi, Migration, StartMigrationRequest},
    runtime::Failure,
    weichuang::{QueryUserRequest, WeichuangApi},
};
use polaris::backend::{
    Backend,
    db::sql,
    members::{self, Member, NewMember, State},
    migration,
};
use serde_json::json;
use wiremock::ResponseTemplate;

use super::{
    Bench, on_both_engines,
    partner::{Partner, no, settle, with, yes},
    rows::{integers, texts},
};

/// 张三, U10001, with BT0002, a deposit of 299 and a monthly card.
const ZHANG: &str = "13333111222";
const USER: &str = "/user/query";
const COMPLETE: &str = "/user/migration/complete";

async fn start(backend: &Backend) -> Result<Migration, Failure> {
    backend.start_migration(StartMigrationRequest { phone_no: ZHANG.into() }).await
}

async fn get(backend: &Backend) -> Result<Migration, Failure> {
    backend.get_migration(GetMigrationRequest { phone_no: ZHANG.into() }).await
}

async fn zhang(bench: &Bench) -> Option<Member> {
    let mut session = bench.backend.db().session().await.expect("a session");
    members::by_phone(&mut session, ZHANG).await.expect("a query")
}

/// What Weichuang knows of a user with BT0002.
fn known(path: &str) -> ResponseTemplate {
    match path {
        USER => with(json!({"userId": "U10001", "userName": "张三", "batteryCode": "BT0002"})),
        "/user/deposit/query" => with(json!({"depositType": "微信支付", "depositAmount": "299.00"})),
        "/user/package/query" => with(json!({"packageName": "畅行月卡", "packageType": "月卡"})),
        "/battery/query" => with(json!({"batteryList": [{"batteryCode": "BT0002", "userId": "U10001"}]})),
        _ => yes(),
    }
}

#[tokio::test]
async fn a_user_moves_with_deposit_package_and_battery_and_weichuang_knows() {
    on_both_engines(|bench| async move {
        let migration = start(&bench.backend).await.expect("a migration");
        let member = zhang(&bench).await.expect("a member");
        assert_eq!((migration.state.as_str(), migration.reason.0.as_deref()), ("completed", None));
        assert_eq!(migration.user_id.0, Some(member.id.to_string()));
        assert_eq!(migration.start_time, "2021-09-03 10:00:00");
        assert_eq!(migration.complete_time.0.as_deref(), Some("2021-09-03 10:00:00"));

        assert_eq!((member.name.as_deref(), member.sex.as_deref()), (Some("张三"), Some("男")));
        assert_eq!((member.merchant_id, member.id_card_state, member.state), (Some(1001), 1, State::Using));
        assert_eq!(member.weichuang_user_id.as_deref(), Some("U10001"));
        assert_eq!(member.birthday.as_deref(), Some("1976-03-02"));
        assert_eq!(
            integers(&bench, "SELECT amount AS value FROM deposit WHERE holder = 2 AND state = 1").await,
            [29900]
        );
        assert_eq!(texts(&bench, "SELECT method AS value FROM deposit").await, ["微信支付"]);
        assert_eq!(texts(&bench, "SELECT name AS value FROM member_package").await, ["畅行月卡"]);
        let battery = "SELECT battery_code AS value FROM battery_binding WHERE unbound_at IS NULL";
        assert_eq!(texts(&bench, battery).await, ["BT0002"]);
        let kinds = texts(&bench, "SELECT kind AS value FROM delivery").await;
        assert_eq!(kinds, ["completeMigration"], "the binding came from there");
        let request = QueryUserRequest { phone_no: ZHANG.into() };
        let there = bench.mock.weichuang().query_user(request).await.expect("the user");
        assert_eq!(there.migrated, Some(true));

        assert_eq!(start(&bench.backend).await.expect("the same"), migration);
        assert_eq!(get(&bench.backend).await.expect("the same"), migration);
        assert_eq!(integers(&bench, "SELECT id AS value FROM deposit").await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_user_whom_weichuang_does_not_know_is_not_found_and_may_come_later() {
    on_both_engines(|bench| async move {
        let calls = AtomicUsize::new(0);
        let partner = Partner::new(&bench, move |path, _| match path {
            USER if calls.fetch_add(1, Ordering::Relaxed) == 0 => no(404, "没有该用户"),
            _ => known(path),
        })
        .await;
        assert_eq!(get(&partner.backend).await.expect_err("never begun").code, 404);
        assert_eq!(start(&partner.backend).await.expect_err("unknown").code, 404);
        let failed = get(&partner.backend).await.expect("begun");
        assert_eq!((failed.state.as_str(), failed.reason.0.as_deref()), ("failed", Some("微创没有该用户")));
        assert!(zhang(&bench).await.is_none());
        let done = start(&partner.backend).await.expect("known now");
        assert_eq!((done.state.as_str(), done.reason.0), ("completed", None));
    })
    .await;
}

#[tokio::test]
async fn a_weichuang_that_cannot_be_asked_is_502_and_the_migration_goes_on_later() {
    for broken in ["/user/query", "/user/deposit/query", "/user/package/query", "/battery/query"] {
        on_both_engines(|bench| async move {
            let calls = AtomicUsize::new(0);
            let partner = Partner::new(&bench, move |path, _| match path {
                path if path == broken && calls.fetch_add(1, Ordering::Relaxed) == 0 => ResponseTemplate::new(500),
                _ => known(path),
            })
            .await;
            assert_eq!(start(&partner.backend).await.expect_err("broken").code, 502);
            let waiting = get(&partner.backend).await.expect("begun");
            assert_eq!((waiting.state.as_str(), waiting.user_id.0), ("importing", None));
            assert!(zhang(&bench).await.is_none());
            // As the worker does when it starts again.
            migration::resume(&partner.backend).await;
            assert_eq!(get(&partner.backend).await.expect("done").state, "completed");
            assert_eq!(integers(&bench, "SELECT id AS value FROM deposit").await.len(), 1);
        })
        .await;
    }
}

#[tokio::test]
async fn what_is_imported_stays_imported_until_weichuang_has_heard_of_it() {
    on_both_engines(|bench| async move {
        let calls = AtomicUsize::new(0);
        let partner = Partner::new(&bench, move |path, _| match path {
            COMPLETE if calls.fetch_add(1, Ordering::Relaxed) == 0 => ResponseTemplate::new(500),
            _ => known(path),
        })
        .await;
        let imported = start(&partner.backend).await.expect("imported");
        assert_eq!((imported.state.as_str(), imported.complete_time.0.as_deref()), ("imported", None));
        settle(&partner.backend).await;
        let done = get(&partner.backend).await.expect("done");
        assert_eq!((done.state.as_str(), done.complete_time.0.as_deref()), ("completed", Some("2021-09-03 10:00:00")));
        let heard = partner.heard(COMPLETE).await;
        assert_eq!(heard.len(), 2);
        assert_eq!(heard[0], heard[1]);
        assert_eq!(heard[0]["userId"].as_str(), imported.user_id.0.as_deref());
    })
    .await;
}

#[tokio::test]
async fn starting_again_continues_after_a_refusal_and_imports_nothing_twice() {
    on_both_engines(|bench| async move {
        let calls = AtomicUsize::new(0);
        let partner = Partner::new(&bench, move |path, _| match path {
            COMPLETE if calls.fetch_add(1, Ordering::Relaxed) == 0 => no(409, "该用户已迁移到另一个北极星用户"),
            _ => known(path),
        })
        .await;
        let failed = start(&partner.backend).await.expect("refused");
        assert_eq!(failed.state, "failed");
        assert_eq!(failed.reason.0.as_deref(), Some("微创拒绝：该用户已迁移到另一个北极星用户"));
        assert_eq!(get(&partner.backend).await.expect("the same"), failed);
        let done = start(&partner.backend).await.expect("accepted");
        assert_eq!((done.state.as_str(), done.reason.0, done.user_id), ("completed", None, failed.user_id));
        assert_eq!(partner.heard(USER).await.len(), 1);
        assert_eq!(integers(&bench, "SELECT id AS value FROM deposit").await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_question_that_weichuang_refuses_fails_the_migration_with_its_reason() {
    on_both_engines(|bench| async move {
        let partner = Partner::new(&bench, |_, _| no(409, "用户已注销")).await;
        let failed = start(&partner.backend).await.expect("refused");
        assert_eq!((failed.state.as_str(), failed.reason.0.as_deref()), ("failed", Some("微创拒绝：用户已注销")));
    })
    .await;
}

#[tokio::test]
async fn a_battery_that_another_member_has_here_fails_the_migration_and_nothing_of_it_is_kept() {
    on_both_engines(|bench| async move {
        let new = NewMember { phone: "13900000001".into(), ..NewMember::default() };
        let mut session = bench.backend.db().transaction().await.expect("a transaction");
        members::create(&mut session, &bench.backend, new).await.expect("a member");
        session.commit().await.expect("committed");
        let partner = Partner::new(&bench, |path, _| known(path)).await;
        let bind = BindBatteryRequest { battery_code: "BT0002".into(), phone_no: "13900000001".into() };
        partner.backend.bind_battery(bind).await.expect("bound");
        let failed = start(&partner.backend).await.expect("failed");
        assert_eq!((failed.state.as_str(), failed.user_id.0), ("failed", None));
        assert!(failed.reason.0.is_some() && zhang(&bench).await.is_none());
        assert!(integers(&bench, "SELECT id AS value FROM deposit").await.is_empty());
        assert!(partner.heard(COMPLETE).await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_battery_comes_only_if_weichuang_shows_it_with_the_user_and_even_if_we_did_not_know_it() {
    for (shown, kept) in [
        (json!([{"batteryCode": "XX0001", "userId": "U10001", "model": "72V30Ah"}]), 1),
        (json!([{"batteryCode": "XX0001", "userId": "U2"}]), 0),
        (json!([{"batteryCode": "XX0001"}]), 0),
        (json!([]), 0),
    ] {
        on_both_engines(|bench| {
            let shown = shown.clone();
            async move {
                let partner = Partner::new(&bench, move |path, _| match path {
                    USER => with(json!({"userId": "U10001", "batteryCode": "XX0001"})),
                    "/battery/query" => with(json!({"batteryList": shown})),
                    _ => yes(),
                })
                .await;
                assert_eq!(start(&partner.backend).await.expect("a migration").state, "completed");
                assert_eq!(integers(&bench, "SELECT id AS value FROM battery_binding").await.len(), kept);
                let models = texts(&bench, "SELECT model AS value FROM battery WHERE code = 'XX0001'").await;
                assert_eq!(models.len(), kept);
                let member = zhang(&bench).await.expect("a member");
                assert_eq!(member.state, State::New, "without a package");
            }
        })
        .await;
    }
}

#[tokio::test]
async fn a_deposit_that_weichuang_does_not_hold_is_none_here() {
    for deposit in [json!({}), json!({"depositAmount": "0.00"}), json!({"depositAmount": null})] {
        on_both_engines(|bench| {
            let deposit = deposit.clone();
            async move {
                let partner = Partner::new(&bench, move |path, _| match path {
                    "/user/deposit/query" => with(deposit.clone()),
                    _ => known(path),
                })
                .await;
                assert_eq!(start(&partner.backend).await.expect("a migration").state, "completed");
                assert!(integers(&bench, "SELECT id AS value FROM deposit").await.is_empty());
            }
        })
        .await;
    }
}

#[tokio::test]
async fn a_member_who_is_here_already_stays_and_gets_what_was_unknown() {
    on_both_engines(|bench| async move {
        let new = NewMember { phone: ZHANG.into(), name: Some("张三丰".into()), ..NewMember::default() };
        let mut session = bench.backend.db().transaction().await.expect("a transaction");
        let member = members::create(&mut session, &bench.backend, new).await.expect("a member");
        session.commit().await.expect("committed");
        let migration = start(&bench.backend).await.expect("a migration");
        assert_eq!(migration.user_id.0, Some(member.id.to_string()));
        let member = zhang(&bench).await.expect("the member");
        assert_eq!((member.name.as_deref(), member.sex.as_deref()), (Some("张三丰"), Some("男")));
        assert_eq!((member.merchant_id, member.weichuang_user_id.as_deref()), (Some(1001), Some("U10001")));
        assert_eq!(member.id_card_state, 1);
    })
    .await;
}

#[tokio::test]
async fn two_starts_that_race_move_the_user_once() {
    on_both_engines(|bench| async move {
        let starts: Vec<_> = (0..4)
            .map(|_| {
                let backend = bench.backend.clone();
                tokio::spawn(async move { start(&backend).await })
            })
            .collect();
        for start in starts {
            let migration = start.await.expect("a start").expect("a migration");
            assert!(["importing", "imported", "completed"].contains(&migration.state.as_str()), "{migration:?}");
        }
        assert_eq!(get(&bench.backend).await.expect("done").state, "completed");
        for table in ["member", "deposit", "battery_binding", "delivery"] {
            assert_eq!(integers(&bench, &format!("SELECT id AS value FROM {table}")).await.len(), 1, "{table}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_crash_right_after_the_import_is_resumed_by_the_outbox() {
    on_both_engines(|bench| async move {
        let partner = Partner::new(&bench, |path, _| match path {
            COMPLETE => ResponseTemplate::new(500),
            _ => known(path),
        })
        .await;
        start(&partner.backend).await.expect("imported");
        let crashed = sql("UPDATE delivery SET state = 'delivering', lease_owner = 9, next_at = 0");
        let mut session = bench.backend.db().transaction().await.expect("a transaction");
        session.execute(crashed).await.expect("crashed");
        session.commit().await.expect("committed");
        settle(&bench.backend).await;
        assert_eq!(get(&bench.backend).await.expect("done").state, "completed");
    })
    .await;
}
