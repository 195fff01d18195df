use contracts::{
    polaris::{ListOperationBatteriesRequest, OperationBattery, OperationBatteryPage},
    runtime::filter,
};

use super::filter::{equal, prefix};
use crate::backend::{
    Backend, Shown,
    db::{Row, sql},
    error::Result,
    merchants,
    page::Paging,
    time,
};

const COLUMNS: &str = "battery.code, battery.model, battery.img_url, battery.tank_code, battery.grid_pos, \
     battery.charge, battery.full_at, battery.distance, merchant.name AS merchant_name, merchant.city_name, \
     battery_binding.id AS binding_id, member.name AS user_name";
const FROM: &str = "FROM battery JOIN merchant ON merchant.id = battery.merchant_id \
     LEFT JOIN battery_binding ON battery_binding.battery_code = battery.code AND battery_binding.unbound_at IS NULL \
     LEFT JOIN member ON member.id = battery_binding.member_id";
const WHERE: &str =
    " WHERE (battery.tank_code IS NOT NULL OR battery_binding.id IS NOT NULL) AND battery.merchant_id IN ";

/// §2.2.15 运营后台-运营电池列表
///
/// The merchants' batteries that are in a cabinet or with a user; one in neither is in no list. A battery has no id:
/// its code stands for it, the last code first.
///
/// # Errors
/// For a page that is too deep, and a merchant outside the scope.
pub async fn list_operation_batteries(
    backend: &Backend,
    request: ListOperationBatteriesRequest,
) -> Result<OperationBatteryPage> {
    let paging = Paging::optional(request.page_no, request.page_size)?;
    let merchants = merchants::digit_ids(&request.merchant_ids);
    backend.scope().demand_all(&merchants)?;
    let page = if merchants.is_empty() {
        paging.empty()
    } else {
        let from = sql(FROM)
            // The user may be another merchant's.
            .append(backend.scope().condition("member.merchant_id"))
            .push(WHERE)
            .list(merchants)
            .append(prefix("member.name", filter(&request.user_name)))
            .append(equal("battery.code", filter(&request.battery_code)));
        let mut session = backend.db().session().await?;
        paging.read(&mut session, COLUMNS, from, "battery.code DESC", |row| read(backend, row)).await?
    };
    Ok(OperationBatteryPage {
        total: page.total.into(),
        page_no: page.number,
        page_size: page.size,
        has_more: page.has_more,
        result: page.rows,
    })
}

fn read(backend: &Backend, row: &Row) -> Result<OperationBattery> {
    let code: String = row.get("code")?;
    // What a cabinet knows of a battery ends when a user takes it, whatever was told last.
    let in_cabinet = row.get::<Option<i64>>("binding_id")?.is_none();
    let text = |column| row.get::<Option<String>>(column).map(|text| text.filter(|_| in_cabinet));
    let number = |column| row.get::<Option<i64>>(column).map(|number| number.filter(|_| in_cabinet));
    Ok(OperationBattery {
        img_url: backend.settings().pictures.address(Shown::Battery, &code, row.get("img_url")?).into(),
        battery_code: code,
        battery_model: row.get::<Option<String>>("model")?.into(),
        merchant_name: row.get::<String>("merchant_name")?.into(),
        city_name: row.get::<Option<String>>("city_name")?.into(),
        user_name: row.get::<Option<String>>("user_name")?.into(),
        cabinet_code: text("tank_code")?.into(),
        grid_pos: text("grid_pos")?.into(),
        current_battery: number("charge")?.map(|charge| format!("{charge}%")).into(),
        charge_full_date: number("full_at")?.map(time::datetime).into(),
        can_travel_distance: number("distance")?.map(|distance| format!("{distance}km")).into(),
    })
}
