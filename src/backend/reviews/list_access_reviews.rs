use contracts::{
    polaris::{AccessReview, AccessReviewPage, ListAccessReviewsRequest},
    runtime::Nullable,
};

use super::{State, review::OWNER};
use crate::backend::{
    Backend,
    db::{Row, begins_with, sql},
    error::Result,
    page::Paging,
    time,
};

const COLUMNS: &str = "r.id, r.user_name, r.vehicle_code, v.model AS vehicle_model, r.rent_type, r.assets_direction, \
    r.battery_code, b.model AS battery_model, r.order_type, r.deposit, r.old_deposit, r.online_price, r.offline_price, \
    r.direction, r.share_code, r.state, r.bound_at";

/// §2.2.9 查询待确认/已确认用户接入审核列表
///
/// # Errors
/// A page that is too deep.
pub async fn list_access_reviews(backend: &Backend, request: ListAccessReviewsRequest) -> Result<AccessReviewPage> {
    let paging = Paging::optional(request.page_no, request.page_size)?;
    let mut from = sql("FROM access_review r LEFT JOIN vehicle v ON v.code = r.vehicle_code \
                        LEFT JOIN battery b ON b.code = r.battery_code WHERE ");
    from = match request.state {
        0 => from.push("r.state = ").bind(State::Pending.code()),
        _ => from.push("r.state IN ").list([State::Approved.code(), State::Rejected.code()]),
    };
    from = from.append(backend.scope().condition(OWNER));
    let prefix = request.user_name.trim();
    if !prefix.is_empty() {
        from = from.push(" AND ").append(begins_with("r.user_name", prefix));
    }
    let mut session = backend.db().session().await?;
    let page = paging.read(&mut session, COLUMNS, from, "r.id DESC", review).await?;
    Ok(AccessReviewPage {
        total: page.total.into(),
        page_no: page.number,
        page_size: page.size,
        has_more: page.has_more,
        result: page.rows,
    })
}

fn review(row: &Row) -> Result<AccessReview> {
    let order_type = row.get::<Option<i64>>("order_type")?.and_then(|code| i32::try_from(code).ok());
    Ok(AccessReview {
        id: row.get("id")?,
        user_name: Nullable(row.get("user_name")?),
        vehicle_id: Nullable(row.get("vehicle_code")?),
        vehicle_model: Nullable(row.get("vehicle_model")?),
        rent_type: Nullable(row.get("rent_type")?),
        assets_direction_str: Nullable(row.get("assets_direction")?),
        battery_code: Nullable(row.get("battery_code")?),
        battery_model: Nullable(row.get("battery_model")?),
        order_type: Nullable(order_type),
        deposit: Nullable(row.get("deposit")?),
        old_deposit: Nullable(row.get("old_deposit")?),
        online_price: Nullable(row.get("online_price")?),
        offline_price: Nullable(row.get("offline_price")?),
        direction_str: Nullable(row.get("direction")?),
        share_code: Nullable(row.get("share_code")?),
        order_type_str: Nullable(order_type.and_then(order_type_label).map(str::to_owned)),
        state_str: State::of(row.get("state")?).label().into(),
        bind_date: Nullable(row.get::<Option<i64>>("bound_at")?.map(time::datetime)),
    })
}

/// 单据类型. The table is ours until both sides have agreed on one.
fn order_type_label(code: i32) -> Option<&'static str> {
    match code {
        1 => Some("新增接入"),
        2 => Some("资产更换"),
        _ => None,
    }
}
