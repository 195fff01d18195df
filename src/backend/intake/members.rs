use std::collections::{BTreeMap, HashSet};

use mocks::world::polaris::{BatteryBinding, Member, Migration, MigrationState, Record, Rental};

use super::{References, Stored, among, assets::number, at, ids::ids, text};
use crate::backend::{
    Backend,
    db::{Session, sql},
    error::Result,
    members::{Counts, State},
    time,
};

impl Stored for Member {
    async fn known(session: &mut Session, records: &[Self]) -> Result<HashSet<String>> {
        among(session, "SELECT phone AS value FROM member WHERE phone", records.iter().map(Record::key)).await
    }

    async fn insert(session: &mut Session, _: &Backend, _: &References, records: &[&Self]) -> Result<()> {
        let made: Vec<_> = records.iter().map(|member| (at(member.register_time), member.key())).collect();
        let made = ids(session, "member", &made).await?;
        let columns = "id, phone, name, state, merchant_id, inviter, city_id, city_name, label, sex, birthday, \
                       id_card_state, registered_at, first_used_at, swap_count, weichuang_user_id, initial_vehicle, \
                       initial_battery";
        let mut counts = Counts::default();
        let mut rows = Vec::with_capacity(records.len());
        for (member, made) in records.iter().zip(made) {
            let merchant_id = number(member.merchant_id.as_ref());
            counts = counts.plus(merchant_id, State::of_code(member.state.code())?);
            rows.push([
                member.id.map_or(made, |id| id.code()).into(),
                member.phone_no.as_str().into(),
                text(member.user_name.as_ref()),
                member.state.code().into(),
                merchant_id.into(),
                text(member.inviter.as_ref()),
                member.city_id.map(|id| id.code()).into(),
                text(member.city_name.as_ref()),
                member.user_label.as_ref().map_or("普通用户", |label| label.as_str()).into(),
                text(member.sex.as_ref()),
                member.birthday.map(String::from).into(),
                member.id_card_state.map_or(0, |state| state.code()).into(),
                at(member.register_time).into(),
                member.first_use_time.map(at).into(),
                member.assets_order_num.map_or(0, |count| count.code()).into(),
                text(member.weichuang_user_id.as_ref()),
                text(member.initial_vehicle.as_ref()),
                text(member.initial_battery.as_ref()),
            ]);
        }
        session.insert("member", columns, rows).await?;
        counts.write(session).await
    }
}

impl Stored for BatteryBinding {
    async fn known(session: &mut Session, records: &[Self]) -> Result<HashSet<String>> {
        let batteries = records.iter().map(|binding| binding.battery_code.as_str());
        let statement = sql("SELECT battery_code, bound_at FROM battery_binding WHERE battery_code");
        let rows = session.all(statement.append(session.one_of(batteries.collect()))).await?;
        let key = |code: String, bound_at| format!("{code} {}", time::datetime(bound_at));
        rows.iter().map(|row| Ok(key(row.get("battery_code")?, row.get("bound_at")?))).collect()
    }

    async fn insert(session: &mut Session, _: &Backend, found: &References, records: &[&Self]) -> Result<()> {
        let made: Vec<_> = records.iter().map(|binding| (at(binding.bind_time), binding.key())).collect();
        let made = ids(session, "battery_binding", &made).await?;
        let (mut rows, mut first) = (Vec::with_capacity(records.len()), BTreeMap::new());
        for (binding, made) in records.iter().zip(made) {
            let (member_id, bound_at) = (found.member(&binding.phone_no)?.id, at(binding.bind_time));
            keep_first(&mut first, member_id, bound_at, binding.battery_code.as_str());
            let unbound_at = binding.unbind_time.map(at);
            let code = binding.battery_code.as_str();
            rows.push([made.into(), member_id.into(), code.into(), bound_at.into(), unbound_at.into()]);
        }
        session.insert("battery_binding", "id, member_id, battery_code, bound_at, unbound_at", rows).await?;
        let current = records.iter().filter(|binding| binding.unbind_time.is_none());
        let current = current.map(|binding| binding.battery_code.as_str()).collect();
        let leave = "UPDATE battery SET tank_code = NULL, grid_pos = NULL, charge = NULL, full_at = NULL, \
                     distance = NULL WHERE tank_code IS NOT NULL AND code";
        session.execute(sql(leave).append(session.one_of(current))).await?;
        let codes = first.values().map(|(_, code)| *code).collect();
        let given = session.table("given", [("id", first.keys().copied().collect()), ("code", codes)]);
        let update = sql("UPDATE member SET initial_battery = given.code FROM ").append(given);
        session.execute(update.push(" WHERE member.id = given.id AND member.initial_battery IS NULL")).await?;
        Ok(())
    }
}

