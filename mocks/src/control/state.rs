use std::sync::Arc;

use poem::{
    Response, handler,
    http::StatusCode,
    web::{Data, Path},
};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::{
    ControlFailure, PolarisSide,
    edit::AnyEntity,
    error::{ControlError, json},
};
use crate::{
    Mock,
    world::{Asset, Battery, Code, Merchant, Migration, Moment, Phone, Records, Tank, User, Vehicle},
};

/// The whole state, side by side.
#[derive(Debug, Serialize, ToSchema)]
pub struct State<'a> {
    /// What Weichuang knows.
    pub weichuang: WeichuangState<'a>,
    /// What Polaris knows: the rows of its database, by collection.
    pub polaris: Value,
}

/// What Weichuang knows: five collections of entities, and two views of what stands in them.
#[derive(Debug, Serialize, ToSchema)]
pub struct WeichuangState<'a> {
    /// 商户, by `merchantId`
    pub merchants: &'a [Merchant],
    /// 电柜, by `tankCode`
    pub tanks: &'a [Tank],
    /// 电池, by `batteryCode`
    pub batteries: &'a [Battery],
    /// 电动车, by `vehicleId`
    pub vehicles: &'a [Vehicle],
    /// 用户 with 押金, 套餐 and 迁移, by `userId`
    pub users: &'a [User],
    /// 绑定关系: a view of batteries and vehicles, by `assetCode`
    pub bindings: Vec<Binding<'a>>,
    /// 已迁移的用户: a view of users, by their `userId` at Polaris
    pub migrations: Vec<Migrated<'a>>,
}

/// An entity or a row of a view, of the form that its collection has.
#[derive(ToSchema)]
#[schema(as = Row)]
#[serde(untagged)]
#[expect(dead_code, reason = "it stands in the document alone")]
pub(super) enum AnyRow<'a> {
    Entity(Box<AnyEntity>),
    Binding(Binding<'a>),
    Migrated(Migrated<'a>),
    Polaris(std::collections::HashMap<String, Value>),
}

/// One binding, with the fields of 资产绑定关系同步接口.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Binding<'a> {
    /// 1-电动车 2-电池
    pub asset_type: u8,
    /// 资产编号
    pub asset_code: &'a str,
    /// 用户ID
    pub user_id: &'a Code,
    /// 用户手机号
    pub user_phone: Option<&'a Phone>,
}

/// One migrated user, with the fields of §1.2.6.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Migrated<'a> {
    /// 手机号
    pub phone_no: &'a Phone,
    /// 北极星侧用户ID
    pub user_id: &'a Code,
    /// 迁移完成时间
    pub migrate_time: Moment,
}

impl<'a> WeichuangState<'a> {
    fn of(records: &'a Records) -> Self {
        let migrations = records.users.rows().iter().filter_map(|user| {
            let Migration { user_id, migrate_time } = user.migration.as_ref()?;
            Some(Migrated { phone_no: &user.phone_no, user_id, migrate_time: *migrate_time })
        });
        Self {
            merchants: records.merchants.rows(),
            tanks: records.tanks.rows(),
            batteries: records.batteries.rows(),
            vehicles: records.vehicles.rows(),
            users: records.users.rows(),
            bindings: bindings::<Vehicle>(records, 1).chain(bindings::<Battery>(records, 2)).collect(),
            migrations: migrations.collect(),
        }
    }
}

fn bindings<T: Asset>(records: &Records, asset_type: u8) -> impl Iterator<Item = Binding<'_>> {
    T::table(records).rows().iter().filter_map(move |asset| {
        let user_id = asset.holder()?;
        let known = records.users.get(user_id.as_str()).map(|user| &user.phone_no);
        Some(Binding { asset_type, asset_code: asset.key(), user_id, user_phone: asset.phone().or(known) })
    })
}

/// Read the whole state
#[utoipa::path(get, path = "/state", operation_id = "getState", tag = "world", responses((status = 200, description = "Every collection of every side", body = State)))]
#[handler]
pub(super) async fn get_state(
    mock: Data<&Arc<Mock>>,
    polaris: Data<&Arc<dyn PolarisSide>>,
) -> Result<Response, ControlError> {
    let polaris = polaris.state().await?;
    Ok(mock
        .weichuang()
        .look(|records| json(StatusCode::OK, &State { weichuang: WeichuangState::of(records), polaris })))
}

