use contracts::{internal::BindBatteryRequest, runtime::NoData};
use serde_json::json;

use super::bindings;
use crate::backend::{
    Backend,
    audit::{self, Entry},
    error::{Error, Result},
    members, outbox,
};

/// 绑定电池
///
/// The relation here, then 1.2.1 there; what comes of the latter does not change the answer. It is the first order or
/// package, not the battery, that makes a new member one who uses the service.
///
/// # Errors
/// [`Error::NotFound`] for an unknown member or battery; [`Error::Conflict`] when somebody else has the battery, or the
/// member has another.
pub async fn bind_battery(backend: &Backend, request: BindBatteryRequest) -> Result<NoData> {
    let mut session = backend.db().transaction().await?;
    let member = members::by_phone(&mut session, &request.phone_no).await?.ok_or(Error::NotFound("会员不存在"))?;
    let deliveries = bindings::bind(&mut session, backend, &member, &request.battery_code, backend.now()).await?;
    if deliveries.is_empty() {
        return Ok(NoData);
    }
    let after = json!({ "batteryCode": request.battery_code });
    let entity = format!("member {}", member.id);
    audit::record(&mut session, backend, Entry { operation: "bindBattery", entity, after, ..Entry::default() }).await?;
    session.commit().await?;
    outbox::deliver_now(backend, &deliveries).await;
    Ok(NoData)
}
