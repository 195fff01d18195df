use contracts::{
    polaris::{ConfirmDepositRefundData, ConfirmDepositRefundRequest},
    runtime::Success,
};
use serde_json::json;

use super::{
    deposit,
    refund::{self, APPLIED, CONFIRMED, FAILED, REFUNDED, REFUNDING, Refund},
};
use crate::backend::{
    Backend, Scope,
    audit::{self, Entry},
    db::Session,
    error::{Error, Result},
    members,
    outbox::{self, Message},
};

const NONE_OPEN: Error = Error::NotFound("没有未结束的退押申请");

/// §2.2.24 确认退还押金
///
/// # Errors
/// [`Error::NotFound`] when no application is open.
pub async fn confirm_deposit_refund(
    backend: &Backend,
    request: ConfirmDepositRefundRequest,
) -> Result<Success<ConfirmDepositRefundData>> {
    let mut session = backend.db().transaction().await?;
    // Whether there is an application is not told to whom the member is none of their business.
    if *backend.scope() != Scope::All {
        let member = members::by_phone(&mut session, &request.phone_no).await?;
        backend.scope().demand(member.and_then(|member| member.merchant_id))?;
    }
    let refund = refund::newest(&mut session, &request.phone_no).await?.ok_or(NONE_OPEN)?;
    members::demand(&mut session, backend.scope(), refund.member_id).await?;
    if refund.status == FAILED {
        return Err(NONE_OPEN);
    }
    let started = refund::moved(&mut session, refund.id, &[APPLIED, CONFIRMED], REFUNDING).await?;
    let delivery = if started { carry_out(&mut session, backend, &refund).await? } else { None };
    session.commit().await?;
    if let Some(delivery) = delivery {
        outbox::deliver_now(backend, &[delivery]).await;
    }
    let now = refund::by_id(&mut backend.db().session().await?, refund.id).await?.ok_or(NONE_OPEN)?;
    let (success, msg) = match now.status {
        REFUNDED => (true, None),
        FAILED => (false, now.remark.or_else(|| Some("微创拒绝退款".to_owned()))),
        _ => (true, Some("退款处理中".to_owned())),
    };
    Ok(Success { data: ConfirmDepositRefundData { success }, msg })
}

/// Starts a refund: what Weichuang holds is asked of it, and all else is paid back in the same transaction. Returns the
/// delivery to try.
async fn carry_out(session: &mut Session, backend: &Backend, refund: &Refund) -> Result<Option<i64>> {
    let (before, after) = (json!({"status": refund.status}), json!({"status": REFUNDING}));
    let entity = format!("refund {}", refund.id);
    let entry = Entry { operation: "confirmDepositRefund", entity, before, after, ..Entry::default() };
    audit::record(session, backend, entry).await?;
    let held = deposit::start_refund(session, refund.member_id).await?;
    if held.weichuang == 0 {
        refund::carried_out(session, backend, refund.id).await?;
        return Ok(None);
    }
    let (refund_id, member_id, amount) = (refund.id, refund.member_id, held.weichuang);
    Ok(Some(outbox::enqueue(session, backend, Message::Refund { refund_id, member_id, amount }).await?))
}
