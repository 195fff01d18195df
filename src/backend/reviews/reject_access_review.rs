use contracts::{polaris::RejectAccessReviewRequest, runtime::NoData};
use serde_json::json;

use super::{State, review::Review};
use crate::backend::{
    Backend, audit,
    db::sql,
    error::{Error, Result},
};

/// §2.2.12 用户接入审核信息-驳回
///
/// # Errors
/// An unknown review; one that is approved.
pub async fn reject_access_review(backend: &Backend, request: RejectAccessReviewRequest) -> Result<NoData> {
    let mut session = backend.db().transaction().await?;
    Review::demand(&mut session, backend.scope(), request.id).await?;
    let statement = sql("UPDATE access_review SET state = ").bind(State::Rejected.code()).push(" WHERE id = ");
    let statement = statement.bind(request.id).push(" AND state = ").bind(State::Pending.code());
    if session.execute(statement).await? == 0 {
        return match Review::by_id(&mut session, request.id).await?.state {
            State::Rejected => Ok(NoData),
            State::Pending | State::Approved => Err(Error::conflict("该审核已通过，不能驳回")),
        };
    }
    let entry = audit::Entry {
        operation: "rejectAccessReview",
        operator: None,
        entity: format!("review {}", request.id),
        before: json!({"state": State::Pending.code()}),
        after: json!({"state": State::Rejected.code()}),
    };
    audit::record(&mut session, backend, entry).await?;
    session.commit().await?;
    Ok(NoData)
}
