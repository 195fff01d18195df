use contracts::{
    polaris::CorrectMemberBatteryAssetRequest,
    runtime::{NoData, format},
};
use serde_json::json;

use super::{batteries, bindings};
use crate::backend::{
    Backend,
    audit::{self, Entry},
    error::{Error, Result},
    members, outbox,
};

/// §2.2.17 运营后台-会员电池资产-更正资产
///
/// The relation keeps its id and has another battery from now on.
///
/// # Errors
/// [`Error::NotFound`] for a relation that is not, or no longer, there, and for an unknown battery;
/// [`Error::Forbidden`] when the member or the battery is outside the scope; [`Error::Conflict`] when somebody else has the
/// battery, or corrects the relation at the same time.
pub async fn correct_member_battery_asset(
    backend: &Backend,
    request: CorrectMemberBatteryAssetRequest,
) -> Result<NoData> {
    let (scope, unknown) = (backend.scope(), || backend.scope().missing(NO_RELATION));
    let id = format::id(&request.id).ok_or_else(unknown)?;
    let mut session = backend.db().transaction().await?;
    let binding = bindings::current(&mut session, id).await?.ok_or_else(unknown)?;
    let member = members::by_id(&mut session, binding.member_id).await?.ok_or_else(unknown)?;
    scope.demand(member.merchant_id)?;
    // An unknown battery belongs to nobody.
    scope.demand(batteries::owner(&mut session, &request.battery_code).await?.flatten())?;
    let (code, now) = (&request.battery_code, backend.now());
    let deliveries = bindings::replace(&mut session, backend, &member, &binding, code, now).await?;
    if deliveries.is_empty() {
        return Ok(NoData);
    }
    let entry = Entry {
        operation: "correctMemberBatteryAsset",
        operator: None,
        entity: format!("binding {id}"),
        before: json!({ "batteryCode": binding.battery_code }),
        after: json!({ "batteryCode": request.battery_code }),
    };
    audit::record(&mut session, backend, entry).await?;
    session.commit().await?;
    outbox::deliver_now(backend, &deliveries).await;
    Ok(NoData)
}

const NO_RELATION: Error = Error::NotFound("会员电池关系不存在或已解除");
