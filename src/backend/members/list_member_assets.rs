use contracts::{
    polaris::{AssetInfo, ListMemberAssetsRequest},
    runtime::format,
};

use crate::backend::{
    Backend,
    assets::{batteries, vehicles},
    db::sql,
    error::{Error, Result},
};

const CURRENT_VEHICLE: i32 = 0;
const CURRENT_BATTERY: i32 = 1;
const INITIAL_VEHICLE: i32 = 2;
const INITIAL_BATTERY: i32 = 3;

/// Of several vehicles that the member has, the one rented last.
const CODES: &str = "SELECT m.merchant_id, m.initial_vehicle, m.initial_battery, \
     (SELECT r.vehicle_code FROM rental r WHERE r.member_id = m.id AND r.returned_at IS NULL \
      ORDER BY r.started_at DESC, r.id DESC LIMIT 1) AS vehicle, \
     (SELECT b.battery_code FROM battery_binding b WHERE b.member_id = m.id AND b.unbound_at IS NULL) AS battery \
     FROM member m WHERE m.id = ";

/// §2.2.21 运营后台-会员列表-查询用户资产详情
///
/// Up to four: the current vehicle and battery, and the first ones.
///
/// # Errors
/// [`Error::NotFound`] for an unknown member, [`Error::Forbidden`] for one outside the scope.
pub async fn list_member_assets(backend: &Backend, request: ListMemberAssetsRequest) -> Result<Vec<AssetInfo>> {
    let unknown = backend.scope().missing(Error::NotFound("会员不存在"));
    let Some(id) = format::id(request.id.trim()) else { return Err(unknown) };
    let mut session = backend.db().session().await?;
    let row = session.first(sql(CODES).bind(id)).await?.ok_or(unknown)?;
    backend.scope().demand(row.get("merchant_id")?)?;
    let mut assets = Vec::new();
    for (asset_type, column) in [
        (CURRENT_VEHICLE, "vehicle"),
        (CURRENT_BATTERY, "battery"),
        (INITIAL_VEHICLE, "initial_vehicle"),
        (INITIAL_BATTERY, "initial_battery"),
    ] {
        let Some(asset_code) = row.get::<Option<String>>(column)? else { continue };
        let model = match asset_type {
            CURRENT_VEHICLE | INITIAL_VEHICLE => vehicles::model(&mut session, &asset_code).await?,
            _ => batteries::model(&mut session, &asset_code).await?,
        };
        assets.push(AssetInfo { asset_type, asset_code, asset_model: model.flatten().into() });
    }
    Ok(assets)
}
