use contracts::polaris::{ListDepositRefundsRequest, RefundRecord, RefundRecordPage};

use crate::backend::{
    Backend,
    db::{Row, sql},
    error::Result,
    page::Paging,
    time,
};

/// §2.2.22 商家后台-押金退还审核-申请列表
///
/// # Errors
/// When the page is too deep, and those of the database.
pub async fn list_deposit_refunds(backend: &Backend, request: ListDepositRefundsRequest) -> Result<RefundRecordPage> {
    let paging = Paging::new(request.page_no, request.page_size)?;
    let columns = "r.id, m.name, r.phone, r.reason, r.applied_at, r.status";
    let from = sql("FROM refund r JOIN member m ON m.id = r.member_id WHERE 1 = 1");
    let from = from.append(backend.scope().condition("m.merchant_id"));
    let page = paging.read(&mut backend.db().session().await?, columns, from, "r.id DESC", read).await?;
    Ok(RefundRecordPage {
        total: page.total.into(),
        page_no: page.number,
        page_size: page.size,
        has_more: page.has_more,
        result: page.rows,
    })
}

fn read(row: &Row) -> Result<RefundRecord> {
    Ok(RefundRecord {
        id: row.get("id")?,
        user_name: row.get::<Option<String>>("name")?.into(),
        phone_no: row.get("phone")?,
        reason: row.get::<Option<String>>("reason")?.into(),
        apply_time: time::minute(row.get("applied_at")?),
        status: i32::try_from(row.get::<i64>("status")?).unwrap_or_default(),
    })
}
