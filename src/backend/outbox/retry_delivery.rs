use contracts::{internal::RetryDeliveryRequest, runtime::NoData};
use serde_json::json;

use super::requeue;
use crate::backend::{
    Backend,
    audit::{self, Entry},
    db::sql,
    error::{Error, Result},
};

/// 重新投递
///
/// # Errors
/// [`Error::NotFound`] for an unknown delivery, [`Error::Conflict`] for one that has been delivered.
pub async fn retry_delivery(backend: &Backend, request: RetryDeliveryRequest) -> Result<NoData> {
    let mut session = backend.db().transaction().await?;
    if requeue(&mut session, request.id).await? {
        let entity = format!("delivery {}", request.id);
        let (before, after) = (json!({"state": "parked"}), json!({"state": "pending"}));
        let entry = Entry { operation: "retryDelivery", entity, before, after, ..Entry::default() };
        audit::record(&mut session, backend, entry).await?;
        session.commit().await?;
        return Ok(NoData);
    }
    let row = session.first(sql("SELECT state FROM delivery WHERE id = ").bind(request.id)).await?;
    let state: String = row.ok_or(Error::NotFound("投递不存在"))?.get("state")?;
    if state == "done" { Err(Error::conflict("已送达，不能重新投递")) } else { Ok(NoData) }
}
