use contracts::{
    polaris::{HandleAbnormalOrderData, HandleAbnormalOrderRequest},
    runtime::Failure,
};
use serde_json::json;

use super::{HANDLED, NO_ORDER, PENDING};
use crate::backend::{
    Backend, audit,
    db::sql,
    error::{Error, Result},
};

/// §2.2.7 运营后台-异常订单处理
///
/// # Errors
/// 404 and 409 carry the operation's own data.
pub async fn handle_abnormal_order(
    backend: &Backend,
    request: HandleAbnormalOrderRequest,
) -> Result<HandleAbnormalOrderData, Failure<HandleAbnormalOrderData>> {
    match handle(backend, &request).await {
        Ok(()) => Ok(HandleAbnormalOrderData { result: 1 }),
        Err(error) => {
            let mut failure = Failure::from(error);
            if matches!(failure.code, 404 | 409) {
                failure.data = Some(HandleAbnormalOrderData { result: 0 });
            }
            Err(failure)
        }
    }
}

async fn handle(backend: &Backend, request: &HandleAbnormalOrderRequest) -> Result<()> {
    let mut session = backend.db().transaction().await?;
    let of_order = sql("SELECT merchant_id FROM swap_order WHERE id = ").bind(request.order_id);
    let row = session.first(of_order).await?.ok_or_else(|| backend.scope().missing(Error::NotFound(NO_ORDER)))?;
    backend.scope().demand(row.get("merchant_id")?)?;
    let now = backend.now();
    let statement = sql(&format!("UPDATE swap_order SET order_state = {HANDLED}, operator_id = "))
        .bind(&request.operator_id)
        .push(", operator_name = ")
        .bind(&request.operator_name)
        .push(", operated_at = ")
        .bind(now)
        .push(", remark = ")
        .bind(&request.remark)
        .push(" WHERE id = ")
        .bind(request.order_id)
        .push(&format!(" AND order_state = {PENDING}"));
    if session.execute(statement).await? == 1 {
        let entry = audit::Entry {
            operation: "handleAbnormalOrder",
            operator: Some(&request.operator_id),
            entity: format!("order {}", request.order_id),
            before: json!({"orderState": PENDING}),
            after: json!({"orderState": HANDLED, "operatorName": request.operator_name, "remark": request.remark}),
        };
        audit::record(&mut session, backend, entry).await?;
        session.commit().await?;
        return Ok(());
    }
    let statement = sql("SELECT order_state, operator_id, remark FROM swap_order WHERE id = ").bind(request.order_id);
    let row = session.first(statement).await?.ok_or(Error::NotFound(NO_ORDER))?;
    if row.get::<i64>("order_state")? != HANDLED {
        return Err(Error::conflict("订单不是待处理的异常订单"));
    }
    let same = row.get::<Option<String>>("operator_id")?.as_ref() == Some(&request.operator_id)
        && row.get::<Option<String>>("remark")?.as_ref() == Some(&request.remark);
    if same { Ok(()) } else { Err(Error::conflict("订单已处理，不能重复处理")) }
}
