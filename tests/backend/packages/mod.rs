/// §todo.3: granted, listed, revoked.
mod gifts;
/// §todo.4
mod monthly_orders;
/// How monthly orders come in.
mod record;

use contracts::{
    internal::{InternalApi, RecordPackageOrderRequest, SubmitAccessReviewRequest},
    polaris::{ListMonthlyPackageOrdersRequest, MonthlyPackageOrder, PolarisApi},
};
use polaris::backend::db::sql;

use super::Bench;

pub const PHONE: &str = "13900000001";
pub const OTHER: &str = "13900000002";

/// A new member of no merchant.
pub async fn register(bench: &Bench, phone: &str, name: &str) {
    let request = SubmitAccessReviewRequest {
        external_no: format!("RV-{phone}"),
        phone_no: phone.to_owned(),
        user_name: name.to_owned(),
        ..SubmitAccessReviewRequest::default()
    };
    bench.backend.submit_access_review(request).await.expect("a review");
}

pub fn unpaid(external_no: &str) -> RecordPackageOrderRequest {
    RecordPackageOrderRequest {
        external_no: external_no.to_owned(),
        phone_no: PHONE.to_owned(),
        package_name: "畅行月卡".to_owned(),
        price: 29_900,
        ..RecordPackageOrderRequest::default()
    }
}

pub fn paid(external_no: &str, pay_time: &str) -> RecordPackageOrderRequest {
    RecordPackageOrderRequest {
        pay_status: 1,
        pay_time: Some(pay_time.to_owned()),
        effective_time: Some("2021-08-22 09:00:00".to_owned()),
        expire_time: Some("2021-09-21 09:00:00".to_owned()),
        ..unpaid(external_no)
    }
}

pub fn all() -> ListMonthlyPackageOrdersRequest {
    ListMonthlyPackageOrdersRequest::default()
}

pub async fn member_of(bench: &Bench, phone: &str, name: &str, merchant_id: i64) {
    register(bench, phone, name).await;
    let mut session = bench.backend.db().transaction().await.expect("a transaction");
    let statement = sql("UPDATE member SET merchant_id = ").bind(merchant_id).push(" WHERE phone = ").bind(phone);
    session.execute(statement).await.expect("a merchant");
    session.commit().await.expect("committed");
}

pub async fn record(bench: &Bench, request: RecordPackageOrderRequest) -> Result<i64, u16> {
    bench.backend.record_package_order(request).await.map(|order| order.order_id).map_err(|failure| failure.code)
}

pub async fn list(bench: &Bench, request: ListMonthlyPackageOrdersRequest) -> Vec<MonthlyPackageOrder> {
    bench.backend.list_monthly_package_orders(request).await.expect("a page").result
}
