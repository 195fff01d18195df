use contracts::weichuang::{
    AssetBinding, CompleteMigrationRequest, RefundDepositRequest, SyncAssetBindingsRequest, UpdateBatteryBindingRequest,
};

use super::{
    Message, SyncedBinding,
    fault::Fault,
    lease::Leased,
    message::batch_no,
    sync::SyncRefusal,
    user::{self, NOBODY},
};
use crate::backend::{
    Backend,
    db::sql,
    deposits,
    error::{Error, Result},
    money, time,
};

/// 资产类型 电池
const BATTERY: i32 = 2;

/// Tells Weichuang what a row says. Gives what is worth keeping of the answer.
pub(super) async fn attempt(backend: &Backend, row: &Leased) -> Result<Option<String>, Fault> {
    let weichuang = backend.weichuang();
    match &row.message {
        Some(Message::Binding { battery_code, member_id, bound }) => {
            let member = user::member(backend, *member_id).await?;
            let request = UpdateBatteryBindingRequest {
                battery_code: battery_code.clone(),
                user_id: user::user_id(backend, &member).await?,
                user_phone: member.phone,
                state: if *bound { 1 } else { backend.settings().unbind_state },
            };
            weichuang.tell(|it| it.update_battery_binding(&request)).await?;
        }
        Some(Message::MigrationComplete { member_id }) => {
            let member = user::member(backend, *member_id).await?;
            let request = CompleteMigrationRequest {
                phone_no: member.phone,
                user_id: member.id.to_string(),
                migrate_time: time::datetime(row.created_at),
            };
            weichuang.tell(|it| it.complete_migration(&request)).await?;
        }
        Some(Message::Refund { refund_id, member_id, amount }) => {
            let reason = open_refund(backend, *refund_id).await?;
            let request = RefundDepositRequest {
                refund_no: deposits::refund_no(*refund_id),
                phone_no: user::member(backend, *member_id).await?.phone,
                refund_amount: money::yuan(*amount),
                reason,
            };
            weichuang.tell(|it| it.refund_deposit(&request)).await?;
        }
        Some(Message::BindingSync { bindings }) => {
            let batch = batch_no(row.id);
            let bindings = bindings_of(backend, bindings).await?;
            let request = SyncAssetBindingsRequest { batch_no: batch, bindings };
            let answer = weichuang.tell(|it| it.sync_asset_bindings(&request)).await?;
            return Ok(Some(SyncRefusal::kept(answer.results.unwrap_or_default())));
        }
        None => return Err(Fault::Refused("无法识别的投递".to_owned())),
    }
    Ok(None)
}

/// The reason that a refund was applied for, as long as it is to be carried out: a delivery that was parked with a refusal
/// has closed its application, and may not pay when it is tried again.
async fn open_refund(backend: &Backend, refund_id: i64) -> Result<Option<String>, Fault> {
    let found = async { deposits::reason_of_refunding(&mut backend.db().session().await?, refund_id).await }.await;
    found?.ok_or_else(|| Fault::Refused("退款申请已结束".to_owned()))
}

async fn bindings_of(backend: &Backend, bindings: &[SyncedBinding]) -> Result<Vec<AssetBinding>, Fault> {
    let users = users_of(backend, bindings).await?;
    let bindings = bindings.iter().map(|one| {
        let (_, user_id, phone) = users
            .binary_search_by_key(&one.member_id, |(id, ..)| *id)
            .map(|index| &users[index])
            .map_err(|_| Fault::Refused(NOBODY.to_owned()))?;
        Ok(AssetBinding {
            asset_type: BATTERY,
            asset_code: one.battery_code.clone(),
            user_id: user_id.clone(),
            user_phone: phone.clone(),
            state: 1,
            operate_time: time::datetime(one.bound_at),
        })
    });
    bindings.collect()
}

/// The members' ids, their `userId`s at Weichuang and their phones, by id.
async fn users_of(backend: &Backend, bindings: &[SyncedBinding]) -> Result<Vec<(i64, String, String)>, Error> {
    let statement = sql("SELECT id, phone, weichuang_user_id FROM member WHERE id IN ");
    let statement = statement.list(bindings.iter().map(|one| one.member_id)).push(" ORDER BY id");
    let rows = backend.db().session().await?.all(statement).await?;
    let users = rows.iter().map(|row| {
        let id: i64 = row.get("id")?;
        let user_id = row.get::<Option<String>>("weichuang_user_id")?;
        Ok((id, user_id.unwrap_or_else(|| id.to_string()), row.get("phone")?))
    });
    users.collect()
}
