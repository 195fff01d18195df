use contracts::{internal::UnbindBatteryRequest, runtime::NoData};
use serde_json::json;

use super::{batteries, bindings};
use crate::backend::{
    Backend,
    audit::{self, Entry},
    error::{Error, Result},
    members, outbox,
};

/// 解绑电池
///
/// The relation ends here, then 1.2.1 there. A battery that nobody has is left alone.
///
/// # Errors
/// [`Error::NotFound`] for an unknown member or battery; [`Error::Conflict`] when somebody else has the battery.
pub async fn unbind_battery(backend: &Backend, request: UnbindBatteryRequest) -> Result<NoData> {
    let mut session = backend.db().transaction().await?;
    let member = members::by_phone(&mut session, &request.phone_no).await?.ok_or(Error::NotFound("会员不存在"))?;
    batteries::model(&mut session, &request.battery_code).await?.ok_or(bindings::NO_BATTERY)?;
    let Some(binding) = bindings::current_of_battery(&mut session, &request.battery_code).await? else {
        return Ok(NoData);
    };
    if binding.member_id != member.id {
        return Err(Error::conflict(bindings::TAKEN));
    }
    let deliveries = bindings::unbind(&mut session, backend, &member, &binding).await?;
    let before = json!({ "batteryCode": request.battery_code });
    let entity = format!("member {}", member.id);
    audit::record(&mut session, backend, Entry { operation: "unbindBattery", entity, before, ..Entry::default() })
        .await?;
    session.commit().await?;
    outbox::deliver_now(backend, &deliveries).await;
    Ok(NoData)
}
