//! §1.2.5 用户信息查询接口 (provisional): `/user/query`.

use contracts::{
    runtime::Refusal,
    weichuang::{QueryUserRequest, QueryUserSuccess},
};

use super::known;
use crate::world::{Battery, Records, Vehicle};

/// Who the user is, what they hold, and whether they have moved to Polaris.
pub(super) fn answer(records: &Records, request: &QueryUserRequest) -> Result<QueryUserSuccess, Refusal> {
    let user = known(records, &request.phone_no)?;
    let merchant = records.merchant(user.merchant_id.as_ref());
    let vehicle = records.held_by::<Vehicle>(user.user_id.as_str());
    let battery = records.held_by::<Battery>(user.user_id.as_str());
    Ok(QueryUserSuccess {
        user_id: Some(user.user_id.to_string()),
        user_name: user.user_name.as_ref().map(ToString::to_string),
        phone_no: Some(user.phone_no.to_string()),
        id_card_state: user.id_card_state.map(Into::into),
        sex: user.sex.as_ref().map(ToString::to_string),
        birthday: user.birthday.map(Into::into),
        merchant_id: merchant.map(|merchant| merchant.merchant_id.to_string()),
        merchant_name: merchant.map(|merchant| merchant.merchant_name.to_string()),
        share_code: merchant.map(|merchant| merchant.share_code.to_string()),
        inviter: user.inviter.as_ref().map(ToString::to_string),
        register_time: user.register_time.map(Into::into),
        vehicle_id: vehicle.map(|vehicle| vehicle.vehicle_id.to_string()),
        battery_code: battery.map(|battery| battery.battery_code.to_string()),
        migrated: Some(user.migration.is_some()),
    })
}
