//! §1.2.2 电池列表查询接口: `/battery/query`.

use contracts::weichuang::{BatteryInfo, QueryBatteriesRequest, QueryBatteriesSuccess};

use crate::{
    Origin,
    images::Picture,
    world::{Battery, Records},
};

/// 电池状态, which the page gives no table for.
const FREE: i32 = 0;
/// Bound to a user.
const BOUND: i32 = 1;

/// None or one, with the binding as §1.2.1 left it.
pub(super) fn answer(records: &Records, request: &QueryBatteriesRequest, origin: &Origin) -> QueryBatteriesSuccess {
    let battery = records.batteries.get(&request.battery_code);
    QueryBatteriesSuccess { battery_list: battery.map(|battery| info(battery, records, origin)).into_iter().collect() }
}

fn info(battery: &Battery, records: &Records, origin: &Origin) -> BatteryInfo {
    let merchant = records.merchant(battery.merchant_id.as_ref());
    let user = battery.user_id.as_ref().and_then(|id| records.users.get(id.as_str()));
    let phone = battery.user_phone.as_ref().or(user.map(|user| &user.phone_no));
    BatteryInfo {
        battery_code: battery.battery_code.to_string(),
        merchant_id: merchant.map(|merchant| merchant.merchant_id.to_string()),
        merchant_name: merchant.map(|merchant| merchant.merchant_name.to_string()),
        user_id: battery.user_id.as_ref().map(ToString::to_string),
        user_name: user.and_then(|user| user.user_name.as_ref()).map(ToString::to_string),
        user_phone: phone.map(ToString::to_string),
        state: Some(if battery.user_id.is_some() { BOUND } else { FREE }),
        model: battery.model.as_ref().map(ToString::to_string),
        cover: Some(Picture::Battery.address(&battery.battery_code, battery.cover.as_ref(), origin)),
    }
}
