/// How a refund is applied for, shown, and confirmed by the merchant.
mod applications;
/// How a refund is carried out, or refused.
mod refunds;
/// Refunds of which nobody knows yet whether they were paid.
mod unknown_outcomes;

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
    runtime::{Failure, TraceId},
    weichuang::{QueryUserDepositRequest, WeichuangApi},
};
use polaris::backend::{
    Backend, Caller, Scope, deposits,
    deposits::Holder,
    members::{self, NewMember, State},
    traced,
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
