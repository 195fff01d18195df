use std::sync::{
    Arc, Mutex,
    atomic::{AtomicUsize, Ordering},
};

use contracts::{
    internal::{InternalApi, RetryDeliveryRequest, StartMigrationRequest},
    polaris::{
        ApplyDepositRefundRequest, ConfirmDepositRefundRequest, GetDepositRefundRequest, ListDepositRefundsRequest,
        MerchantConfirmRefundRequest, PolarisApi, RefundDetail,
    },
    runtime::Failure,
    weichuang::{QueryUserDepositRequest, WeichuangApi},
};
use polaris::backend::{
    Backend, deposits,
    deposits::Holder,
    members::{self, NewMember, State},
};
use serde_json::{Value, json};
use wiremock::ResponseTemplate;

use super::{
    Bench, on_both_engines,
    partner::{Partner, TOO_LONG, no, settle, with},
    rows::{audited, integers, texts},
};

const LI: &str = "13900000001";
const ZHANG: &str = "13333111222";
const REFUND: &str = "/user/deposit/refund";

/// Member 李雷 of merchant 1001, whose deposit of 199 is held by `holder`.
async fn li(bench: &Bench, holder: Holder) -> i64 {
    let mut session = bench.backend.db().transaction().await.expect("a transaction");
    let new =
        NewMember { phone: LI.into(), name: Some("李雷".into()), merchant_id: Some(1001), ..NewMember::default() };
    let member = members::create(&mut session, &bench.backend, new).await.expect("a member");
    deposits::record(&mut session, &bench.backend, member.id, 2, 19900, Some("微信支付"), holder).await.expect("paid");
    session.commit().await.expect("committed");
    member.id
}

async fn apply(backend: &Backend, phone: &str) -> Result<i64, Failure> {
    let request = ApplyDepositRefundRequest {
        phone_no: phone.into(),
        reason: " 更换城市 ".into(),
        asset_type: Some(2),
        asset_code: Some("BT0004".into()),
        asset_img: Some(String::new()),
    };
    Ok(backend.apply_deposit_refund(request).await?.id)
}

/// `success` and `msg`.
async fn confirm(backend: &Backend, phone: &str) -> Result<(bool, Option<String>), Failure> {
    let answer = backend.confirm_deposit_refund(ConfirmDepositRefundRequest { phone_no: phone.into() }).await?;
    Ok((answer.data.success, answer.msg))
}

async fn detail(bench: &Bench, id: i64) -> RefundDetail {
    bench.backend.get_deposit_refund(GetDepositRefundRequest { id }).await.expect("the application")
}

async fn state(bench: &Bench, phone: &str) -> State {
    let mut session = bench.backend.db().session().await.expect("a session");
    members::by_phone(&mut session, phone).await.expect("a query").expect("a member").state
}

async fn deposit_states(bench: &Bench) -> Vec<i64> {
    integers(bench, "SELECT state AS value FROM deposit ORDER BY id").await
}

fn processing() -> (bool, Option<String>) {
    (true, Some("退款处理中".to_owned()))
}

#[tokio::test]
async fn an_application_needs_a_member_with_a_deposit_and_no_other_open_application() {
    on_both_engines(|bench| async move {
        assert_eq!(apply(&bench.backend, LI).await.expect_err("nobody").code, 404);
        let member = li(&bench, Holder::Polaris).await;
        let id = apply(&bench.backend, LI).await.expect("an application");
        assert_eq!(apply(&bench.backend, LI).await.expect_err("another one").code, 409);
        assert_eq!(detail(&bench, id).await.status, 1);
        assert_eq!(audited(&bench, "applyDepositRefund").await, 1);
        confirm(&bench.backend, LI).await.expect("refunded");
        assert_eq!(apply(&bench.backend, LI).await.expect_err("nothing is held").code, 409);
        let mut session = bench.backend.db().transaction().await.expect("a transaction");
        deposits::record(&mut session, &bench.backend, member, 1, 1, None, Holder::Polaris).await.expect("paid");
        session.commit().await.expect("committed");
        apply(&bench.backend, LI).await.expect("another deposit, another application");
    })
    .await;
}

#[tokio::test]
async fn applications_that_race_make_one() {
    on_both_engines(|bench| async move {
        li(&bench, Holder::Polaris).await;
        let applications: Vec<_> = (0..4)
            .map(|_| {
                let backend = bench.backend.clone();
                tokio::spawn(async move { apply(&backend, LI).await })
            })
            .collect();
        let mut codes = Vec::new();
        for application in applications {
            codes.push(application.await.expect("an answer").map_or_else(|failure| failure.code, |_| 200));
        }
        codes.sort_unstable();
        assert_eq!(codes, [200, 409, 409, 409]);
    })
    .await;
}

