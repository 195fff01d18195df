use serde::Deserialize;

use super::{Claim, Record, Reference, Target, Unique};
use crate::world::{Choice, Code, Cover, Latitude, Longitude, MerchantId, Moment, Name, Number, Sentence};

/// 商户
#[derive(Debug, Clone, Deserialize)]
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
    /// 商家类型名称
    pub merchant_type_name: Option<Name>,
    /// 城市ID
    pub city_id: Option<Choice<1, 999_999>>,
    /// 城市名称
    pub city_name: Option<Name>,
    /// 所在区域
    pub region_name: Option<Name>,
}

impl Record for Merchant {
    const KIND: &'static str = "merchants";

    fn key(&self) -> String {
        self.merchant_id.to_string()
    }

    fn claims(&self) -> Vec<Claim> {
        vec![Unique::MerchantCode.claim(&self.merchant_code), Unique::MerchantCode.claim(&self.share_code)]
    }

    fn check(&self) -> Result<(), &'static str> {
        let same = self.merchant_code.as_str() == self.share_code.as_str();
        if same { Err("merchantCode and shareCode are one code space, so they must differ") } else { Ok(()) }
    }
}

/// 电柜
#[derive(Debug, Clone, Deserialize)]
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
}

impl Record for Tank {
    const KIND: &'static str = "tanks";

    fn key(&self) -> String {
        self.tank_code.to_string()
    }

    fn references(&self) -> Vec<Reference<'_>> {
        of_merchant(self.merchant_id.as_ref())
    }
}

/// 电池; with `cabinetCode` it is in a cabinet
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Battery {
    /// 电池编号
    pub battery_code: Code,
    /// 所属商户ID
    pub merchant_id: Option<MerchantId>,
    /// 电池型号
    pub battery_model: Option<Name>,
    /// 图片地址; without one the mock draws it
    pub img_url: Option<Cover>,
    /// 电柜编号
    pub cabinet_code: Option<Code>,
    /// 电柜格口
    pub grid_pos: Option<Name>,
    /// 当前电量, in percent
    pub current_battery: Option<Choice<0, 100>>,
    /// 电量充满时间
    pub charge_full_date: Option<Moment>,
    /// 预估里程, in km
    pub can_travel_distance: Option<Number>,
}

impl Record for Battery {
    const KIND: &'static str = "batteries";

    fn key(&self) -> String {
        self.battery_code.to_string()
    }

    fn references(&self) -> Vec<Reference<'_>> {
        let cabinet = Target::Tank.from("cabinetCode", self.cabinet_code.as_ref().map(Code::as_str));
        of_merchant(self.merchant_id.as_ref()).into_iter().chain(cabinet).collect()
    }
}

/// 电动车
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Vehicle {
    /// 车辆编号
    pub vehicle_id: Code,
    /// 所属商户ID
    pub merchant_id: Option<MerchantId>,
    /// 车辆型号
    pub model: Option<Name>,
    /// 车辆名称
    pub name: Option<Name>,
    /// 规格
    pub spec: Option<Name>,
    /// 图片地址; without one the mock draws it
    pub img_url: Option<Cover>,
}

impl Record for Vehicle {
    const KIND: &'static str = "vehicles";

    fn key(&self) -> String {
        self.vehicle_id.to_string()
    }

    fn references(&self) -> Vec<Reference<'_>> {
        of_merchant(self.merchant_id.as_ref())
    }
}

fn of_merchant(id: Option<&MerchantId>) -> Vec<Reference<'_>> {
    Target::Merchant.from("merchantId", id.map(MerchantId::as_str)).into_iter().collect()
}