impl Stored for Rental {
    async fn known(session: &mut Session, records: &[Self]) -> Result<HashSet<String>> {
        let select = "SELECT external_no AS value FROM rental WHERE external_no";
        among(session, select, records.iter().map(Record::key)).await
    }

    async fn insert(session: &mut Session, _: &Backend, found: &References, records: &[&Self]) -> Result<()> {
        let made: Vec<_> = records.iter().map(|rental| (at(rental.start_time), rental.key())).collect();
        let made = ids(session, "rental", &made).await?;
        let columns = "id, external_no, member_id, vehicle_code, started_at, due_at, returned_at, deposit";
        let (mut rows, mut first) = (Vec::with_capacity(records.len()), BTreeMap::new());
        for (rental, made) in records.iter().zip(made) {
            let (member_id, started_at) = (found.member(&rental.phone_no)?.id, at(rental.start_time));
            keep_first(&mut first, member_id, started_at, rental.vehicle_id.as_str());
            rows.push([
                made.into(),
                rental.external_no.as_str().into(),
                member_id.into(),
                rental.vehicle_id.as_str().into(),
                started_at.into(),
                at(rental.due_time).into(),
                rental.return_time.map(at).into(),
                rental.deposit.map(|deposit| deposit.code()).into(),
            ]);
        }
        session.insert("rental", columns, rows).await?;
        let times = first.values().map(|(time, _)| *time).collect();
        let codes = first.values().map(|(_, code)| *code).collect();
        let columns = [("id", first.keys().copied().collect()), ("time", times), ("code", codes)];
        let update = sql("UPDATE member SET initial_vehicle = COALESCE(member.initial_vehicle, given.code), \
             first_used_at = COALESCE(member.first_used_at, given.time) FROM ");
        let update = update.append(session.table("given", columns)).push(" WHERE member.id = given.id");
        session.execute(update).await?;
        Ok(())
    }
}

/// Keeps what a member had first.
fn keep_first<'a>(first: &mut BTreeMap<i64, (i64, &'a str)>, member_id: i64, time: i64, code: &'a str) {
    let kept = first.entry(member_id).or_insert((time, code));
    if time < kept.0 {
        *kept = (time, code);
    }
}

impl Stored for Migration {
    async fn known(session: &mut Session, records: &[Self]) -> Result<HashSet<String>> {
        among(session, "SELECT phone AS value FROM migration WHERE phone", records.iter().map(Record::key)).await
    }

    async fn insert(session: &mut Session, _: &Backend, found: &References, records: &[&Self]) -> Result<()> {
        let columns = "phone, member_id, state, reason, started_at, completed_at";
        let mut rows = Vec::with_capacity(records.len());
        for migration in records {
            let (state, member_id) = match migration.state {
                MigrationState::Completed => ("completed", Some(found.member(&migration.phone_no)?.id)),
                MigrationState::Failed => ("failed", None),
            };
            rows.push([
                migration.phone_no.as_str().into(),
                member_id.into(),
                state.into(),
                text(migration.reason.as_ref()),
                at(migration.start_time).into(),
                migration.complete_time.map(at).into(),
            ]);
        }
        Ok(session.insert("migration", columns, rows).await?)
    }
}