#[tokio::test]
async fn the_merchant_confirms_an_application_once() {
    on_both_engines(|bench| async move {
        li(&bench, Holder::Polaris).await;
        let id = apply(&bench.backend, LI).await.expect("an application");
        let request = MerchantConfirmRefundRequest {
            id,
            merchant_confirm_info: " 电池完好 ".into(),
            merchant_upload_img: Some("https://img.example.cn/1.svg".into()),
            remark: Some("已核对".into()),
        };
        bench.set_clock("2021-09-03 11:30:00");
        bench.backend.merchant_confirm_refund(request.clone()).await.expect("confirmed");
        let detail = detail(&bench, id).await;
        assert_eq!((detail.status, detail.merchant_confirm_info.0.as_deref()), (2, Some("电池完好")));
        assert_eq!(detail.merchant_confirm_time.0.as_deref(), Some("2021-09-03 11:30"));
        assert_eq!(detail.merchant_upload_img.0.as_deref(), Some("https://img.example.cn/1.svg"));
        assert_eq!(detail.remark.0.as_deref(), Some("已核对"));
        assert_eq!(audited(&bench, "merchantConfirmRefund").await, 1);
        let again = bench.backend.merchant_confirm_refund(request.clone()).await;
        assert_eq!(again.expect_err("again").code, 409);
        let unknown = MerchantConfirmRefundRequest { id: 7, ..request };
        assert_eq!(bench.backend.merchant_confirm_refund(unknown).await.expect_err("unknown").code, 404);
        assert_eq!(confirm(&bench.backend, LI).await.expect("from 2 as from 1"), (true, None));
    })
    .await;
}

#[tokio::test]
async fn applications_are_listed_newest_first_and_shown_with_asset_and_merchant() {
    on_both_engines(|bench| async move {
        li(&bench, Holder::Polaris).await;
        bench.backend.start_migration(StartMigrationRequest { phone_no: ZHANG.into() }).await.expect("a migration");
        let first = apply(&bench.backend, LI).await.expect("an application");
        let second = apply(&bench.backend, ZHANG).await.expect("an application");
        let list = async |page_no: i32, page_size: i32| {
            let request = ListDepositRefundsRequest { page_no, page_size };
            bench.backend.list_deposit_refunds(request).await.expect("a page")
        };
        let page = list(1, 10).await;
        assert_eq!((page.total.0, page.has_more), (Some(2), false));
        assert_eq!(page.result.iter().map(|row| row.id).collect::<Vec<_>>(), [second, first]);
        let row = &page.result[1];
        assert_eq!((row.user_name.0.as_deref(), row.phone_no.as_str()), (Some("李雷"), LI));
        assert_eq!((row.reason.0.as_deref(), row.apply_time.as_str()), (Some("更换城市"), "2021-09-03 10:00"));
        let page = list(1, 1).await;
        assert_eq!((page.result[0].id, page.has_more, page.total.0), (second, true, Some(2)));
        assert_eq!(list(2, 1).await.result[0].id, first);
        assert!(list(3, 1).await.result.is_empty());
        let deep = ListDepositRefundsRequest { page_no: 1001, page_size: 100 };
        assert_eq!(bench.backend.list_deposit_refunds(deep).await.expect_err("too deep").code, 400);

        let detail = detail(&bench, first).await;
        assert_eq!((detail.asset_type.0, detail.asset_code.0.as_deref()), (Some(2), Some("BT0004")));
        assert_eq!((detail.asset_model.0.as_deref(), detail.asset_img.0.as_deref()), (Some("48V24Ah"), None));
        assert_eq!(detail.merchant_code.0.as_deref(), Some("BCD001"));
        assert_eq!(detail.merchant_name.0.as_deref(), Some("朝阳门骑手驿站"));
        let unknown = bench.backend.get_deposit_refund(GetDepositRefundRequest { id: 7 }).await;
        assert_eq!(unknown.expect_err("unknown").code, 404);
    })
    .await;
}

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
        mended.backend.retry_delivery(RetryDeliveryRequest { id }).await.expect("waiting again");
        settle(&mended.backend).await;
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

#[tokio::test(flavor = "multi_thread")]
async fn confirmations_that_race_make_one_refund() {
    for holder in [Holder::Weichuang, Holder::Polaris] {
        on_both_engines(|bench| async move {
            li(&bench, holder).await;
            let partner = Partner::new(&bench, |_, _| with(json!({}))).await;
            let id = apply(&partner.backend, LI).await.expect("an application");
            let confirmations: Vec<_> = (0..6)
                .map(|number| {
                    let backend = partner.instance(&bench, number % 2);
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
