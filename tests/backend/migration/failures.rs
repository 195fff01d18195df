use super::*;

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
