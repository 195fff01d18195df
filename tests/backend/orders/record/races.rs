use super::*;

#[tokio::test]
async fn the_same_report_twice_at_once_is_one_order() {
    on_both_engines(|bench| async move {
        members(&bench).await;
        free_batteries(&bench).await;
        for (round, battery) in ["BT0001", "BT0024", "BT0030"].into_iter().enumerate() {
            let begun = RecordSwapOrderRequest { order_state: 0, ..swap(&format!("R{round}"), "08:00:00", "", "") };
            let (one, two) = tokio::join!(record(&bench, &begun), record(&bench, &begun));
            let completed =
                RecordSwapOrderRequest { order_state: 1, new_battery: Some(battery.to_owned()), ..begun.clone() };
            let (three, four) = tokio::join!(record(&bench, &completed), record(&bench, &completed));
            assert!([two, three, four].iter().all(|id| *id == one));
            assert_eq!(holders(&bench).await, [format!("13300000001 {battery}")]);
        }
        assert_eq!(swap_counts(&bench).await, [3, 0, 0]);
        assert_eq!(integers(&bench, "SELECT id AS value FROM swap_order").await.len(), 3);
    })
    .await;
}

#[tokio::test]
async fn of_two_orders_at_once_for_one_battery_one_wins() {
    on_both_engines(|bench| async move {
        members(&bench).await;
        free_batteries(&bench).await;
        for (round, battery) in ["BT0001", "BT0024", "BT0030"].into_iter().enumerate() {
            let of = |phone: &str| RecordSwapOrderRequest {
                phone_no: phone.to_owned(),
                ..swap(&format!("{phone}-{round}"), &format!("0{round}:00:00"), battery, "")
            };
            let (one, two) = tokio::join!(
                bench.backend.record_swap_order(of("13300000001")),
                bench.backend.record_swap_order(of("13300000002"))
            );
            let winners = [&one, &two].iter().filter(|result| result.is_ok()).count();
            assert_eq!(winners, 1);
            assert!([one, two].into_iter().filter_map(Result::err).all(|failure: Failure| failure.code == 409));
            assert_eq!(holders(&bench).await.iter().filter(|holder| holder.ends_with(battery)).count(), 1);
        }
        assert_eq!(swap_counts(&bench).await.iter().sum::<i64>(), 3);
        assert_eq!(integers(&bench, "SELECT id AS value FROM swap_order").await.len(), 3);
    })
    .await;
}
