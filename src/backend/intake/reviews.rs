use std::collections::HashSet;

use mocks::world::polaris::{AccessReview, Record};

use super::{References, Stored, among, at, ids::ids, text};
use crate::backend::{Backend, db::Session, error::Result};

impl Stored for AccessReview {
    async fn known(session: &mut Session, records: &[Self]) -> Result<HashSet<String>> {
        let select = "SELECT external_no AS value FROM access_review WHERE external_no";
        among(session, select, records.iter().map(Record::key)).await
    }

    async fn insert(session: &mut Session, _: &Backend, found: &References, records: &[&Self]) -> Result<()> {
        let made: Vec<_> = records.iter().map(|review| (at(review.submit_time), review.key())).collect();
        let made = ids(session, "access_review", &made).await?;
        let columns = "id, external_no, member_id, user_name, vehicle_code, rent_type, assets_direction, battery_code, \
                       order_type, deposit, old_deposit, online_price, offline_price, direction, share_code, state, \
                       bound_at, approved_share_code, approved_deposit";
        let mut rows = Vec::with_capacity(records.len());
        for (review, made) in records.iter().zip(made) {
            let approved = review.state.code() == AccessReview::APPROVED;
            let deposit = review.deposit.map(|deposit| deposit.code());
            rows.push([
                made.into(),
                review.external_no.as_str().into(),
                found.member(&review.phone_no)?.id.into(),
                review.user_name.as_str().into(),
                text(review.vehicle_id.as_ref()),
                text(review.rent_type.as_ref()),
                text(review.assets_direction_str.as_ref()),
                text(review.battery_code.as_ref()),
                review.order_type.map(|code| code.code()).into(),
                deposit.into(),
                review.old_deposit.map(|deposit| deposit.code()).into(),
                text(review.online_price.as_ref()),
                text(review.offline_price.as_ref()),
                text(review.direction_str.as_ref()),
                text(review.share_code.as_ref()),
                review.state.code().into(),
                review.bind_date.map(at).into(),
                text(review.share_code.as_ref().filter(|_| approved)),
                approved.then(|| deposit.unwrap_or_default()).into(),
            ]);
        }
        Ok(session.insert("access_review", columns, rows).await?)
    }
}
