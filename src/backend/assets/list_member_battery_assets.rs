use contracts::{
    polaris::{ListMemberBatteryAssetsRequest, MemberBatteryAsset, MemberBatteryAssetPage},
    runtime::filter,
};

use super::filter::{equal, prefix};
use crate::backend::{
    Backend,
    db::{Row, sql},
    error::Result,
    page::Paging,
};

const COLUMNS: &str = "battery_binding.id, member.name AS user_name, member.phone, battery.code, battery.model, \
     merchant.share_code";
const FROM: &str = "FROM battery_binding JOIN member ON member.id = battery_binding.member_id \
     JOIN battery ON battery.code = battery_binding.battery_code \
     LEFT JOIN merchant ON merchant.id = member.merchant_id WHERE battery_binding.unbound_at IS NULL";

/// §2.2.16 运营后台-会员电池资产
///
/// The current relations of members and batteries, newest first.
///
/// # Errors
/// For a page that is too deep.
pub async fn list_member_battery_assets(
    backend: &Backend,
    request: ListMemberBatteryAssetsRequest,
) -> Result<MemberBatteryAssetPage> {
    let paging = Paging::optional(request.page_no, request.page_size)?;
    let from = sql(FROM)
        .append(backend.scope().condition("member.merchant_id"))
        .append(prefix("member.name", filter(&request.user_name)))
        .append(equal("battery_binding.battery_code", filter(&request.battery_code)));
    let mut session = backend.db().session().await?;
    let page = paging.read(&mut session, COLUMNS, from, "battery_binding.id DESC", read).await?;
    Ok(MemberBatteryAssetPage {
        total: page.total.into(),
        page_no: page.number,
        page_size: page.size,
        has_more: page.has_more,
        result: page.rows,
    })
}

fn read(row: &Row) -> Result<MemberBatteryAsset> {
    Ok(MemberBatteryAsset {
        id: row.get::<i64>("id")?.to_string(),
        user_name: row.get::<Option<String>>("user_name")?.into(),
        phone_no: row.get("phone")?,
        battery_code: row.get("code")?,
        battery_model: row.get::<Option<String>>("model")?.into(),
        share_code: row.get::<Option<String>>("share_code")?.into(),
    })
}
