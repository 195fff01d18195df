use contracts::{
    polaris::RevokePackageGiftRequest,
    runtime::{NoData, filter},
};
use serde_json::json;

use super::gift::Status;
use crate::backend::{
    Backend, audit,
    db::sql,
    error::{Error, Result},
    members,
};

/// §todo.3 套餐赠送-撤销
///
/// # Errors
/// An unknown gift; one that is used up or has expired.
pub async fn revoke_package_gift(backend: &Backend, request: RevokePackageGiftRequest) -> Result<NoData> {
    let mut session = backend.db().transaction().await?;
    let of_gift = sql("SELECT member_id FROM package_gift WHERE id = ").bind(request.id);
    let row = session.first(of_gift).await?;
    let row = row.ok_or_else(|| backend.scope().missing(Error::NotFound("没有这条赠送")))?;
    members::demand(&mut session, backend.scope(), row.get("member_id")?).await?;
    let statement = sql("UPDATE package_gift SET status = ").bind(Status::Revoked.code()).push(" WHERE id = ");
    let statement = statement.bind(request.id).push(" AND status = ").bind(Status::Valid.code());
    if session.execute(statement).await? == 0 {
        let row = session.first(sql("SELECT status FROM package_gift WHERE id = ").bind(request.id)).await?;
        let row = row.ok_or(Error::NotFound("没有这条赠送"))?;
        if row.get::<i64>("status")? == Status::Revoked.code() {
            return Ok(NoData);
        }
        return Err(Error::conflict("该赠送已用完或已过期，不能撤销"));
    }
    let entry = audit::Entry {
        operation: "revokePackageGift",
        operator: Some(&request.operator_id),
        entity: format!("gift {}", request.id),
        before: json!({"status": Status::Valid.code()}),
        after: json!({"status": Status::Revoked.code(), "remark": filter(&request.remark)}),
    };
    audit::record(&mut session, backend, entry).await?;
    session.commit().await?;
    Ok(NoData)
}
