use contracts::{
    polaris::{ListMonthlyPackageOrdersRequest, MonthlyPackageOrder, MonthlyPackageOrderPage},
    runtime::{Nullable, filter, format},
};

use crate::backend::{
    Backend,
    db::{Row, Sql, sql},
    error::{Error, Result},
    merchants,
    page::{Page, Paging},
    time,
};

const COLUMNS: &str = "id, phone, user_name, merchant_code, package_name, price, pay_status, paid_at, effective_at, \
    expires_at";

/// §todo.4 月费套餐订单
///
/// # Errors
/// A page that is too deep; a beginning after the end.
pub async fn list_monthly_package_orders(
    backend: &Backend,
    request: ListMonthlyPackageOrdersRequest,
) -> Result<MonthlyPackageOrderPage> {
    let paging = Paging::optional(request.page_no, request.page_size)?;
    let mut from = paid_between(sql("FROM package_order WHERE 1 = 1"), &request)?;
    if let Some(phone) = filter(&request.phone_no) {
        from = from.push(" AND phone = ").bind(phone);
    }
    let mut session = backend.db().session().await?;
    from = from.append(backend.scope().condition("merchant_id"));
    let codes = format::items(filter(&request.merchant_codes).unwrap_or_default());
    if !codes.is_empty() {
        let merchants = merchants::ids_inside(&mut session, backend.scope(), &codes).await?;
        if merchants.is_empty() {
            return Ok(reply(paging.empty()));
        }
        from = from.push(" AND merchant_id IN ").list(merchants);
    }
    let page = paging.read(&mut session, COLUMNS, from, "COALESCE(paid_at, 0) DESC, id DESC", order).await?;
    Ok(reply(page))
}

/// The bounds of the payment's time, both included. Orders that are not paid have no such time.
fn paid_between(mut from: Sql, request: &ListMonthlyPackageOrdersRequest) -> Result<Sql> {
    let first = filter(&request.pay_time_before).and_then(time::parse);
    let last = filter(&request.pay_time_end).and_then(time::parse_end);
    if let (Some(first), Some(last)) = (first, last)
        && first > last
    {
        return Err(Error::invalid("/payTimeBefore", "order", "支付时间开始不能晚于结束"));
    }
    if first.is_some() || last.is_some() {
        from = from.push(" AND COALESCE(paid_at, 0) >= ").bind(first.unwrap_or(1));
    }
    if let Some(last) = last {
        from = from.push(" AND COALESCE(paid_at, 0) <= ").bind(last);
    }
    Ok(from)
}

fn reply(page: Page<MonthlyPackageOrder>) -> MonthlyPackageOrderPage {
    MonthlyPackageOrderPage {
        total: page.total.into(),
        page_no: page.number,
        page_size: page.size,
        has_more: page.has_more,
        result: page.rows,
    }
}

fn order(row: &Row) -> Result<MonthlyPackageOrder> {
    let time = |column| Ok::<_, Error>(Nullable(row.get::<Option<i64>>(column)?.map(time::datetime)));
    Ok(MonthlyPackageOrder {
        order_id: row.get("id")?,
        phone_no: row.get("phone")?,
        user_name: Nullable(row.get("user_name")?),
        merchant_code: Nullable(row.get("merchant_code")?),
        package_name: row.get("package_name")?,
        price: row.get("price")?,
        pay_status: i32::try_from(row.get::<i64>("pay_status")?).unwrap_or(i32::MAX),
        pay_time: time("paid_at")?,
        effective_time: time("effective_at")?,
        expire_time: time("expires_at")?,
    })
}
