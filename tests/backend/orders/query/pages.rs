use super::*;

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
async fn a_late_report_of_an_earlier_order_makes_a_later_page_repeat_a_row_and_skip_none() {
    on_both_engines(|bench| async move {
        let orders = orders(&bench).await;
        let page = async |page_no| {
            let page = query(&bench, QueryOrdersRequest { page_no, page_size: 2, ..first_page() }).await;
            page.result.into_iter().map(|order| order.order_id).collect::<Vec<_>>()
        };
        assert_eq!(page(1).await, orders[..2]);
        let late = RecordSwapOrderRequest { start_time: "2021-09-02 11:30:00".to_owned(), ..abnormal("F") };
        let late = record(&bench, &late).await;
        assert_eq!((page(2).await, page(3).await), (orders[1..3].to_vec(), orders[3..].to_vec()));
        assert_eq!(page(1).await, [orders[0], late]);
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
