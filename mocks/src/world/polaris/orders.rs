use serde::Deserialize;

use super::{Record, Reference, Target};
use crate::world::{Cents, Choice, Code, Moment, Name, PackageType, Phone, Reason};

/// 换电订单 (§2.2.1); name and merchant are the member's
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SwapOrder {
    /// 来源单号
    pub external_no: Code,
    /// 会员手机号码
    pub phone_no: Phone,
    /// 电柜编号
    pub device_id: Code,
    /// 订单类型: 1 正常, 0 异常
    pub order_type: Choice<0, 1>,
    /// 订单状态: 0 进行中, 1 已完成, 2 异常待处理, 3 异常已处理, 4 已取消
    pub order_state: Choice<0, 4>,
    /// 渠道
    pub channel: Option<Name>,
    /// 开始时间
    pub start_time: Moment,
    /// 完成时间
    pub complete_time: Option<Moment>,
    /// 新电池
    pub new_battery: Option<Code>,
    /// 旧电池
    pub old_battery: Option<Code>,
    /// 支付状态: 0 未支付, 1 已支付, 2 已退款
    pub pay_status: Option<Choice<0, 2>>,
    /// 支付类型: 1 月卡, 2 次卡, 3 单次
    pub pay_type: Option<Choice<1, 3>>,
    /// 借出电池位置
    pub borrow_box_no: Option<Choice<0, 999>>,
    /// 归还电池位置
    pub return_box_no: Option<Choice<0, 999>>,
    /// 借出电池电量, in percent
    pub borrow_electric: Option<Choice<0, 100>>,
    /// 归还电池电量, in percent
    pub return_electric: Option<Choice<0, 100>>,
    /// 套餐名称
    pub package_name: Option<Name>,
    /// 价格, 分
    pub price: Option<Cents>,
    /// 操作人id
    pub operator_id: Option<Name>,
    /// 操作人名称
    pub operator_name: Option<Name>,
    /// 操作时间
    pub operator_time: Option<Moment>,
    /// 操作备注
    pub remark: Option<Reason>,
}

impl Record for SwapOrder {
    const KIND: &'static str = "orders";

    fn key(&self) -> String {
        self.external_no.to_string()
    }

    fn references(&self) -> Vec<Reference<'_>> {
        let new = Target::Battery.from("newBattery", self.new_battery.as_ref().map(Code::as_str));
        let old = Target::Battery.from("oldBattery", self.old_battery.as_ref().map(Code::as_str));
        let member = Target::Member.from("phoneNo", Some(self.phone_no.as_str()));
        let tank = Target::Tank.from("deviceId", Some(self.device_id.as_str()));
        [member, tank, new, old].into_iter().flatten().collect()
    }

    fn check(&self) -> Result<(), &'static str> {
        let states: &[i64] = if self.order_type.code() == 1 { &[0, 1, 4] } else { &[2, 3] };
        if !states.contains(&self.order_state.code()) {
            return Err("orderState does not go with orderType: normal orders have 0, 1 or 4, abnormal ones 2 or 3");
        }
        if self.complete_time.is_some_and(|end| end < self.start_time) {
            return Err("completeTime is before startTime");
        }
        Ok(())
    }
}

/// 月费套餐订单 (todo.4)
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct MonthlyPackageOrder {
    /// 来源单号
    pub external_no: Code,
    /// 会员手机号码
    pub phone_no: Phone,
    /// 套餐名称
    pub package_name: Name,
    /// 价格, 分
    pub price: Cents,
    /// 支付状态: 0 未支付, 1 已支付, 2 已退款
    pub pay_status: Choice<0, 2>,
    /// 支付时间
    pub pay_time: Option<Moment>,
    /// 生效时间
    pub effective_time: Option<Moment>,
    /// 到期时间
    pub expire_time: Option<Moment>,
}

impl Record for MonthlyPackageOrder {
    const KIND: &'static str = "package-orders";

    fn key(&self) -> String {
        self.external_no.to_string()
    }

    fn references(&self) -> Vec<Reference<'_>> {
        Target::Member.from("phoneNo", Some(self.phone_no.as_str())).into_iter().collect()
    }
}

/// 套餐赠送 (todo.3)
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PackageGift {
    /// 赠送单号
    pub gift_no: Code,
    /// 会员手机号码
    pub phone_no: Phone,
    /// 套餐名称
    pub package_name: Name,
    /// 套餐类型
    pub package_type: PackageType,
    /// 赠送天数或次数
    pub amount: Choice<1, 9_999>,
    /// 状态: 1 有效, 2 已撤销, 3 已用完或已过期
    pub status: Choice<1, 3>,
    /// 操作人
    pub operator_id: Option<Name>,
    /// 操作人名称
    pub operator_name: Option<Name>,
    /// 赠送时间
    pub grant_time: Moment,
    /// 备注
    pub remark: Option<Reason>,
}

impl Record for PackageGift {
    const KIND: &'static str = "gifts";

    fn key(&self) -> String {
        self.gift_no.to_string()
    }

    fn references(&self) -> Vec<Reference<'_>> {
        Target::Member.from("phoneNo", Some(self.phone_no.as_str())).into_iter().collect()
    }
}
