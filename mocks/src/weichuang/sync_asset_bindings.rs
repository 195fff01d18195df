//! §todo.weichuang.1 资产绑定关系同步接口 (provisional): `/asset/binding/sync`.

use contracts::{
    runtime::Refusal,
    weichuang::{AssetBinding, AssetBindingResult, SyncAssetBindingsRequest, SyncAssetBindingsSuccess},
};

use super::{
    batches::Batches,
    update_battery_binding::{Wish, update},
};
use crate::world::{Battery, Records, Vehicle};

/// 资产类型 1-电动车; the other one is 2-电池.
const VEHICLE: i32 = 1;

/// Item by item as §1.2.1; the same `batchNo` again answers as the first time.
pub(super) fn answer(
    records: &mut Records,
    batches: &mut Batches,
    request: SyncAssetBindingsRequest,
) -> SyncAssetBindingsSuccess {
    if let Some(results) = batches.answered(&request.batch_no) {
        return SyncAssetBindingsSuccess { results: Some(results.to_vec()) };
    }
    let results: Vec<_> = request.bindings.into_iter().map(|binding| result(records, binding)).collect();
    batches.remember(request.batch_no, results.clone());
    SyncAssetBindingsSuccess { results: Some(results) }
}

fn result(records: &mut Records, binding: AssetBinding) -> AssetBindingResult {
    let (result, msg) = match bind(records, &binding) {
        Ok(()) => (200, None),
        Err(refusal) => (refusal.result, refusal.msg),
    };
    AssetBindingResult { asset_code: binding.asset_code, result, msg }
}

fn bind(records: &mut Records, binding: &AssetBinding) -> Result<(), Refusal> {
    let wish = Wish {
        code: &binding.asset_code,
        user_id: &binding.user_id,
        user_phone: &binding.user_phone,
        state: binding.state,
    };
    match binding.asset_type {
        VEHICLE => update::<Vehicle>(records, &wish, "车辆不存在", "车辆已被其他用户绑定"),
        _ => update::<Battery>(records, &wish, "电池不存在", "电池已被其他用户绑定"),
    }
}
