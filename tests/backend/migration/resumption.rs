use super::*;

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
async fn every_step_of_a_migration_is_in_the_audit_log() {
    on_both_engines(|bench| async move {
        let (asked, told) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let partner = Partner::new(&bench, move |path, _| match path {
            USER if asked.fetch_add(1, Ordering::Relaxed) == 0 => no(404, "没有该用户"),
            COMPLETE if told.fetch_add(1, Ordering::Relaxed) == 0 => no(409, "该用户已迁移"),
            _ => known(path),
        })
        .await;
        start(&partner.backend).await.expect_err("unknown");
        start(&partner.backend).await.expect("refused");
        start(&partner.backend).await.expect("accepted");
        start(&partner.backend).await.expect("done before");
        let steps = format!(
            "SELECT COALESCE(before, '') || after AS value FROM audit WHERE entity = 'migration {ZHANG}' ORDER BY id"
        );
        let step = |from: &str, to: &str| json!({"state": from}).to_string() + &json!({"state": to}).to_string();
        let expected = [
            json!({"state": "importing"}).to_string(),
            step("importing", "failed"),
            step("failed", "importing"),
            step("importing", "imported"),
            step("imported", "failed"),
            step("failed", "completed"),
        ];
        assert_eq!(texts(&bench, &steps).await, expected);
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
        start(&partner.instance(&bench, 1)).await.expect("imported");
        let crashed = sql("UPDATE delivery SET state = 'delivering', lease_owner = 9, next_at = 0");
        let mut session = bench.backend.db().transaction().await.expect("a transaction");
        session.execute(crashed).await.expect("crashed");
        session.commit().await.expect("committed");
        settle(&bench.backend).await;
        assert_eq!(get(&bench.backend).await.expect("done").state, "completed");
    })
    .await;
}