/// Read one collection
#[utoipa::path(get, path = "/state/{side}/{collection}", operation_id = "getCollection", tag = "world",
    params(
        ("side" = String, Path, description = "weichuang or polaris", example = "weichuang"),
        ("collection" = String, Path, description = "A field of the side's state", example = "batteries"),
    ),
    responses(
        (status = 200, description = "Its entities, in the order of the world file", body = Vec<AnyRow>),
        (status = 404, description = "No such side or collection", body = ControlFailure),
    ))]
#[handler]
pub(super) async fn get_collection(
    mock: Data<&Arc<Mock>>,
    polaris: Data<&Arc<dyn PolarisSide>>,
    Path((side, collection)): Path<(String, String)>,
) -> Result<Response, ControlError> {
    if known_side(&side)? == Side::Polaris {
        return polaris.collection(&collection).await;
    }
    mock.weichuang().look(|records| {
        let WeichuangState { merchants, tanks, batteries, vehicles, users, bindings, migrations } =
            WeichuangState::of(records);
        match collection.as_str() {
            "merchants" => Ok(json(StatusCode::OK, &merchants)),
            "tanks" => Ok(json(StatusCode::OK, &tanks)),
            "batteries" => Ok(json(StatusCode::OK, &batteries)),
            "vehicles" => Ok(json(StatusCode::OK, &vehicles)),
            "users" => Ok(json(StatusCode::OK, &users)),
            "bindings" => Ok(json(StatusCode::OK, &bindings)),
            "migrations" => Ok(json(StatusCode::OK, &migrations)),
            _ => Err(unknown_collection()),
        }
    })
}

/// Read one entity
#[utoipa::path(get, path = "/state/{side}/{collection}/{key}", operation_id = "getEntity", tag = "world",
    params(
        ("side" = String, Path, description = "weichuang or polaris", example = "weichuang"),
        ("collection" = String, Path, description = "A field of the side's state", example = "batteries"),
        ("key" = String, Path, description = "The entity's code or id", example = "BT0001"),
    ),
    responses(
        (status = 200, description = "The entity", body = AnyRow),
        (status = 404, description = "No such side, collection or entity", body = ControlFailure),
    ))]
#[handler]
pub(super) async fn get_entity(
    mock: Data<&Arc<Mock>>,
    polaris: Data<&Arc<dyn PolarisSide>>,
    Path((side, collection, key)): Path<(String, String, String)>,
) -> Result<Response, ControlError> {
    if known_side(&side)? == Side::Polaris {
        return polaris.entity(&collection, &key).await;
    }
    mock.weichuang().look(|records| match collection.as_str() {
        "merchants" => found(records.merchants.get(&key)),
        "tanks" => found(records.tanks.get(&key)),
        "batteries" => found(records.batteries.get(&key)),
        "vehicles" => found(records.vehicles.get(&key)),
        "users" => found(records.users.get(&key)),
        "bindings" => found(WeichuangState::of(records).bindings.iter().find(|binding| binding.asset_code == key)),
        "migrations" => found(WeichuangState::of(records).migrations.iter().find(|user| user.user_id.as_str() == key)),
        _ => Err(unknown_collection()),
    })
}

fn found(entity: Option<&impl Serialize>) -> Result<Response, ControlError> {
    entity.map(|entity| json(StatusCode::OK, entity)).ok_or_else(unknown_entity)
}

/// One of the two sides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Weichuang,
    Polaris,
}

pub(super) fn known_side(side: &str) -> Result<Side, ControlError> {
    match side {
        "weichuang" => Ok(Side::Weichuang),
        "polaris" => Ok(Side::Polaris),
        _ => Err(ControlError::unknown("the sides are weichuang and polaris")),
    }
}

pub(super) fn unknown_collection() -> ControlError {
    let names = "merchants, tanks, batteries, vehicles, users, bindings, migrations";
    ControlError::unknown(format!("the collections of weichuang are {names}"))
}

pub(super) fn unknown_entity() -> ControlError {
    ControlError::unknown("there is no such entity in this collection")
}
