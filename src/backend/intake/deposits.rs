use std::collections::HashSet;

use mocks::world::polaris::{Deposit, DepositRefund, Holder, Record};

use super::{References, Stored, at, ids::ids, text};
use crate::backend::{
    Backend,
    db::{Session, sql},
    deposits,
    error::Result,
    time,
};

impl Stored for Deposit {
    async fn known(session: &mut Session, records: &[Self]) -> Result<HashSet<String>> {
        let statement = "SELECT m.phone, d.kind, d.paid_at FROM deposit d JOIN member m ON m.id = d.member_id \
                         WHERE d.paid_at IS NOT NULL AND m.phone";
        let phones = records.iter().map(|deposit| deposit.phone_no.as_str());
        let rows = session.all(sql(statement).append(session.one_of(phones.collect()))).await?;
        let key = |phone: String, kind: i64, paid_at| format!("{phone} {kind} {}", time::datetime(paid_at));
        rows.iter().map(|row| Ok(key(row.get("phone")?, row.get("kind")?, row.get("paid_at")?))).collect()
    }

    async fn insert(session: &mut Session, _: &Backend, found: &References, records: &[&Self]) -> Result<()> {
        let made: Vec<_> = records.iter().map(|deposit| (at(deposit.deposit_time), deposit.key())).collect();
        let made = ids(session, "deposit", &made).await?;
        let columns = "id, member_id, kind, amount, method, holder, state, paid_at, refunded_at";
        let mut rows = Vec::with_capacity(records.len());
        for (deposit, made) in records.iter().zip(made) {
            let holder = match deposit.holder {
                Holder::Polaris => deposits::Holder::Polaris,
                Holder::Weichuang => deposits::Holder::Weichuang,
            };
            let state = if deposit.refund_time.is_some() { deposits::REFUNDED } else { deposits::HELD };
            rows.push([
                made.into(),
                found.member(&deposit.phone_no)?.id.into(),
                deposit.asset_type.code().into(),
                deposit.amount.code().into(),
                text(deposit.deposit_type.as_ref()),
                (holder as i64).into(),
                state.into(),
                at(deposit.deposit_time).into(),
                deposit.refund_time.map(at).into(),
            ]);
        }
        Ok(session.insert("deposit", columns, rows).await?)
    }
}

impl Stored for DepositRefund {
    async fn known(session: &mut Session, records: &[Self]) -> Result<HashSet<String>> {
        let phones = records.iter().map(|refund| refund.phone_no.as_str());
        let rows = session
            .all(sql("SELECT phone, applied_at FROM refund WHERE phone").append(session.one_of(phones.collect())))
            .await?;
        let key = |phone: String, applied_at| format!("{phone} {}", time::datetime(applied_at));
        rows.iter().map(|row| Ok(key(row.get("phone")?, row.get("applied_at")?))).collect()
    }

    /// A refund that was being carried out (3) asks its member's deposits back: its delivery is parked, since nobody knows
    /// what Weichuang has done, and an operator decides whether to ask again.
    async fn insert(session: &mut Session, backend: &Backend, found: &References, records: &[&Self]) -> Result<()> {
        let made: Vec<_> = records.iter().map(|refund| (at(refund.apply_time), refund.key())).collect();
        let made = ids(session, "refund", &made).await?;
        let columns = "id, member_id, phone, reason, status, applied_at, asset_type, asset_code, asset_img, \
                       merchant_confirmed_at, merchant_confirm_info, merchant_upload_img, remark";
        let mut rows = Vec::with_capacity(records.len());
        let mut under_way = Vec::new();
        for (refund, id) in records.iter().zip(made) {
            let member_id = found.member(&refund.phone_no)?.id;
            if refund.status.code() == DepositRefund::REFUNDING {
                under_way.push(((id, at(refund.apply_time)), member_id));
            }
            rows.push([
                id.into(),
                member_id.into(),
                refund.phone_no.as_str().into(),
                text(refund.reason.as_ref()),
                refund.status.code().into(),
                at(refund.apply_time).into(),
                refund.asset_type.map(|kind| kind.code()).into(),
                text(refund.asset_code.as_ref()),
                text(refund.asset_img.as_ref()),
                refund.merchant_confirm_time.map(at).into(),
                text(refund.merchant_confirm_info.as_ref()),
                text(refund.merchant_upload_img.as_ref()),
                text(refund.remark.as_ref()),
            ]);
        }
        session.insert("refund", columns, rows).await?;
        for (refund, member_id) in under_way {
            deposits::resume_later(session, backend, refund, member_id).await?;
        }
        Ok(())
    }
}
