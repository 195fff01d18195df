use std::collections::HashSet;

use mocks::world::{
    MerchantId, Number,
    polaris::{Battery, Merchant, Record, Tank, Vehicle},
};

use super::{References, Stored, among, at, text};
use crate::backend::{
    Backend,
    db::{Bound, Session, sql},
    error::Result,
};

impl Stored for Merchant {
    async fn known(session: &mut Session, records: &[Self]) -> Result<HashSet<String>> {
        let ids = records.iter().map(|merchant| number(Some(&merchant.merchant_id)).unwrap_or_default());
        let rows = session.all(sql("SELECT id FROM merchant WHERE id").append(session.one_of(ids.collect()))).await?;
        let stored = rows.iter().map(|row| Ok(row.get::<i64>("id")?)).collect::<Result<HashSet<_>>>()?;
        let known = |merchant: &&Self| number(Some(&merchant.merchant_id)).is_some_and(|id| stored.contains(&id));
        Ok(records.iter().filter(known).map(Record::key).collect())
    }

    async fn insert(session: &mut Session, _: &Backend, _: &References, records: &[&Self]) -> Result<()> {
        let columns = "id, merchant_code, share_code, name, type_name, city_id, city_name, region_name";
        let rows = records.iter().map(|merchant| {
            [
                number(Some(&merchant.merchant_id)).into(),
                merchant.merchant_code.as_str().into(),
                merchant.share_code.as_str().into(),
                merchant.merchant_name.as_str().into(),
                text(merchant.merchant_type_name.as_ref()),
                merchant.city_id.map(|id| id.code()).into(),
                text(merchant.city_name.as_ref()),
                text(merchant.region_name.as_ref()),
            ]
        });
        Ok(session.insert("merchant", columns, rows.collect()).await?)
    }
}

impl Stored for Tank {
    async fn known(session: &mut Session, records: &[Self]) -> Result<HashSet<String>> {
        among(session, "SELECT code AS value FROM tank WHERE code", records.iter().map(Record::key)).await
    }

    async fn insert(session: &mut Session, _: &Backend, _: &References, records: &[&Self]) -> Result<()> {
        let columns = "code, merchant_id, latitude, longitude, address, model, state";
        let rows = records.iter().map(|tank| {
            [
                tank.tank_code.as_str().into(),
                number(tank.merchant_id.as_ref()).into(),
                text(tank.latitude.as_ref()),
                text(tank.longitude.as_ref()),
                text(tank.address.as_ref()),
                text(tank.model.as_ref()),
                code(tank.state),
            ]
        });
        Ok(session.insert("tank", columns, rows.collect()).await?)
    }
}

impl Stored for Battery {
    async fn known(session: &mut Session, records: &[Self]) -> Result<HashSet<String>> {
        among(session, "SELECT code AS value FROM battery WHERE code", records.iter().map(Record::key)).await
    }

    async fn insert(session: &mut Session, _: &Backend, _: &References, records: &[&Self]) -> Result<()> {
        let columns = "code, merchant_id, model, img_url, tank_code, grid_pos, charge, full_at, distance";
        let rows = records.iter().map(|battery| {
            [
                battery.battery_code.as_str().into(),
                number(battery.merchant_id.as_ref()).into(),
                text(battery.battery_model.as_ref()),
                text(battery.img_url.as_ref()),
                text(battery.cabinet_code.as_ref()),
                text(battery.grid_pos.as_ref()),
                battery.current_battery.map(|charge| charge.code()).into(),
                battery.charge_full_date.map(at).into(),
                code(battery.can_travel_distance),
            ]
        });
        Ok(session.insert("battery", columns, rows.collect()).await?)
    }
}

impl Stored for Vehicle {
    async fn known(session: &mut Session, records: &[Self]) -> Result<HashSet<String>> {
        among(session, "SELECT code AS value FROM vehicle WHERE code", records.iter().map(Record::key)).await
    }

    async fn insert(session: &mut Session, _: &Backend, _: &References, records: &[&Self]) -> Result<()> {
        let columns = "code, merchant_id, model, name, spec, img_url";
        let rows = records.iter().map(|vehicle| {
            [
                vehicle.vehicle_id.as_str().into(),
                number(vehicle.merchant_id.as_ref()).into(),
                text(vehicle.model.as_ref()),
                text(vehicle.name.as_ref()),
                text(vehicle.spec.as_ref()),
                text(vehicle.img_url.as_ref()),
            ]
        });
        Ok(session.insert("vehicle", columns, rows.collect()).await?)
    }
}

/// A merchant's id as the database has it. Its form has been checked.
pub(super) fn number(id: Option<&MerchantId>) -> Option<i64> {
    id.and_then(|id| id.as_str().parse().ok())
}

fn code(number: Option<Number>) -> Bound {
    number.map(i32::from).into()
}
