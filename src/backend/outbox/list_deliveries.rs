use contracts::{
    internal::{Delivery, DeliveryPage, ListDeliveriesRequest},
    runtime::filter,
};

use crate::backend::{
    Backend,
    db::{Row, sql},
    error::Result,
    page::Paging,
    time,
};

const COLUMNS: &str = "id, kind, subject, state, attempts, next_at, last_error, created_at, done_at";

/// 查询向微创的投递
///
/// # Errors
/// When the page is too deep, and those of the database.
pub async fn list_deliveries(backend: &Backend, request: ListDeliveriesRequest) -> Result<DeliveryPage> {
    let paging = Paging::optional(request.page_no, request.page_size)?;
    let mut from = sql("FROM delivery WHERE id > 0");
    for (column, value) in [("state", &request.state), ("kind", &request.kind)] {
        if let Some(value) = filter(value) {
            from = from.push(" AND ").push(column).push(" = ").bind(value);
        }
    }
    let mut session = backend.db().session().await?;
    let page = paging.read(&mut session, COLUMNS, from, "id DESC", read).await?;
    Ok(DeliveryPage {
        total: page.total.into(),
        page_no: page.number,
        page_size: page.size,
        has_more: page.has_more,
        result: page.rows,
    })
}

fn read(row: &Row) -> Result<Delivery> {
    let state: String = row.get("state")?;
    // While it is being delivered, `next_at` is the end of its lease.
    let next_at = row.get::<Option<i64>>("next_at")?.filter(|_| state == "pending");
    Ok(Delivery {
        id: row.get("id")?,
        kind: row.get("kind")?,
        subject: row.get("subject")?,
        state,
        attempts: i32::try_from(row.get::<i64>("attempts")?).unwrap_or(i32::MAX),
        next_attempt_time: next_at.map(time::datetime).into(),
        last_error: row.get::<Option<String>>("last_error")?.into(),
        create_time: time::datetime(row.get("created_at")?),
        done_time: row.get::<Option<i64>>("done_at")?.map(time::datetime).into(),
    })
}
