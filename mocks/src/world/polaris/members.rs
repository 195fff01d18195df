use serde::Deserialize;

use super::{Claim, Record, Reference, Target, Unique};
use crate::world::{Cents, Choice, Code, Day, Id, MerchantId, Moment, Name, Phone, Reason};

/// 会员
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Member {
    /// 主键ID; without one it is made from the time of registration
    pub id: Option<Id>,
    /// 手机号码
    pub phone_no: Phone,
    /// 用户姓名
    pub user_name: Option<Name>,
    /// 用户状态: 0 新会员, 1 使用中, 2 已冻结, 3 已封号, 4 已逾期, 5 已退款, 6 已注销
    pub state: Choice<0, 6>,
    /// 所属商户ID
    pub merchant_id: Option<MerchantId>,
    /// 邀请人, by invitation code
    pub inviter: Option<Name>,
    /// 城市ID
    pub city_id: Option<Choice<1, 999_999>>,
    /// 城市名称
    pub city_name: Option<Name>,
    /// 用户标签; without one 普通用户
    pub user_label: Option<Name>,
    /// 实名状态: 1 已认证, 0 未认证
    pub id_card_state: Option<Choice<0, 1>>,
    /// 性别
    pub sex: Option<Name>,
    /// 生日
    pub birthday: Option<Day>,
    /// 注册时间
    pub register_time: Moment,
    /// 首次使用时间; the first order or rental that is brought in sets it too
    pub first_use_time: Option<Moment>,
    /// 累计换电次数, besides the completed orders that are brought in
    pub assets_order_num: Option<Choice<0, 1_000_000>>,
    /// 微创的用户ID
    pub weichuang_user_id: Option<Code>,
    /// 初始绑定的电动车; the first rental sets it too
    pub initial_vehicle: Option<Code>,
    /// 初始绑定的电池; the first binding sets it too
    pub initial_battery: Option<Code>,
}

impl Record for Member {
    const KIND: &'static str = "members";

    fn key(&self) -> String {
        self.phone_no.to_string()
    }

    fn references(&self) -> Vec<Reference<'_>> {
        Target::Merchant.from("merchantId", self.merchant_id.as_ref().map(MerchantId::as_str)).into_iter().collect()
    }

    fn claims(&self) -> Vec<Claim> {
        self.id.map(|id| Unique::MemberId.claim(id.code())).into_iter().collect()
    }
}

/// 会员与电池的关系; current without `unbindTime`
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct BatteryBinding {
    /// 会员手机号码
    pub phone_no: Phone,
    /// 电池编号
    pub battery_code: Code,
    /// 绑定时间
    pub bind_time: Moment,
    /// 解绑时间
    pub unbind_time: Option<Moment>,
}

impl Record for BatteryBinding {
    const KIND: &'static str = "bindings";

    fn key(&self) -> String {
        format!("{} {}", self.battery_code, self.bind_time)
    }

    fn references(&self) -> Vec<Reference<'_>> {
        let member = Target::Member.from("phoneNo", Some(self.phone_no.as_str()));
        member.into_iter().chain(Target::Battery.from("batteryCode", Some(self.battery_code.as_str()))).collect()
    }

    fn claims(&self) -> Vec<Claim> {
        if self.unbind_time.is_some() {
            return Vec::new();
        }
        vec![Unique::BatteryInUse.claim(&self.battery_code), Unique::MemberWithBattery.claim(&self.phone_no)]
    }

    fn check(&self) -> Result<(), &'static str> {
        let ends_early = self.unbind_time.is_some_and(|end| end < self.bind_time);
        if ends_early { Err("unbindTime is before bindTime") } else { Ok(()) }
    }
}

/// 车辆租赁; open without `returnTime`
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Rental {
    /// 来源单号
    pub external_no: Code,
    /// 会员手机号码
    pub phone_no: Phone,
    /// 车辆编号
    pub vehicle_id: Code,
    /// 开始时间
    pub start_time: Moment,
    /// 到期时间
    pub due_time: Moment,
    /// 归还时间
    pub return_time: Option<Moment>,
    /// 车辆押金, 分
    pub deposit: Option<Cents>,
}

impl Record for Rental {
    const KIND: &'static str = "rentals";

    fn key(&self) -> String {
        self.external_no.to_string()
    }

    fn references(&self) -> Vec<Reference<'_>> {
        let member = Target::Member.from("phoneNo", Some(self.phone_no.as_str()));
        member.into_iter().chain(Target::Vehicle.from("vehicleId", Some(self.vehicle_id.as_str()))).collect()
    }

    fn claims(&self) -> Vec<Claim> {
        let open = self.return_time.is_none();
        open.then(|| Unique::VehicleRented.claim(&self.vehicle_id)).into_iter().collect()
    }
}

/// 用户迁移 that has ended
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Migration {
    /// 手机号
    pub phone_no: Phone,
    /// How it ended
    pub state: MigrationState,
    /// 失败原因
    pub reason: Option<Reason>,
    /// 开始时间
    pub start_time: Moment,
    /// 完成时间
    pub complete_time: Option<Moment>,
}

/// How a migration has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MigrationState {
    /// Weichuang knows that the member has moved.
    Completed,
    /// It could not go on.
    Failed,
}

impl Record for Migration {
    const KIND: &'static str = "migrations";

    fn key(&self) -> String {
        self.phone_no.to_string()
    }

    fn references(&self) -> Vec<Reference<'_>> {
        let completed = self.state == MigrationState::Completed;
        completed.then(|| Target::Member.from("phoneNo", Some(self.phone_no.as_str()))).flatten().into_iter().collect()
    }

    fn check(&self) -> Result<(), &'static str> {
        match (self.state, self.complete_time, &self.reason) {
            (MigrationState::Completed, Some(_), None) | (MigrationState::Failed, None, Some(_)) => Ok(()),
            (MigrationState::Completed, ..) => Err("a completed migration has completeTime and no reason"),
            (MigrationState::Failed, ..) => Err("a failed migration has a reason and no completeTime"),
        }
    }
}
