//! §1.1.1 电柜查询接口: `/tank/query`.

use std::collections::HashSet;

use contracts::weichuang::{QueryTanksRequest, QueryTanksSuccess, TankInfo};

use crate::{
    Origin,
    images::Picture,
    world::{Records, Tank},
};

/// The tanks that are known, in the order they were asked for, each once.
pub(super) fn answer(records: &Records, request: &QueryTanksRequest, origin: &Origin) -> QueryTanksSuccess {
    let mut seen = HashSet::new();
    let codes = request.tank_codes.iter().filter(|code| seen.insert(code.as_str()));
    let tanks = codes.filter_map(|code| records.tanks.get(code));
    QueryTanksSuccess { tank_list: tanks.map(|tank| info(tank, records, origin)).collect() }
}

fn info(tank: &Tank, records: &Records, origin: &Origin) -> TankInfo {
    let merchant = records.merchant(tank.merchant_id.as_ref());
    TankInfo {
        tank_code: tank.tank_code.to_string(),
        merchant_id: merchant.map(|merchant| merchant.merchant_id.to_string()),
        merchant_name: merchant.map(|merchant| merchant.merchant_name.to_string()),
        latitude: tank.latitude.as_ref().map(ToString::to_string),
        longitude: tank.longitude.as_ref().map(ToString::to_string),
        address: tank.address.as_ref().map(ToString::to_string),
        model: tank.model.as_ref().map(ToString::to_string),
        state: tank.state.map(Into::into),
        cover: Some(Picture::Tank.address(&tank.tank_code, tank.cover.as_ref(), origin)),
        operate_mode: tank.operate_mode.as_ref().map(ToString::to_string),
    }
}
