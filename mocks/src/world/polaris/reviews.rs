use serde::Deserialize;

use super::{Record, Reference, Target};
use crate::world::{Cents, Choice, Code, Moment, Name, Phone, Yuan};

/// 用户接入审核 (§2.2.9)
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AccessReview {
    /// 来源单号
    pub external_no: Code,
    /// 会员手机号码
    pub phone_no: Phone,
    /// 用户姓名
    pub user_name: Name,
    /// 提交时间
    pub submit_time: Moment,
    /// 车辆编号
    pub vehicle_id: Option<Code>,
    /// 电池编号
    pub battery_code: Option<Code>,
    /// 租赁类型
    pub rent_type: Option<Name>,
    /// 车押缴纳方式
    pub assets_direction_str: Option<Name>,
    /// 电押缴纳方式
    pub direction_str: Option<Name>,
    /// 订单类型: 1 新增接入, 2 资产更换
    pub order_type: Option<Choice<0, 99>>,
    /// 押金, 分
    pub deposit: Option<Cents>,
    /// 押金(旧), 分
    pub old_deposit: Option<Cents>,
    /// 线上押金, 元
    pub online_price: Option<Yuan>,
    /// 线下押金, 元
    pub offline_price: Option<Yuan>,
    /// 商家编码
    pub share_code: Option<Code>,
    /// 状态: 0 待确认, 1 已确认, 2 已驳回
    pub state: Choice<0, 2>,
    /// 绑定时间, when it was approved
    pub bind_date: Option<Moment>,
}

impl AccessReview {
    /// 已确认
    pub const APPROVED: i64 = 1;
}

impl Record for AccessReview {
    const KIND: &'static str = "reviews";

    fn key(&self) -> String {
        self.external_no.to_string()
    }

    fn references(&self) -> Vec<Reference<'_>> {
        let vehicle = Target::Vehicle.from("vehicleId", self.vehicle_id.as_ref().map(Code::as_str));
        let battery = Target::Battery.from("batteryCode", self.battery_code.as_ref().map(Code::as_str));
        let member = Target::Member.from("phoneNo", Some(self.phone_no.as_str()));
        [member, vehicle, battery].into_iter().flatten().collect()
    }

    fn check(&self) -> Result<(), &'static str> {
        if self.bind_date.is_some() == (self.state.code() == Self::APPROVED) {
            return Ok(());
        }
        Err("an approved review (state 1) has a bindDate, and no other has one")
    }
}
