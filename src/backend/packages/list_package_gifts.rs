use contracts::{
    polaris::{ListPackageGiftsRequest, PackageGift, PackageGiftPage},
    runtime::{Nullable, filter},
};

use crate::backend::{
    Backend,
    db::{Row, sql},
    error::Result,
    page::Paging,
    time,
};

const COLUMNS: &str = "g.id, m.phone, m.name, g.package_name, g.package_type, g.amount, g.status, g.operator_name, \
    g.granted_at, g.remark";

/// §todo.3 套餐赠送-列表
///
/// # Errors
/// A page that is too deep.
pub async fn list_package_gifts(backend: &Backend, request: ListPackageGiftsRequest) -> Result<PackageGiftPage> {
    let paging = Paging::optional(request.page_no, request.page_size)?;
    let mut from = sql("FROM package_gift g JOIN member m ON m.id = g.member_id WHERE 1 = 1");
    from = from.append(backend.scope().condition("m.merchant_id"));
    if let Some(phone) = filter(&request.phone_no) {
        from = from.push(" AND m.phone = ").bind(phone);
    }
    if let Some(status) = request.status {
        from = from.push(" AND g.status = ").bind(status);
    }
    let mut session = backend.db().session().await?;
    let page = paging.read(&mut session, COLUMNS, from, "g.id DESC", gift).await?;
    Ok(PackageGiftPage {
        total: page.total.into(),
        page_no: page.number,
        page_size: page.size,
        has_more: page.has_more,
        result: page.rows,
    })
}

fn gift(row: &Row) -> Result<PackageGift> {
    let small = |value: i64| i32::try_from(value).unwrap_or(i32::MAX);
    Ok(PackageGift {
        id: row.get("id")?,
        phone_no: row.get("phone")?,
        user_name: Nullable(row.get("name")?),
        package_name: row.get("package_name")?,
        package_type: row.get("package_type")?,
        amount: small(row.get("amount")?),
        status: small(row.get("status")?),
        operator_name: Nullable(row.get("operator_name")?),
        grant_time: time::datetime(row.get("granted_at")?),
        remark: Nullable(row.get("remark")?),
    })
}
