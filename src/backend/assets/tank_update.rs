use contracts::{polaris::TankUpdateRequest, runtime::NoData};
use serde_json::json;

use crate::backend::{
    Backend,
    audit::{self, Entry},
    db::sql,
    error::{Error, Result},
};

/// §2.1.1 电柜资产修改调用接口
///
/// The same values again change nothing, and the audit log says nothing of them.
///
/// # Errors
/// [`Error::NotFound`] for an unknown tank, [`Error::Forbidden`] for one outside the scope.
pub async fn tank_update(backend: &Backend, request: TankUpdateRequest) -> Result<NoData> {
    let mut session = backend.db().transaction().await?;
    // Changing nothing locks the row on both engines, so that the values read next are the ones replaced.
    session.execute(sql("UPDATE tank SET code = code WHERE code = ").bind(&request.tank_code)).await?;
    let read = sql("SELECT merchant_id, latitude, longitude, address FROM tank WHERE code = ").bind(&request.tank_code);
    let row = session.first(read).await?.ok_or_else(|| backend.scope().missing(Error::NotFound("电柜不存在")))?;
    backend.scope().demand(row.get("merchant_id")?)?;
    let old = |column| row.get::<Option<String>>(column);
    let before = json!({
        "latitude": old("latitude")?, "longitude": old("longitude")?, "address": old("address")?,
    });
    let after = json!({
        "latitude": request.latitude, "longitude": request.longitude, "address": request.address,
    });
    if before == after {
        return Ok(NoData);
    }
    let update = sql("UPDATE tank SET latitude = ").bind(&request.latitude);
    let update = update.push(", longitude = ").bind(&request.longitude).push(", address = ").bind(&request.address);
    session.execute(update.push(" WHERE code = ").bind(&request.tank_code)).await?;
    let entity = format!("tank {}", request.tank_code);
    let entry = Entry { operation: "tankUpdate", operator: None, entity, before, after };
    audit::record(&mut session, backend, entry).await?;
    session.commit().await?;
    Ok(NoData)
}
