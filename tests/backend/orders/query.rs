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

#[tokio::test]
async fn every_filter_narrows_and_all_of_them_combine() {
    on_both_engines(|bench| async move {
        let [a, b, c, d, e] = orders(&bench).await;
        let text = |value: &str| Some(value.to_owned());
        let cases = [
            (QueryOrdersRequest { ..first_page() }, vec![a, b, c, d, e]),
            (QueryOrdersRequest { order_type: Some(1), ..first_page() }, vec![a, b, e]),
            (QueryOrdersRequest { order_type: Some(0), ..first_page() }, vec![c, d]),
            (QueryOrdersRequest { order_state: Some(1), ..first_page() }, vec![a, b]),
            (QueryOrdersRequest { order_state: Some(2), ..first_page() }, vec![c, d]),
            (QueryOrdersRequest { order_state: Some(4), ..first_page() }, vec![e]),
            (QueryOrdersRequest { order_state: Some(0), ..first_page() }, vec![]),
            (QueryOrdersRequest { order_state: Some(2), order_type: Some(1), ..first_page() }, vec![]),
            (QueryOrdersRequest { order_ids: text(&format!(" {d},, {a} ,{d},7")), ..first_page() }, vec![a, d]),
            (QueryOrdersRequest { order_id: Some(b), ..first_page() }, vec![b]),
            (QueryOrdersRequest { order_id: Some(b), order_ids: text(&d.to_string()), ..first_page() }, vec![b, d]),
            (QueryOrdersRequest { order_id: Some(b), phone: text("13300000001"), ..first_page() }, vec![]),
            (QueryOrdersRequest { phone: text("13300000002"), ..first_page() }, vec![b, e]),
            (QueryOrdersRequest { phone: text("13300000009"), ..first_page() }, vec![]),
            (QueryOrdersRequest { user_name: text("张三"), ..first_page() }, vec![a, b, c, e]),
            (QueryOrdersRequest { user_name: text(" 张三丰 "), ..first_page() }, vec![b, e]),
            (QueryOrdersRequest { user_name: text("三"), ..first_page() }, vec![]),
            (QueryOrdersRequest { user_name: text("%"), ..first_page() }, vec![]),
            (QueryOrdersRequest { user_name: text("李"), order_type: Some(0), ..first_page() }, vec![d]),
            (QueryOrdersRequest { merchant_codes: text("BCD001"), ..first_page() }, vec![a, c]),
            (QueryOrdersRequest { merchant_codes: text("ABC001"), ..first_page() }, vec![a, c]),
            (QueryOrdersRequest { merchant_codes: text("ABC001,BCD001,ABC002"), ..first_page() }, vec![a, b, c, e]),
            (QueryOrdersRequest { merchant_codes: text("BCD002,NOBODY"), ..first_page() }, vec![b, e]),
            (QueryOrdersRequest { merchant_codes: text("NOBODY"), ..first_page() }, vec![]),
            (QueryOrdersRequest { device_id: text("TK0001"), ..first_page() }, vec![a, c, e]),
            (QueryOrdersRequest { device_ids: text("TK0001,TK0003"), ..first_page() }, vec![a, c, d, e]),
            (
                QueryOrdersRequest { device_ids: text("TK0001,TK0003"), device_id: text("TK0003"), ..first_page() },
                vec![d],
            ),
            (
                QueryOrdersRequest {
                    device_ids: text("TK0001,TK0002"),
                    merchant_codes: text("BCD002,BCD001"),
                    order_type: Some(1),
                    user_name: text("张三丰"),
                    ..first_page()
                },
                vec![b, e],
            ),
            (
                QueryOrdersRequest {
                    device_ids: text("TK0001,TK0002,TK0003"),
                    merchant_codes: text("BCD002"),
                    ..first_page()
                },
                vec![b, e],
            ),
            (QueryOrdersRequest { new_battery: text("BT0003"), ..first_page() }, vec![b]),
            (QueryOrdersRequest { old_battery: text("BT0002"), ..first_page() }, vec![a, b]),
            (QueryOrdersRequest { old_battery: text("BT0002"), new_battery: text("BT0001"), ..first_page() }, vec![a]),
        ];
        for (request, expected) in cases {
            assert_eq!(ids(&bench, request.clone()).await, expected, "{request:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn blank_filters_match_all() {
    on_both_engines(|bench| async move {
        let all = orders(&bench).await;
        let blank = Some(String::new());
        let request = QueryOrdersRequest {
            order_ids: Some(" , ".to_owned()),
            user_name: blank.clone(),
            phone: blank.clone(),
            merchant_codes: blank.clone(),
            device_id: blank.clone(),
            device_ids: Some(",".to_owned()),
            new_battery: blank.clone(),
            old_battery: blank.clone(),
            start_time_before: blank.clone(),
            start_time_end: blank,
            ..first_page()
        };
        assert_eq!(ids(&bench, request).await, all);
    })
    .await;
}

#[tokio::test]
async fn both_ends_of_the_time_range_are_included_and_a_minute_at_the_end_is_whole() {
    on_both_engines(|bench| async move {
        let [a, b, c, d, e] = orders(&bench).await;
        let range = |from: &str, to: &str| QueryOrdersRequest {
            start_time_before: Some(from.to_owned()).filter(|text| !text.is_empty()),
            start_time_end: Some(to.to_owned()).filter(|text| !text.is_empty()),
            ..first_page()
        };
        assert_eq!(ids(&bench, range("2021-09-02 11:00:00", "2021-09-02 11:00:30")).await, [b, c]);
        assert_eq!(ids(&bench, range("2021-09-02 11:00:00", "2021-09-02 11:00:29")).await, [c]);
        assert_eq!(ids(&bench, range("2021-09-02 11:00:01", "2021-09-02 11:00")).await, [b]);
        assert_eq!(ids(&bench, range("2021-09-02 11:00", "2021-09-02 11:00")).await, [b, c]);
        assert_eq!(ids(&bench, range("2021-09-02 11:00", "")).await, [a, b, c]);
        assert_eq!(ids(&bench, range("", "2021-09-02 10:00")).await, [d, e]);
        let abnormal = QueryOrdersRequest { order_type: Some(0), ..range("2021-09-02 10:30", "") };
        assert_eq!(ids(&bench, abnormal).await, [c]);
    })
    .await;
}

#[tokio::test]
async fn a_first_time_after_the_second_is_a_violation() {
    on_both_engines(|bench| async move {
        let request = |to: &str| QueryOrdersRequest {
            start_time_before: Some("2021-09-02 11:00:01".to_owned()),
            start_time_end: Some(to.to_owned()),
            ..first_page()
        };
        let failure = bench.backend.query_orders(request("2021-09-02 11:00:00")).await.expect_err("refused");
        assert_eq!((failure.code, failure.violations.len()), (400, 1));
        assert_eq!(failure.violations[0].pointer, "/startTimeBefore");
        // The whole minute is included, so the first time is within it.
        assert_eq!(ids(&bench, request("2021-09-02 11:00")).await, [] as [i64; 0]);
    })
    .await;
}

#[tokio::test]
async fn a_device_outside_the_given_set_gives_an_empty_page_without_asking_the_database() {
    on_both_engines(|bench| async move {
        orders(&bench).await;
        let request = |device: &str| QueryOrdersRequest {
            device_id: Some(device.to_owned()),
            device_ids: Some("TK0001,TK0002".to_owned()),
            ..first_page()
        };
        bench.backend.db().close().await;
        let page = query(&bench, request("TK0003")).await;
        assert_eq!((page.total.0, page.has_more, page.result.len()), (Some(0), false, 0));
        let failure = bench.backend.query_orders(request("TK0001")).await.expect_err("the database is closed");
        assert_eq!(failure.code, 500);
    })
    .await;
}

#[tokio::test]
async fn the_objects_are_there_on_every_row_when_asked_for_and_absent_otherwise() {
    on_both_engines(|bench| async move {
        members(&bench).await;
        let detailed = RecordSwapOrderRequest {
            borrow_box_no: Some(3),
            return_box_no: Some(5),
            borrow_electric: Some(98),
            return_electric: Some(17),
            package_name: Some("畅行月卡".to_owned()),
            price: Some(29_900),
            channel: Some("wechat".to_owned()),
            complete_time: Some("2021-09-03 08:31:25".to_owned()),
            pay_status: Some(1),
            pay_type: Some(2),
            ..report("A")
        };
        record(&bench, &detailed).await;
        record(&bench, &RecordSwapOrderRequest { start_time: "2021-09-03 08:00".to_owned(), ..report("B") }).await;

        let plain = query(&bench, first_page()).await.result;
        assert_eq!(plain[0].complete_time.0.as_deref(), Some("2021-09-03 08:31:25"));
        assert_eq!((plain[0].pay_status.0, plain[0].pay_type.0), (Some(1), Some(2)));
        assert_eq!(plain[0].merchant_code.0.as_deref(), Some("BCD001"));
        assert_eq!(plain[1].start_time, "2021-09-03 08:00:00");
        assert!(plain.iter().all(|order| {
            order.change_detail.is_none() && order.operator_info.is_none() && order.package_info.is_none()
        }));

        let asked = QueryOrdersRequest { change_detail: Some(1), package_info: Some(1), ..first_page() };
        let asked = query(&bench, QueryOrdersRequest { operator_info: Some(1), ..asked }).await.result;
        let change = asked[0].change_detail.as_ref().expect("asked for");
        assert_eq!((change.borrow_box_no.0, change.return_box_no.0), (Some(3), Some(5)));
        assert_eq!((change.borrow_electric.0, change.return_electric.0), (Some(98), Some(17)));
        let package = asked[0].package_info.as_ref().expect("asked for");
        assert_eq!((package.package_name.0.as_deref(), package.price.0), (Some("畅行月卡"), Some(29_900)));
        assert_eq!(asked[1].change_detail.as_ref(), Some(&Default::default()));
        assert_eq!(asked[1].operator_info.as_ref(), Some(&Default::default()));
        assert_eq!(asked[1].package_info.as_ref(), Some(&Default::default()));

        let other_spelling = query(&bench, QueryOrdersRequest { operation_info: Some(1), ..first_page() }).await.result;
        assert!(other_spelling.iter().all(|order| !order.operator_info.is_none() && order.change_detail.is_none()));
        let not_asked = QueryOrdersRequest { operator_info: Some(0), change_detail: Some(0), ..first_page() };
        assert!(query(&bench, not_asked).await.result.iter().all(|order| order.operator_info.is_none()));
    })
    .await;
}

#[tokio::test]
async fn pages_of_many_keys_neither_repeat_nor_skip_a_row_even_among_equal_times() {
    on_both_engines(|bench| async move {
        bulk(&bench, 400).await;
        let devices: Vec<_> = (0..25).map(|number| format!("D{number}")).collect();
        let mut seen = Vec::new();
        for page_no in 1.. {
            let device_ids = Some(devices.join(","));
            let page = query(&bench, QueryOrdersRequest { device_ids, page_no, page_size: 7, ..first_page() }).await;
            assert_eq!(page.total.0, Some(200));
            seen.extend(page.result.into_iter().map(|order| (order.start_time, order.order_id)));
            if !page.has_more {
                break;
            }
        }
        assert_eq!(seen.len(), 200);
        assert!(seen.is_sorted_by(|a, b| a > b));
        let past = QueryOrdersRequest { page_no: 9, device_ids: Some(devices.join(",")), ..first_page() };
        let past = query(&bench, past).await;
        assert_eq!((past.total.0, past.has_more, past.result.len()), (Some(200), false, 0));
    })
    .await;
}

#[tokio::test]
async fn five_hundred_devices_and_merchants_can_be_asked_for_at_once() {
    on_both_engines(|bench| async move {
        bulk(&bench, 400).await;
        let devices = (0..500).map(|number| format!("D{number}")).collect::<Vec<_>>().join(",");
        let request = QueryOrdersRequest { device_ids: Some(devices), order_type: Some(1), ..first_page() };
        let page = query(&bench, request).await;
        assert_eq!((page.total.0, page.has_more, page.result.len()), (Some(400), true, 200));
    })
    .await;
}

#[tokio::test]
async fn the_total_is_exact_to_10_000_and_null_above_and_a_page_too_deep_is_refused() {
    on_both_engines(|bench| async move {
        bulk(&bench, 10_000).await;
        let small = QueryOrdersRequest { page_size: 10, ..first_page() };
        let page = query(&bench, small.clone()).await;
        assert_eq!((page.total.0, page.has_more), (Some(10_000), true));
        bulk_from(&bench, 10_001, 10_001).await;
        let devices = (0..50).map(|number| format!("D{number}")).collect::<Vec<_>>().join(",");
        for request in [small.clone(), QueryOrdersRequest { device_ids: Some(devices), ..small }] {
            let page = query(&bench, request).await;
            assert_eq!((page.total.0, page.has_more, page.result.len()), (None, true, 10));
        }
        let last = query(&bench, QueryOrdersRequest { page_no: 51, ..first_page() }).await;
        assert_eq!((last.total.0, last.has_more, last.result.len()), (None, false, 1));
        let deepest = QueryOrdersRequest { page_no: 500, ..first_page() };
        assert_eq!(query(&bench, deepest).await.result.len(), 0);
        let deeper = QueryOrdersRequest { page_no: 501, ..first_page() };
        assert_eq!(bench.backend.query_orders(deeper).await.expect_err("refused").code, 400);
    })
    .await;
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
