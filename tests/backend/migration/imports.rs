use super::*;

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
