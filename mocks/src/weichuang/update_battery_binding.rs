//! §1.2.1 电池资产绑定关系状态更新接口: `/battery/binding/update`.

use contracts::{
    runtime::Refusal,
    weichuang::{UpdateBatteryBindingRequest, UpdateBatteryBindingSuccess},
};

use super::formed;
use crate::world::{Asset, Battery, Code, Phone, Records};

/// `state` that binds; the other one unbinds (provisional).
const BIND: i32 = 1;

/// Binds or unbinds one battery.
pub(super) fn answer(
    records: &mut Records,
    request: &UpdateBatteryBindingRequest,
) -> Result<UpdateBatteryBindingSuccess, Refusal> {
    let wish = Wish {
        code: &request.battery_code,
        user_id: &request.user_id,
        user_phone: &request.user_phone,
        state: request.state,
    };
    update::<Battery>(records, &wish, "电池不存在", "电池已被其他用户绑定")?;
    Ok(UpdateBatteryBindingSuccess {})
}

/// Who shall have, or no longer have, which asset.
pub(super) struct Wish<'a> {
    pub code: &'a str,
    pub user_id: &'a str,
    pub user_phone: &'a str,
    pub state: i32,
}

/// The rule of §1.2.1 for any kind of asset: users are compared by `userId`, and need not be known.
pub(super) fn update<T: Asset>(
    records: &mut Records,
    wish: &Wish<'_>,
    unknown: &str,
    taken: &str,
) -> Result<(), Refusal> {
    let asset = T::table(records).get(wish.code).ok_or_else(|| Refusal::new(404, unknown))?;
    let user_id: Code = formed(wish.user_id)?;
    let after = match (asset.holder(), wish.state) {
        (Some(holder), _) if *holder != user_id => return Err(Refusal::new(409, taken)),
        (Some(_), BIND) => return Ok(()),
        (None, BIND) => (Some(user_id), phone_to_keep(records, wish)?),
        (None, _) => return Ok(()),
        (Some(_), _) => (None, None),
    };
    T::table_mut(records).change(wish.code, |asset| asset.hand(after.0, after.1));
    Ok(())
}

/// The phone number, unless the user is known by the same one.
fn phone_to_keep(records: &Records, wish: &Wish<'_>) -> Result<Option<Phone>, Refusal> {
    let phone: Phone = formed(wish.user_phone)?;
    let known = records.users.get(wish.user_id).is_some_and(|user| user.phone_no == phone);
    Ok((!known).then_some(phone))
}
