use super::*;

#[tokio::test]
async fn a_deposit_that_we_hold_is_paid_back_in_our_ledger() {
    on_both_engines(|bench| async move {
        assert_eq!(confirm(&bench.backend, LI).await.expect_err("nobody").code, 404);
        li(&bench, Holder::Polaris).await;
        assert_eq!(confirm(&bench.backend, LI).await.expect_err("no application").code, 404);
        let id = apply(&bench.backend, LI).await.expect("an application");
        assert_eq!(confirm(&bench.backend, LI).await.expect("refunded"), (true, None));
        assert_eq!((detail(&bench, id).await.status, state(&bench, LI).await), (4, State::Refunded));
        assert_eq!(deposit_states(&bench).await, [3]);
        assert_eq!(integers(&bench, "SELECT refunded_at AS value FROM deposit").await, [bench.backend.now()]);
        assert!(integers(&bench, "SELECT id AS value FROM delivery").await.is_empty());
        assert_eq!(confirm(&bench.backend, LI).await.expect("the same"), (true, None));
        assert_eq!(audited(&bench, "confirmDepositRefund").await, 1);
    })
    .await;
}

#[tokio::test]
async fn a_deposit_that_weichuang_holds_is_paid_back_there() {
    on_both_engines(|bench| async move {
        bench.backend.start_migration(StartMigrationRequest { phone_no: ZHANG.into() }).await.expect("a migration");
        let id = apply(&bench.backend, ZHANG).await.expect("an application");
        assert_eq!(confirm(&bench.backend, ZHANG).await.expect("refunded"), (true, None));
        assert_eq!((detail(&bench, id).await.status, state(&bench, ZHANG).await), (4, State::Refunded));
        assert_eq!(deposit_states(&bench).await, [3]);
        let request = QueryUserDepositRequest { phone_no: ZHANG.into() };
        let there = bench.mock.weichuang().query_user_deposit(request).await.expect("the deposit");
        assert_eq!(there.deposit_amount.as_deref(), Some("0.00"));
        assert_eq!(confirm(&bench.backend, ZHANG).await.expect("the same"), (true, None));
        assert_eq!(texts(&bench, "SELECT state AS value FROM delivery WHERE kind = 'refundDeposit'").await, ["done"]);
    })
    .await;
}

#[tokio::test]
async fn a_refusal_closes_the_application_and_the_member_may_apply_anew() {
    on_both_engines(|bench| async move {
        li(&bench, Holder::Weichuang).await;
        let refusals = AtomicUsize::new(0);
        let partner = Partner::new(&bench, move |_, _| match refusals.fetch_add(1, Ordering::Relaxed) {
            0 => no(409, "退款金额与押金不一致"),
            _ => with(json!({})),
        })
        .await;
        let first = apply(&partner.backend, LI).await.expect("an application");
        let reason = "微创拒绝退款：退款金额与押金不一致".to_owned();
        assert_eq!(confirm(&partner.backend, LI).await.expect("refused"), (false, Some(reason.clone())));
        let closed = detail(&bench, first).await;
        assert_eq!((closed.status, closed.remark.0), (5, Some(reason)));
        assert_eq!((deposit_states(&bench).await, state(&bench, LI).await), (vec![1], State::New));
        assert_eq!(confirm(&partner.backend, LI).await.expect_err("closed").code, 404);

        // A closed application is not paid, whatever becomes of its delivery.
        let id = integers(&bench, "SELECT id AS value FROM delivery").await[0];
        partner.backend.retry_delivery(RetryDeliveryRequest { id }).await.expect("waiting again");
        settle(&partner.backend).await;
        assert_eq!(partner.heard(REFUND).await.len(), 1);
        assert_eq!(detail(&bench, first).await.status, 5);

        let second = apply(&partner.backend, LI).await.expect("anew");
        assert_eq!(confirm(&partner.backend, LI).await.expect("refunded"), (true, None));
        assert_eq!((detail(&bench, second).await.status, detail(&bench, first).await.status), (4, 5));
        let heard = partner.heard(REFUND).await;
        assert_eq!(heard.len(), 2);
        assert_ne!(heard[0]["refundNo"], heard[1]["refundNo"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn confirmations_that_race_make_one_refund() {
    for holder in [Holder::Weichuang, Holder::Polaris] {
        on_both_engines(|bench| async move {
            li(&bench, holder).await;
            let partner = Partner::new(&bench, |_, _| with(json!({}))).await;
            let id = apply(&partner.backend, LI).await.expect("an application");
            let confirmations: Vec<_> = (0..6)
                .map(|number| {
                    let backend = partner.instance(&bench, 1 + number % 2);
                    tokio::spawn(async move { confirm(&backend, LI).await })
                })
                .collect();
            for confirmation in confirmations {
                let (success, _) = confirmation.await.expect("an answer").expect("confirmed");
                assert!(success);
            }
            assert_eq!(detail(&bench, id).await.status, 4);
            assert_eq!(partner.heard(REFUND).await.len(), usize::from(holder == Holder::Weichuang));
            assert_eq!(audited(&bench, "confirmDepositRefund").await, 1);
        })
        .await;
    }
}

#[tokio::test]
async fn a_member_whose_deposits_are_with_both_gets_both_or_none() {
    on_both_engines(|bench| async move {
        let member = li(&bench, Holder::Weichuang).await;
        let mut session = bench.backend.db().transaction().await.expect("a transaction");
        deposits::record(&mut session, &bench.backend, member, 1, 50000, None, Holder::Polaris).await.expect("paid");
        session.commit().await.expect("committed");
        let calls = AtomicUsize::new(0);
        let partner = Partner::new(&bench, move |_, _| match calls.fetch_add(1, Ordering::Relaxed) {
            0 => no(409, "不行"),
            _ => with(json!({})),
        })
        .await;
        apply(&partner.backend, LI).await.expect("an application");
        confirm(&partner.backend, LI).await.expect("refused");
        assert_eq!(deposit_states(&bench).await, [1, 1]);
        apply(&partner.backend, LI).await.expect("anew");
        confirm(&partner.backend, LI).await.expect("refunded");
        assert_eq!(deposit_states(&bench).await, [3, 3]);
        assert_eq!(partner.heard(REFUND).await[1]["refundAmount"], "199.00");
    })
    .await;
}
