use super::*;

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
        assert_eq!(failure.code, 503);
    })
    .await;
}
