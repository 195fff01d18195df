use super::*;

#[tokio::test]
async fn the_same_report_again_gives_the_same_order_and_changes_nothing() {
    on_both_engines(|bench| async move {
        members(&bench).await;
        let swap = swap("A", "08:30:00", "BT0001", "");
        let id = record(&bench, &swap).await;
        let blank = RecordSwapOrderRequest { channel: Some(String::new()), ..swap.clone() };
        let without_seconds = RecordSwapOrderRequest { start_time: "2021-09-03 08:30".to_owned(), ..swap.clone() };
        for same in [swap, blank, without_seconds] {
            assert_eq!(record(&bench, &same).await, id);
        }
        assert_eq!(integers(&bench, "SELECT id AS value FROM swap_order").await, [id]);
        assert_eq!(swap_counts(&bench).await, [1, 0, 0]);
        assert_eq!(told(&bench).await, ["BT0001"]);
        assert!(id <= contracts::runtime::format::MAX_ID);
    })
    .await;
}

#[tokio::test]
async fn an_order_keeps_the_members_name_and_merchant_of_its_time() {
    on_both_engines(|bench| async move {
        members(&bench).await;
        record(&bench, &report("A")).await;
        record(&bench, &RecordSwapOrderRequest { phone_no: "13300000003".to_owned(), ..report("B") }).await;
        let order = |column: &str| format!("SELECT {column} AS value FROM swap_order ORDER BY id");
        assert_eq!(texts(&bench, &order("user_name")).await, ["张三", "李四"]);
        assert_eq!(texts(&bench, &order("merchant_code")).await, ["BCD001"]);
        assert_eq!(integers(&bench, &order("merchant_id")).await, [1001]);
    })
    .await;
}

#[tokio::test]
async fn the_same_number_with_other_content_is_a_conflict() {
    on_both_engines(|bench| async move {
        members(&bench).await;
        let first = RecordSwapOrderRequest { order_state: 0, price: Some(100), ..report("A") };
        record(&bench, &first).await;
        let others = [
            RecordSwapOrderRequest { phone_no: "13300000002".to_owned(), ..first.clone() },
            RecordSwapOrderRequest { device_id: "TK0002".to_owned(), ..first.clone() },
            RecordSwapOrderRequest { start_time: "2021-09-03 08:30:01".to_owned(), ..first.clone() },
            RecordSwapOrderRequest { price: Some(101), ..first.clone() },
            RecordSwapOrderRequest { channel: Some("app".to_owned()), ..first.clone() },
            RecordSwapOrderRequest { price: None, ..first.clone() },
            RecordSwapOrderRequest { order_state: 1, price: Some(101), ..first.clone() },
            RecordSwapOrderRequest { order_state: 1, device_id: "TK0002".to_owned(), ..first.clone() },
        ];
        for other in others {
            assert_eq!(refused(&bench, &other).await, 409, "{other:?}");
        }
        let cancelled = RecordSwapOrderRequest { order_state: 4, ..first.clone() };
        record(&bench, &cancelled).await;
        assert_eq!(refused(&bench, &RecordSwapOrderRequest { order_state: 1, ..first }).await, 409);
    })
    .await;
}

#[tokio::test]
async fn an_unknown_member_tank_or_battery_is_not_found() {
    on_both_engines(|bench| async move {
        members(&bench).await;
        let unknown = [
            RecordSwapOrderRequest { phone_no: "13300000009".to_owned(), ..report("A") },
            RecordSwapOrderRequest { device_id: "TK9999".to_owned(), ..report("A") },
            swap("A", "08:30:00", "BT9999", ""),
            swap("A", "08:30:00", "BT0001", "BT9999"),
        ];
        for unknown in unknown {
            assert_eq!(refused(&bench, &unknown).await, 404, "{unknown:?}");
        }
        assert_eq!(integers(&bench, "SELECT id AS value FROM swap_order").await, [] as [i64; 0]);
    })
    .await;
}

#[tokio::test]
async fn the_first_order_makes_a_new_member_one_who_uses() {
    on_both_engines(|bench| async move {
        members(&bench).await;
        record(&bench, &report("A")).await;
        record(&bench, &RecordSwapOrderRequest { phone_no: "13300000002".to_owned(), ..abnormal("B") }).await;
        assert_eq!(integers(&bench, "SELECT state AS value FROM member ORDER BY phone").await, [1, 1, 0]);
        let now = bench.backend.now();
        bench.set_clock("2021-09-04 10:00:00");
        record(&bench, &swap("C", "09:30:00", "", "")).await;
        assert_eq!(integers(&bench, "SELECT first_used_at AS value FROM member ORDER BY phone").await, [now, now]);
        assert_eq!(swap_counts(&bench).await, [2, 0, 0]);
    })
    .await;
}
