use contracts::{
    polaris::{ListMembersRequest, Member as Listed, MemberPage},
    runtime::filter,
};

use super::{filter::Filter, labels, member};
use crate::backend::{
    Backend,
    db::{Row, Session, sql},
    error::Result,
    page::Paging,
};

/// The merchant, the newest vehicle and the battery that a member has now.
const AROUND: &str = "c.merchant_code, c.share_code, c.name AS merchant_name, c.type_name, \
     (SELECT r.vehicle_code FROM rental r WHERE r.member_id = m.id AND r.returned_at IS NULL \
      ORDER BY r.started_at DESC, r.id DESC LIMIT 1) AS vehicle_code, \
     (SELECT b.battery_code FROM battery_binding b WHERE b.member_id = m.id AND b.unbound_at IS NULL) AS battery_code";

/// §2.2.19 运营后台-会员列表-查询会员信息
///
/// Newest first. `merchantId` carries the merchant code; the vehicle and the battery are the latest of those that the
/// member has now.
///
/// # Errors
/// For a page that is too deep.
pub async fn list_members(backend: &Backend, request: ListMembersRequest) -> Result<MemberPage> {
    let paging = Paging::optional(request.page_no, request.page_size)?;
    let mut session = backend.db().session().await?;
    let filter = Filter {
        merchant_ids: backend.scope().ids(),
        phone: filter(&request.phone_no),
        name: filter(&request.user_name),
        city_id: request.city_id.map(i64::from),
        state: request.user_state.map(i64::from),
        vehicles: filter(&request.vehicle_id).into_iter().collect(),
    };
    let page = filter.page(&mut session, paging).await?;
    Ok(MemberPage {
        total: page.total.into(),
        page_no: page.number,
        page_size: page.size,
        has_more: page.has_more,
        result: rows(&mut session, &page.rows, backend.now()).await?,
    })
}

async fn rows(session: &mut Session, ids: &[i64], now: i64) -> Result<Vec<Listed>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let statement = sql("SELECT ").push(member::COLUMNS).push(", ").push(AROUND);
    let statement = statement.push(" FROM member m LEFT JOIN merchant c ON c.id = m.merchant_id WHERE m.id IN ");
    let statement = statement.list(ids.iter().copied()).push(" ORDER BY m.id DESC");
    session.all(statement).await?.iter().map(|row| read(row, now)).collect()
}

fn read(row: &Row, now: i64) -> Result<Listed> {
    let member = super::Member::read(row)?;
    let text = |column: &str| row.get::<Option<String>>(column);
    Ok(Listed {
        id: member.id.to_string(),
        city_id: member.city_id.and_then(|id| i32::try_from(id).ok()).into(),
        city_name: member.city_name.into(),
        user_name: member.name.into(),
        user_label_str: member.label.into(),
        phone_no: member.phone,
        id_card_state_str: labels::id_card_state(member.id_card_state).into(),
        state_str: member.state.label().into(),
        share_code: text("share_code")?.into(),
        inviter: member.inviter.as_deref().map(labels::masked).into(),
        merchant_id: text("merchant_code")?.into(),
        merchant_name: text("merchant_name")?.into(),
        merchant_type_name: text("type_name")?.into(),
        use_day_num: member.first_used_at.map(|since| labels::days_of_use(since, now)).into(),
        assets_order_num: i32::try_from(member.swap_count).ok().into(),
        vehicle_id: text("vehicle_code")?.into(),
        battery_code: text("battery_code")?.into(),
    })
}
