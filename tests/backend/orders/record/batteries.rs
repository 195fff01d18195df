use super::*;

#[tokio::test]
async fn a_completed_order_moves_the_members_battery_from_old_to_new_and_weichuang_is_told() {
    on_both_engines(|bench| async move {
        members(&bench).await;
        free_batteries(&bench).await;
        record(&bench, &swap("A", "08:00:00", "BT0001", "")).await;
        assert_eq!(holders(&bench).await, ["13300000001 BT0001"]);
        assert!(bound_at_weichuang(&bench, "BT0001").await);
        let relation = integers(&bench, "SELECT id AS value FROM battery_binding").await;

        record(&bench, &swap("B", "09:00:00", "BT0024", "BT0001")).await;
        assert_eq!(holders(&bench).await, ["13300000001 BT0024"]);
        assert_eq!(
            integers(&bench, "SELECT id AS value FROM battery_binding WHERE unbound_at IS NULL").await,
            relation
        );
        assert_eq!(told(&bench).await, ["BT0001", "BT0001", "BT0024"]);
        assert!(!bound_at_weichuang(&bench, "BT0001").await && bound_at_weichuang(&bench, "BT0024").await);

        record(&bench, &swap("C", "09:30:00", "", "BT0024")).await;
        assert_eq!(holders(&bench).await, [] as [String; 0]);
        assert!(!bound_at_weichuang(&bench, "BT0024").await);
        assert_eq!(swap_counts(&bench).await, [3, 0, 0]);
    })
    .await;
}

#[tokio::test]
async fn orders_that_are_not_completed_move_no_battery() {
    on_both_engines(|bench| async move {
        members(&bench).await;
        for (number, order_state) in [("A", 0), ("B", 4)] {
            let report = RecordSwapOrderRequest { order_state, ..swap(number, "08:00:00", "BT0001", "") };
            record(&bench, &report).await;
        }
        let stuck = RecordSwapOrderRequest { order_type: 0, order_state: 2, ..swap("C", "08:00:00", "BT0001", "") };
        record(&bench, &stuck).await;
        assert_eq!((holders(&bench).await.len(), told(&bench).await.len()), (0, 0));
    })
    .await;
}

#[tokio::test]
async fn a_late_report_of_an_earlier_swap_does_not_bring_an_old_battery_back() {
    on_both_engines(|bench| async move {
        members(&bench).await;
        free_batteries(&bench).await;
        record(&bench, &swap("B", "09:00:00", "BT0030", "BT0024")).await;
        record(&bench, &swap("A", "08:00:00", "BT0024", "BT0001")).await;
        assert_eq!(holders(&bench).await, ["13300000001 BT0030"]);
        assert_eq!(swap_counts(&bench).await, [2, 0, 0]);
    })
    .await;
}

#[tokio::test]
async fn a_new_battery_that_somebody_else_has_is_a_conflict_and_nothing_changes() {
    on_both_engines(|bench| async move {
        members(&bench).await;
        free_batteries(&bench).await;
        record(
            &bench,
            &RecordSwapOrderRequest { phone_no: "13300000002".into(), ..swap("A", "08:00:00", "BT0024", "") },
        )
        .await;
        let begun = RecordSwapOrderRequest { order_state: 0, ..swap("B", "09:00:00", "", "") };
        record(&bench, &begun).await;
        let completed =
            RecordSwapOrderRequest { order_state: 1, new_battery: Some("BT0024".to_owned()), ..begun.clone() };
        assert_eq!(refused(&bench, &completed).await, 409);
        assert_eq!(refused(&bench, &swap("C", "09:00:00", "BT0024", "BT0001")).await, 409);
        assert_eq!(integers(&bench, "SELECT order_state AS value FROM swap_order ORDER BY id").await, [1, 0]);
        assert_eq!(swap_counts(&bench).await, [0, 1, 0]);
        assert_eq!(holders(&bench).await, ["13300000002 BT0024"]);
    })
    .await;
}
