use std::collections::{BTreeMap, HashSet};

use mocks::world::{
    PackageType,
    polaris::{MonthlyPackageOrder, PackageGift, Record, SwapOrder},
};

use super::{References, Stored, among, at, ids::ids, text};
use crate::backend::{
    Backend,
    db::{Session, sql},
    error::Result,
};

/// 已完成
const COMPLETED: i64 = 1;

impl Stored for SwapOrder {
    async fn known(session: &mut Session, records: &[Self]) -> Result<HashSet<String>> {
        let select = "SELECT external_no AS value FROM swap_order WHERE external_no";
        among(session, select, records.iter().map(Record::key)).await
    }

    async fn insert(session: &mut Session, _: &Backend, found: &References, records: &[&Self]) -> Result<()> {
        let made: Vec<_> = records.iter().map(|order| (at(order.start_time), order.key())).collect();
        let made = ids(session, "swap_order", &made).await?;
        let columns = "id, external_no, order_type, order_state, channel, started_at, completed_at, member_id, phone, \
                       user_name, merchant_id, merchant_code, device_id, new_battery, old_battery, pay_status, pay_type, \
                       borrow_box_no, return_box_no, borrow_electric, return_electric, package_name, price, operator_id, \
                       operator_name, operated_at, remark";
        // How many orders of a member were completed, and when the first began.
        let mut uses: BTreeMap<i64, (i64, i64)> = BTreeMap::new();
        let mut rows = Vec::with_capacity(records.len());
        for (order, made) in records.iter().zip(made) {
            let (member, started_at) = (found.member(&order.phone_no)?, at(order.start_time));
            let (completed, first) = uses.entry(member.id).or_insert((0, started_at));
            *completed += i64::from(order.order_state.code() == COMPLETED);
            *first = started_at.min(*first);
            rows.push([
                made.into(),
                order.external_no.as_str().into(),
                order.order_type.code().into(),
                order.order_state.code().into(),
                text(order.channel.as_ref()),
                started_at.into(),
                order.complete_time.map(at).into(),
                member.id.into(),
                order.phone_no.as_str().into(),
                member.name.as_deref().into(),
                member.merchant_id.into(),
                member.merchant_code.as_deref().into(),
                order.device_id.as_str().into(),
                text(order.new_battery.as_ref()),
                text(order.old_battery.as_ref()),
                order.pay_status.map(|code| code.code()).into(),
                order.pay_type.map(|code| code.code()).into(),
                order.borrow_box_no.map(|number| number.code()).into(),
                order.return_box_no.map(|number| number.code()).into(),
                order.borrow_electric.map(|charge| charge.code()).into(),
                order.return_electric.map(|charge| charge.code()).into(),
                text(order.package_name.as_ref()),
                order.price.map(|price| price.code()).into(),
                text(order.operator_id.as_ref()),
                text(order.operator_name.as_ref()),
                order.operator_time.map(at).into(),
                text(order.remark.as_ref()),
            ]);
        }
        session.insert("swap_order", columns, rows).await?;
        let completed = uses.values().map(|(completed, _)| *completed).collect();
        let first = uses.values().map(|(_, first)| *first).collect();
        let columns = [("id", uses.keys().copied().collect()), ("completed", completed), ("first", first)];
        let update = sql("UPDATE member SET swap_count = member.swap_count + given.completed, \
             first_used_at = COALESCE(member.first_used_at, given.first) FROM ");
        let update = update.append(session.table("given", columns)).push(" WHERE member.id = given.id");
        session.execute(update).await?;
        Ok(())
    }
}

impl Stored for MonthlyPackageOrder {
    async fn known(session: &mut Session, records: &[Self]) -> Result<HashSet<String>> {
        let select = "SELECT external_no AS value FROM package_order WHERE external_no";
        among(session, select, records.iter().map(Record::key)).await
    }

    async fn insert(session: &mut Session, backend: &Backend, found: &References, records: &[&Self]) -> Result<()> {
        let bought = |order: &Self| order.pay_time.or(order.effective_time).map_or_else(|| backend.now(), at);
        let made: Vec<_> = records.iter().map(|order| (bought(order), order.key())).collect();
        let made = ids(session, "package_order", &made).await?;
        let columns = "id, external_no, member_id, phone, user_name, merchant_id, merchant_code, package_name, price, \
                       pay_status, paid_at, effective_at, expires_at";
        let mut rows = Vec::with_capacity(records.len());
        for (order, made) in records.iter().zip(made) {
            let member = found.member(&order.phone_no)?;
            rows.push([
                made.into(),
                order.external_no.as_str().into(),
                member.id.into(),
                order.phone_no.as_str().into(),
                member.name.as_deref().into(),
                member.merchant_id.into(),
                member.merchant_code.as_deref().into(),
                order.package_name.as_str().into(),
                order.price.code().into(),
                order.pay_status.code().into(),
                order.pay_time.map(at).into(),
                order.effective_time.map(at).into(),
                order.expire_time.map(at).into(),
            ]);
        }
        Ok(session.insert("package_order", columns, rows).await?)
    }
}

impl Stored for PackageGift {
    async fn known(session: &mut Session, records: &[Self]) -> Result<HashSet<String>> {
        let select = "SELECT gift_no AS value FROM package_gift WHERE app = '' AND gift_no";
        among(session, select, records.iter().map(Record::key)).await
    }

    async fn insert(session: &mut Session, _: &Backend, found: &References, records: &[&Self]) -> Result<()> {
        let made: Vec<_> = records.iter().map(|gift| (at(gift.grant_time), gift.key())).collect();
        let made = ids(session, "package_gift", &made).await?;
        let columns = "id, gift_no, member_id, package_name, package_type, amount, status, operator_id, operator_name, \
                       granted_at, remark";
        let mut rows = Vec::with_capacity(records.len());
        for (gift, made) in records.iter().zip(made) {
            let kind = match gift.package_type {
                PackageType::Monthly => "月卡",
                PackageType::Counted => "次卡",
            };
            rows.push([
                made.into(),
                gift.gift_no.as_str().into(),
                found.member(&gift.phone_no)?.id.into(),
                gift.package_name.as_str().into(),
                kind.into(),
                gift.amount.code().into(),
                gift.status.code().into(),
                text(gift.operator_id.as_ref()),
                text(gift.operator_name.as_ref()),
                at(gift.grant_time).into(),
                text(gift.remark.as_ref()),
            ]);
        }
        Ok(session.insert("package_gift", columns, rows).await?)
    }
}
