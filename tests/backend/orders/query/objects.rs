use super::*;

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
