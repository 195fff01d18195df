use contracts::{
    polaris::{ListMerchantBatteriesRequest, MerchantBattery, MerchantBatteryPage},
    runtime::filter,
};

use super::filter::{equal, prefix};
use crate::backend::{
    Backend,
    db::{Row, sql},
    error::Result,
    merchants,
    page::Paging,
    time,
};

const COLUMNS: &str = "member.merchant_id, member.name AS user_name, member.phone, \
     battery.code, battery.model, battery_binding.bound_at";
const FROM: &str = "FROM battery_binding JOIN member ON member.id = battery_binding.member_id \
     JOIN battery ON battery.code = battery_binding.battery_code \
     WHERE battery_binding.unbound_at IS NULL AND member.merchant_id IN ";

/// §2.2.13 商户运营-门店资产-会员电池
///
/// The batteries that the merchants' members have now; newest relation first.
///
/// # Errors
/// For a page that is too deep, and a merchant outside the scope.
pub async fn list_merchant_batteries(
    backend: &Backend,
    request: ListMerchantBatteriesRequest,
) -> Result<MerchantBatteryPage> {
    let paging = Paging::optional(request.page_no, request.page_size)?;
    let merchants = merchants::digit_ids(&request.merchant_ids);
    backend.scope().demand_all(&merchants)?;
    let page = if merchants.is_empty() {
        paging.empty()
    } else {
        let from = sql(FROM)
            .list(merchants)
            .append(equal("member.phone", filter(&request.phone_no)))
            .append(prefix("member.name", filter(&request.user_name)))
            .append(equal("battery_binding.battery_code", filter(&request.battery_code)));
        let mut session = backend.db().session().await?;
        paging.read(&mut session, COLUMNS, from, "battery_binding.id DESC", read).await?
    };
    Ok(MerchantBatteryPage {
        total: page.total.into(),
        page_no: page.number,
        page_size: page.size,
        has_more: page.has_more,
        result: page.rows,
    })
}

fn read(row: &Row) -> Result<MerchantBattery> {
    Ok(MerchantBattery {
        merchant_id: row.get::<i64>("merchant_id")?.to_string(),
        user_name: row.get::<Option<String>>("user_name")?.into(),
        phone_no: row.get::<String>("phone")?.into(),
        battery_code: row.get("code")?,
        battery_model: row.get::<Option<String>>("model")?.into(),
        bind_date: time::datetime(row.get("bound_at")?).into(),
    })
}
