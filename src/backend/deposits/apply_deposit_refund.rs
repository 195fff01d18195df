use contracts::{
    polaris::{ApplyDepositRefundData, ApplyDepositRefundRequest},
    runtime::filter,
};
use serde_json::json;

use super::{
    deposit::{self, Held},
    refund::APPLIED,
};
use crate::backend::{
    Backend,
    audit::{self, Entry},
    db::{Bound, DbError, Session, sql},
    error::{Error, Result},
    members,
};

/// todo.1 押金退还申请
///
/// # Errors
/// [`Error::NotFound`] for an unknown member; [`Error::Conflict`] when an application is open, or nothing is to be paid
/// back.
pub async fn apply_deposit_refund(
    backend: &Backend,
    request: ApplyDepositRefundRequest,
) -> Result<ApplyDepositRefundData> {
    let mut session = backend.db().transaction().await?;
    let member = members::by_phone(&mut session, &request.phone_no).await?;
    let member = member.ok_or_else(|| backend.scope().missing(Error::NotFound("会员不存在")))?;
    backend.scope().demand(member.merchant_id)?;
    if is_open(&mut session, member.id).await? {
        return Err(Error::conflict(OPEN));
    }
    if deposit::held(&mut session, member.id).await? == Held::default() {
        return Err(Error::conflict("会员没有可退的押金"));
    }
    let id = backend.mint();
    let columns = "(id, member_id, phone, reason, status, applied_at, asset_type, asset_code, asset_img)";
    let values: [Bound; 9] = [
        id.into(),
        member.id.into(),
        member.phone.into(),
        request.reason.trim().into(),
        APPLIED.into(),
        backend.now().into(),
        request.asset_type.into(),
        filter(&request.asset_code).into(),
        filter(&request.asset_img).into(),
    ];
    match session.execute(sql("INSERT INTO refund ").push(columns).push(" VALUES ").list(values)).await {
        Err(DbError::Duplicate) => return Err(Error::conflict(OPEN)),
        written => written?,
    };
    let (entity, after) = (format!("refund {id}"), json!({"status": APPLIED}));
    let entry = Entry { operation: "applyDepositRefund", entity, after, ..Entry::default() };
    audit::record(&mut session, backend, entry).await?;
    session.commit().await?;
    Ok(ApplyDepositRefundData { id })
}

const OPEN: &str = "会员已有未结束的退押申请";

async fn is_open(session: &mut Session, member_id: i64) -> Result<bool> {
    let statement = sql("SELECT id FROM refund WHERE status IN (1, 2, 3) AND member_id = ").bind(member_id);
    Ok(session.first(statement).await?.is_some())
}
