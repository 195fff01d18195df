/// Which orders are found.
mod filters;
/// What is shown of them.
mod objects;
/// In which order, and how many.
mod pages;
/// 2.2.2 to 2.2.6.
mod profiles;

use contracts::{
    internal::RecordSwapOrderRequest,
    polaris::{PolarisApi, QueryOrdersRequest, SwapOrderPage},
};
use polaris::backend::db::sql;

use super::{Bench, abnormal, members, on_both_engines, record, report};

fn first_page() -> QueryOrdersRequest {
    QueryOrdersRequest { page_no: 1, page_size: 200, ..Default::default() }
}

async fn query(bench: &Bench, request: QueryOrdersRequest) -> SwapOrderPage {
    bench.backend.query_orders(request).await.expect("a page")
}

async fn ids(bench: &Bench, request: QueryOrdersRequest) -> Vec<i64> {
    let page = query(bench, request).await;
    assert_eq!(page.total.0, Some(page.result.len() as i64));
    page.result.iter().map(|order| order.order_id).collect()
}

/// Five orders, newest first; see the list for what tells them apart.
async fn orders(bench: &Bench) -> [i64; 5] {
    members(bench).await;
    let at = |time: &str, report: RecordSwapOrderRequest| RecordSwapOrderRequest {
        start_time: format!("2021-09-02 {time}"),
        ..report
    };
    let of = |phone: i64, device: &str, report: RecordSwapOrderRequest| RecordSwapOrderRequest {
        phone_no: (13_300_000_000 + phone).to_string(),
        device_id: device.to_owned(),
        ..report
    };
    let batteries = |new: &str, old: &str, report: RecordSwapOrderRequest| RecordSwapOrderRequest {
        new_battery: Some(new.to_owned()),
        old_battery: Some(old.to_owned()),
        ..report
    };
    let cancelled = RecordSwapOrderRequest { order_state: 4, ..report("E") };
    [
        record(bench, &at("12:00:00", of(1, "TK0001", batteries("BT0001", "BT0002", report("A"))))).await,
        record(bench, &at("11:00:30", of(2, "TK0002", batteries("BT0003", "BT0002", report("B"))))).await,
        record(bench, &at("11:00:00", of(1, "TK0001", abnormal("C")))).await,
        record(bench, &at("10:00:00", of(3, "TK0003", abnormal("D")))).await,
        record(bench, &at("09:00:00", of(2, "TK0001", cancelled))).await,
    ]
}

/// Orders 1 to `count` on the devices D0 to D49; eight start at the same time.
async fn bulk(bench: &Bench, count: i64) {
    bulk_from(bench, 1, count).await;
}

async fn bulk_from(bench: &Bench, first: i64, last: i64) {
    let statement = sql("WITH RECURSIVE series (n) AS (SELECT CAST(").bind(first).push(" AS BIGINT) UNION ALL ");
    let statement = statement.push("SELECT n + 1 FROM series WHERE n < ").bind(last).push(
        ") INSERT INTO swap_order (id, order_type, order_state, started_at, member_id, phone, device_id) \
         SELECT n, 1, 1, 1600000000000 + n / 8 * 1000, 1, '13300000001', 'D' || CAST(n % 50 AS TEXT) FROM series",
    );
    let mut session = bench.backend.db().transaction().await.expect("a transaction");
    session.execute(statement).await.expect("orders");
    session.commit().await.expect("committed");
}
