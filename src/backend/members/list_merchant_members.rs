use contracts::{
    polaris::{ListMerchantMembersRequest, MerchantMember, MerchantMemberPage},
    runtime::filter,
};

use super::{filter::Filter, labels, member};
use crate::backend::{
    Backend,
    db::{Row, Session, sql},
    error::Result,
    merchants,
    page::Paging,
    time,
};

/// §2.2.14 商户运营-门店会员
///
/// Newest first. `assetCode` is the old name of `vehicleId`; whoever sends both means members who have both vehicles.
///
/// # Errors
/// For a page that is too deep, and a merchant outside the scope.
pub async fn list_merchant_members(
    backend: &Backend,
    request: ListMerchantMembersRequest,
) -> Result<MerchantMemberPage> {
    let paging = Paging::optional(request.page_no, request.page_size)?;
    let merchants = merchants::digit_ids(&request.merchant_ids);
    backend.scope().demand_all(&merchants)?;
    let mut session = backend.db().session().await?;
    let filter = Filter {
        merchant_ids: Some(merchants),
        phone: filter(&request.phone_no),
        name: filter(&request.user_name),
        vehicles: [&request.vehicle_id, &request.asset_code].into_iter().filter_map(filter).collect(),
        ..Filter::default()
    };
    let page = filter.page(&mut session, paging).await?;
    Ok(MerchantMemberPage {
        total: page.total.into(),
        page_no: page.number,
        page_size: page.size,
        has_more: page.has_more,
        result: rows(&mut session, &page.rows).await?,
    })
}

async fn rows(session: &mut Session, ids: &[i64]) -> Result<Vec<MerchantMember>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let statement = sql("SELECT ").push(member::COLUMNS).push(", c.id AS of_merchant, c.share_code");
    let statement = statement.push(" FROM member m JOIN merchant c ON c.id = m.merchant_id WHERE m.id IN ");
    let statement = statement.list(ids.iter().copied()).push(" ORDER BY m.id DESC");
    session.all(statement).await?.iter().map(read).collect()
}

fn read(row: &Row) -> Result<MerchantMember> {
    let member = super::Member::read(row)?;
    Ok(MerchantMember {
        merchant_id: row.get::<i64>("of_merchant")?.to_string(),
        user_name: member.name.into(),
        phone_no: member.phone,
        id_card_state_str: labels::id_card_state(member.id_card_state).into(),
        inviter: member.inviter.as_deref().map(labels::masked).into(),
        share_code: row.get::<String>("share_code")?.into(),
        sex: member.sex.into(),
        birthday: member.birthday.into(),
        create_date: time::minute(member.registered_at).into(),
    })
}
