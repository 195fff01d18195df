use contracts::{
    polaris::MerchantConfirmRefundRequest,
    runtime::{NoData, filter},
};
use serde_json::json;

use super::refund::{self, APPLIED, CONFIRMED};
use crate::backend::{
    Backend,
    audit::{self, Entry},
    db::sql,
    error::{Error, Result},
    members,
};

/// todo.2 商家确认退押金
///
/// # Errors
/// [`Error::NotFound`] for an unknown application, [`Error::Conflict`] for one that does not wait for the merchant.
pub async fn merchant_confirm_refund(backend: &Backend, request: MerchantConfirmRefundRequest) -> Result<NoData> {
    let mut session = backend.db().transaction().await?;
    let unknown = || backend.scope().missing(Error::NotFound("退押申请不存在"));
    let refund = refund::by_id(&mut session, request.id).await?.ok_or_else(unknown)?;
    members::demand(&mut session, backend.scope(), refund.member_id).await?;
    if !refund::moved(&mut session, request.id, &[APPLIED], CONFIRMED).await? {
        return Err(Error::conflict("申请不在待商家确认状态"));
    }
    let statement = sql("UPDATE refund SET merchant_confirmed_at = ").bind(backend.now());
    let statement = statement.push(", merchant_confirm_info = ").bind(request.merchant_confirm_info.trim());
    let statement = statement.push(", merchant_upload_img = ").bind(filter(&request.merchant_upload_img));
    let statement = statement.push(", remark = ").bind(filter(&request.remark));
    session.execute(statement.push(" WHERE id = ").bind(request.id)).await?;
    let (before, after) = (json!({"status": APPLIED}), json!({"status": CONFIRMED}));
    let entity = format!("refund {}", request.id);
    let entry = Entry { operation: "merchantConfirmRefund", entity, before, after, ..Entry::default() };
    audit::record(&mut session, backend, entry).await?;
    session.commit().await?;
    Ok(NoData)
}
