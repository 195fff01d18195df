use super::*;

#[tokio::test]
async fn an_order_moves_on_in_its_states_and_what_was_unknown_becomes_known() {
    on_both_engines(|bench| async move {
        members(&bench).await;
        let begun = RecordSwapOrderRequest { order_state: 0, pay_status: Some(0), ..report("A") };
        let id = record(&bench, &begun).await;
        assert_eq!(swap_counts(&bench).await, [0, 0, 0]);
        let paid = RecordSwapOrderRequest { pay_status: Some(1), ..begun.clone() };
        assert_eq!(record(&bench, &paid).await, id);
        let completed = RecordSwapOrderRequest {
            order_state: 1,
            complete_time: Some("2021-09-03 08:31:25".to_owned()),
            new_battery: Some("BT0001".to_owned()),
            ..paid.clone()
        };
        assert_eq!(record(&bench, &completed).await, id);
        assert_eq!(record(&bench, &completed).await, id);
        assert_eq!(integers(&bench, "SELECT order_state AS value FROM swap_order").await, [1]);
        assert_eq!(texts(&bench, "SELECT new_battery AS value FROM swap_order").await, ["BT0001"]);
        assert_eq!(swap_counts(&bench).await, [1, 0, 0]);
        assert_eq!(holders(&bench).await, ["13300000001 BT0001"]);
        let refunded = RecordSwapOrderRequest { pay_status: Some(2), ..completed.clone() };
        assert_eq!(record(&bench, &refunded).await, id);
        assert_eq!(swap_counts(&bench).await, [1, 0, 0]);
        for back in [begun, paid, completed] {
            assert_eq!(refused(&bench, &back).await, 409);
        }
    })
    .await;
}

#[tokio::test]
async fn an_order_that_was_handled_here_stays_handled_when_its_report_comes_again() {
    on_both_engines(|bench| async move {
        members(&bench).await;
        let id = record(&bench, &abnormal("A")).await;
        let mut session = bench.backend.db().transaction().await.expect("a transaction");
        session.execute(sql("UPDATE swap_order SET order_state = 3")).await.expect("handled");
        session.commit().await.expect("committed");
        assert_eq!(record(&bench, &abnormal("A")).await, id);
        assert_eq!(integers(&bench, "SELECT order_state AS value FROM swap_order").await, [3]);
    })
    .await;
}

#[tokio::test]
async fn an_order_in_progress_can_turn_out_abnormal() {
    on_both_engines(|bench| async move {
        members(&bench).await;
        let id = record(&bench, &RecordSwapOrderRequest { order_state: 0, ..report("A") }).await;
        assert_eq!(record(&bench, &abnormal("A")).await, id);
        assert_eq!(integers(&bench, "SELECT order_type AS value FROM swap_order").await, [0]);
        assert_eq!(swap_counts(&bench).await, [0, 0, 0]);
    })
    .await;
}

#[tokio::test]
async fn a_state_that_the_type_does_not_have_is_a_violation() {
    on_both_engines(|bench| async move {
        members(&bench).await;
        for (order_type, order_state) in [(1, 2), (1, 3), (0, 0), (0, 1), (0, 4)] {
            let wrong = RecordSwapOrderRequest { order_type, order_state, ..report("A") };
            let failure: Failure = bench.backend.record_swap_order(wrong).await.expect_err("refused");
            assert_eq!((failure.code, failure.violations[0].pointer.as_str()), (400, "/orderState"));
        }
    })
    .await;
}
