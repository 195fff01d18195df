use super::*;

#[tokio::test]
async fn a_refund_whose_outcome_is_unknown_is_asked_for_again_with_the_same_number_until_it_is_known() {
    for first in [
        ResponseTemplate::new(500),
        with(json!({})).set_delay(TOO_LONG),
        ResponseTemplate::new(200).set_body_string("ok"),
        ResponseTemplate::new(502).set_body_string("<html>"),
    ] {
        on_both_engines(|bench| {
            let first = first.clone();
            async move {
                li(&bench, Holder::Weichuang).await;
                let calls = AtomicUsize::new(0);
                let partner = Partner::new(&bench, move |_, _| match calls.fetch_add(1, Ordering::Relaxed) {
                    0 => first.clone(),
                    _ => with(json!({})),
                })
                .await;
                let id = apply(&partner.backend, LI).await.expect("an application");
                assert_eq!(confirm(&partner.backend, LI).await.expect("unknown"), processing());
                assert_eq!((detail(&bench, id).await.status, deposit_states(&bench).await), (3, vec![2]));
                assert_eq!(confirm(&partner.backend, LI).await.expect("still unknown"), processing());
                assert_eq!(apply(&partner.backend, LI).await.expect_err("one is open").code, 409);
                settle(&partner.backend).await;
                assert_eq!((detail(&bench, id).await.status, state(&bench, LI).await), (4, State::Refunded));
                assert_eq!(confirm(&partner.backend, LI).await.expect("done"), (true, None));
                let heard = partner.heard(REFUND).await;
                assert_eq!(heard.len(), 2);
                assert_eq!(heard[0], heard[1]);
                let sent = json!({"refundNo": format!("RF{id}"), "phoneNo": LI, "refundAmount": "199.00", "reason": "更换城市"});
                assert_eq!(heard[0], sent);
            }
        })
        .await;
    }
}

#[tokio::test]
async fn how_a_refund_ends_is_in_the_audit_log_under_the_app_and_the_exchange_that_confirmed_it() {
    on_both_engines(|bench| async move {
        li(&bench, Holder::Weichuang).await;
        let calls = AtomicUsize::new(0);
        let partner = Partner::new(&bench, move |_, _| match calls.fetch_add(1, Ordering::Relaxed) {
            0 => ResponseTemplate::new(500),
            _ => with(json!({})),
        })
        .await;
        let app = partner.backend.acting_for(Caller::app("app1", Scope::All));
        apply(&app, LI).await.expect("an application");
        assert_eq!(traced(TraceId(0xabc), confirm(&app, LI)).await.expect("unknown"), processing());
        // Another process goes on.
        settle(&partner.instance(&bench, 1)).await;
        let ended = "SELECT app || ' ' || trace AS value FROM audit WHERE operation = 'refundDeposit'";
        assert_eq!(texts(&bench, ended).await, ["app1 0000000000000abc"]);
    })
    .await;
}

#[tokio::test]
async fn a_refund_that_stays_unknown_parks_and_can_be_continued() {
    on_both_engines(|bench| async move {
        li(&bench, Holder::Weichuang).await;
        let broken = Partner::new(&bench, |_, _| ResponseTemplate::new(500)).await;
        let refund = apply(&broken.backend, LI).await.expect("an application");
        confirm(&broken.backend, LI).await.expect("unknown");
        settle(&broken.backend).await;
        assert_eq!(detail(&bench, refund).await.status, 3);
        let id = integers(&bench, "SELECT id AS value FROM delivery WHERE state = 'parked'").await[0];
        let mended = Partner::new(&bench, |_, _| with(json!({}))).await;
        let other = mended.instance(&bench, 1);
        other.retry_delivery(RetryDeliveryRequest { id }).await.expect("waiting again");
        settle(&other).await;
        assert_eq!(detail(&bench, refund).await.status, 4);
        assert_eq!(broken.heard(REFUND).await[0], mended.heard(REFUND).await[0]);
    })
    .await;
}

#[tokio::test]
async fn a_reply_that_is_lost_after_weichuang_has_paid_does_not_make_it_pay_twice() {
    on_both_engines(|bench| async move {
        li(&bench, Holder::Weichuang).await;
        // The numbers that were paid, as a partner remembers them by the contract.
        let paid = Arc::new(Mutex::new(Vec::<Value>::new()));
        let ledger = Arc::clone(&paid);
        let partner = Partner::new(&bench, move |_, body| {
            let mut ledger = ledger.lock().expect("the ledger");
            if ledger.contains(&body["refundNo"]) {
                return with(json!({}));
            }
            ledger.push(body["refundNo"].clone());
            with(json!({})).set_delay(TOO_LONG)
        })
        .await;
        let id = apply(&partner.backend, LI).await.expect("an application");
        assert_eq!(confirm(&partner.backend, LI).await.expect("unknown"), processing());
        settle(&partner.backend).await;
        assert_eq!(detail(&bench, id).await.status, 4);
        assert_eq!(paid.lock().expect("the ledger").len(), 1);
    })
    .await;
}
