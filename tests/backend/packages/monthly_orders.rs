use contracts::{
    internal::RecordPackageOrderRequest,
    polaris::{ListMonthlyPackageOrdersRequest, PolarisApi},
};

use super::{OTHER, PHONE, all, list, member_of, paid, record, register, unpaid};
use crate::backend::{Bench, on_both_engines};

#[tokio::test]
async fn the_newest_payment_comes_first_and_unpaid_orders_last() {
    on_both_engines(|bench| async move {
        register(&bench, PHONE, "张三").await;
        let mut ids = Vec::new();
        for order in [unpaid("PK1"), paid("PK2", "2021-08-02 08:00"), unpaid("PK3"), paid("PK4", "2021-08-01 08:00")] {
            ids.push(record(&bench, order).await.expect("an order"));
        }
        let same_time = record(&bench, paid("PK5", "2021-08-02 08:00")).await.expect("an order");
        assert_eq!(found(&bench, all()).await, [same_time, ids[1], ids[3], ids[2], ids[0]]);
        let mut paged = Vec::new();
        for page_no in 1..=3 {
            let request = ListMonthlyPackageOrdersRequest { page_no: Some(page_no), page_size: Some(2), ..all() };
            let page = bench.backend.list_monthly_package_orders(request).await.expect("a page");
            assert_eq!((page.total.0, page.has_more), (Some(5), page_no < 3));
            paged.extend(page.result.into_iter().map(|order| order.order_id));
        }
        assert_eq!(paged, found(&bench, all()).await);
    })
    .await;
}

#[tokio::test]
async fn both_ends_of_the_payment_time_are_included_and_an_end_in_minutes_is_the_whole_minute() {
    on_both_engines(|bench| async move {
        register(&bench, PHONE, "张三").await;
        record(&bench, unpaid("PK0")).await.expect("an order");
        let mut ids = Vec::new();
        for (number, time) in
            [("PK1", "2021-08-01 08:00:00"), ("PK2", "2021-08-01 08:00:59"), ("PK3", "2021-08-01 08:01:00")]
        {
            ids.push(record(&bench, paid(number, time)).await.expect("an order"));
        }
        let between = async |before: &str, end: &str| {
            let (pay_time_before, pay_time_end) = (Some(before.to_owned()), Some(end.to_owned()));
            found(&bench, ListMonthlyPackageOrdersRequest { pay_time_before, pay_time_end, ..all() }).await
        };
        assert_eq!(between("2021-08-01 08:00:00", "2021-08-01 08:01:00").await, [ids[2], ids[1], ids[0]]);
        assert_eq!(between("2021-08-01 08:00", "2021-08-01 08:00").await, [ids[1], ids[0]]);
        assert_eq!(between("2021-08-01 08:00:01", "2021-08-01 08:00:59").await, [ids[1]]);
        assert_eq!(between("", "2021-08-01 08:00:00").await, [ids[0]], "an unpaid order has no payment time");
        assert_eq!(between("2021-08-01 08:00:59", "").await, [ids[2], ids[1]]);
        assert_eq!(between("2021-08-01 08:00:30", "2021-08-01 08:00").await, [ids[1]]);
    })
    .await;
}

#[tokio::test]
async fn a_payment_time_that_begins_after_its_end_is_refused() {
    on_both_engines(|bench| async move {
        let (pay_time_before, pay_time_end) =
            (Some("2021-08-01 08:01".to_owned()), Some("2021-08-01 08:00".to_owned()));
        let request = ListMonthlyPackageOrdersRequest { pay_time_before, pay_time_end, ..all() };
        let failure = bench.backend.list_monthly_package_orders(request).await.expect_err("a refusal");
        assert_eq!((failure.code, failure.violations[0].pointer.as_str()), (400, "/payTimeBefore"));
    })
    .await;
}

#[tokio::test]
async fn merchant_codes_match_either_code_of_the_merchant_and_unknown_ones_find_nothing() {
    on_both_engines(|bench| async move {
        member_of(&bench, PHONE, "张三", 1001).await;
        member_of(&bench, OTHER, "李四", 1002).await;
        register(&bench, "13900000003", "王五").await;
        let order = |number, phone: &str| RecordPackageOrderRequest { phone_no: phone.to_owned(), ..unpaid(number) };
        let one = record(&bench, order("PK1", PHONE)).await.expect("an order");
        let two = record(&bench, order("PK2", OTHER)).await.expect("an order");
        let none = record(&bench, order("PK3", "13900000003")).await.expect("an order");
        let of = async |codes: &str| {
            let merchant_codes = Some(codes.to_owned());
            found(&bench, ListMonthlyPackageOrdersRequest { merchant_codes, ..all() }).await
        };
        assert_eq!(of("BCD001").await, [one]);
        assert_eq!(of("ABC002").await, [two]);
        assert_eq!(of("BCD001, ABC001,ABC002,").await, [two, one]);
        assert!(of("BCD999").await.is_empty());
        assert_eq!(of("").await, [none, two, one]);
    })
    .await;
}

#[tokio::test]
async fn the_phone_matches_exactly() {
    on_both_engines(|bench| async move {
        register(&bench, PHONE, "张三").await;
        let id = record(&bench, unpaid("PK1")).await.expect("an order");
        let of = async |phone: &str| {
            found(&bench, ListMonthlyPackageOrdersRequest { phone_no: Some(phone.to_owned()), ..all() }).await
        };
        assert_eq!(of(PHONE).await, [id]);
        assert!(of(OTHER).await.is_empty() && of("1390000000").await.is_empty());
    })
    .await;
}

async fn found(bench: &Bench, request: ListMonthlyPackageOrdersRequest) -> Vec<i64> {
    list(bench, request).await.iter().map(|order| order.order_id).collect()
}
