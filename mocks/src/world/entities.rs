//! What a world is made of. Fields have the page's names; a derived fact is stored once.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Code, Cover, Day, Latitude, Longitude, MerchantId, Moment, Name, Number, Phone, Reason, Sentence, Yuan};

/// 商户
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Merchant {
    /// 商户ID
    pub merchant_id: MerchantId,
    /// 商家码
    pub merchant_code: Code,
    /// 推广码, 邀请码
    pub share_code: Code,
    /// 商户名称
    pub merchant_name: Name,
}

/// 电柜 (§1.1.1)
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Tank {
    /// 电柜编码
    pub tank_code: Code,
    /// 所属商户ID
    pub merchant_id: Option<MerchantId>,
    /// 电柜纬度
    pub latitude: Option<Latitude>,
    /// 电柜经度
    pub longitude: Option<Longitude>,
    /// 电柜地址
    pub address: Option<Sentence>,
    /// 电柜型号
    pub model: Option<Name>,
    /// 资产状态: 0 停用, 1 正常, 2 离线
    pub state: Option<Number>,
    /// 运营模式
    pub operate_mode: Option<Name>,
    /// 图片; without one the mock draws it
    pub cover: Option<Cover>,
}

/// 电池 (§1.2.2); its binding stands here and nowhere else
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Battery {
    /// 电池编码
    pub battery_code: Code,
    /// 所属商户ID
    pub merchant_id: Option<MerchantId>,
    /// 电池型号
    pub model: Option<Name>,
    /// 电池图片; without one the mock draws it
    pub cover: Option<Cover>,
    /// 绑定人id; free without one
    pub user_id: Option<Code>,
    /// 绑定人手机号, where it is not that of the user of this world
    pub user_phone: Option<Phone>,
}

/// 电动车; its binding stands here and nowhere else
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Vehicle {
    /// 车辆编号
    pub vehicle_id: Code,
    /// 所属商户ID
    pub merchant_id: Option<MerchantId>,
    /// 车辆型号
    pub model: Option<Name>,
    /// 图片; without one the mock draws it
    pub cover: Option<Cover>,
    /// 绑定人id; free without one
    pub user_id: Option<Code>,
    /// 绑定人手机号, where it is not that of the user of this world
    pub user_phone: Option<Phone>,
}

/// 用户 (§1.2.5), with what Weichuang holds for them
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct User {
    /// 用户ID, at Weichuang
    pub user_id: Code,
    /// 用户姓名
    pub user_name: Option<Name>,
    /// 手机号
    pub phone_no: Phone,
    /// 实名状态: 1 已认证, 0 未认证
    pub id_card_state: Option<Number>,
    /// 性别
    pub sex: Option<Name>,
    /// 生日
    pub birthday: Option<Day>,
    /// 所属商户ID
    pub merchant_id: Option<MerchantId>,
    /// 邀请人, by invitation code
    pub inviter: Option<Name>,
    /// 注册时间
    pub register_time: Option<Moment>,
    /// 押金 (§1.2.3)
    pub deposit: Option<Deposit>,
    /// 套餐 (§1.2.4)
    pub package: Option<Package>,
    /// 迁移 (§1.2.6): migrated with one
    pub migration: Option<Migration>,
}

/// 押金: held, or paid back with `refund`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Deposit {
    /// 缴纳押金方式
    pub deposit_type: Name,
    /// 缴纳押金时间
    pub deposit_time: Moment,
    /// 缴纳押金金额, as it was paid
    pub deposit_amount: Yuan,
    /// 退款 (§1.2.7)
    pub refund: Option<Refund>,
}

/// 退款, always of the whole deposit
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Refund {
    /// 退款单号
    pub refund_no: Code,
    /// 退款时间
    pub refund_time: Moment,
    /// 退款原因
    pub reason: Option<Reason>,
}

/// 套餐
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Package {
    /// 套餐名称
    pub package_name: Name,
    /// 套餐类型
    pub package_type: PackageType,
    /// 生效时间
    pub package_create_time: Moment,
    /// 月卡: days from 生效时间 on; 次卡: uses left
    pub amount: u32,
}

/// 套餐类型
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub enum PackageType {
    /// Valid for a number of days.
    #[serde(rename = "月卡")]
    Monthly,
    /// Valid for a number of uses.
    #[serde(rename = "次卡")]
    Counted,
}

/// 迁移: Weichuang was told that the user lives at Polaris now
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Migration {
    /// 北极星侧用户ID
    pub user_id: Code,
    /// 迁移完成时间
    pub migrate_time: Moment,
}

impl Deposit {
    /// What is held now: 0.00 after the refund.
    #[must_use]
    pub fn held(&self) -> Yuan {
        if self.refund.is_some() { Yuan::ZERO } else { self.deposit_amount }
    }
}

impl Package {
    /// 有效状态 at `now`: 还剩几天 or 还剩几次.
    #[must_use]
    pub fn effective_content(&self, now: Moment) -> String {
        match self.package_type {
            PackageType::Counted if self.amount == 0 => "已用完".to_owned(),
            PackageType::Counted => format!("还剩{}次", self.amount),
            PackageType::Monthly => self.days_left(now),
        }
    }

    fn days_left(&self, now: Moment) -> String {
        const DAY: i64 = 24 * 60 * 60;
        let used = now.since(self.package_create_time).as_secs();
        let left = i64::from(self.amount) * DAY - used;
        match left {
            _ if used < 0 => "未生效".to_owned(),
            ..=0 => "已到期".to_owned(),
            // A day that has begun counts: on the last one it still says 还剩1天.
            _ => format!("还剩{}天", (left + DAY - 1) / DAY),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package(package_type: PackageType, amount: u32) -> Package {
        Package {
            package_name: "畅行月卡".parse().expect("a name"),
            package_type,
            package_create_time: "2021-08-22 09:00:00".parse().expect("a moment"),
            amount,
        }
    }

    #[test]
    fn what_is_left_of_a_package_is_told_in_days_or_uses() {
        let at = |now: &str, package: &Package| package.effective_content(now.parse().expect("a moment"));
        let monthly = package(PackageType::Monthly, 30);
        assert_eq!(at("2021-09-03 10:00:00", &monthly), "还剩18天");
        assert_eq!(at("2021-09-21 08:59:59", &monthly), "还剩1天");
        assert_eq!(at("2021-09-21 09:00:00", &monthly), "已到期");
        assert_eq!(at("2021-08-22 08:59:59", &monthly), "未生效");
        assert_eq!(at("2021-09-03 10:00:00", &package(PackageType::Counted, 7)), "还剩7次");
        assert_eq!(at("2021-09-03 10:00:00", &package(PackageType::Counted, 0)), "已用完");
    }
}
