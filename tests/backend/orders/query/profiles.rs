use super::*;
use crate::support::SIDES;

/// The request example of 2.2.1 with this name, as the contract has it.
fn example(name: &str) -> QueryOrdersRequest {
    let side = &SIDES[1];
    let operation = side.operations.iter().find(|operation| operation.id == "queryOrders").expect("the operation");
    let (_, value) = side.examples(operation).into_iter().find(|(known, _)| known == name).expect("the example");
    serde_json::from_value(value).expect("a request")
}

#[tokio::test]
async fn the_five_profiles_of_the_page_are_uses_of_the_one_operation() {
    on_both_engines(|bench| async move {
        // A normal order, an abnormal one, and the abnormal one that the example of 2.2.5 asks for.
        let orders = "INSERT INTO swap_order (id, order_type, order_state, started_at, member_id, phone, user_name, \
             merchant_id, device_id, new_battery) VALUES \
             (1, 1, 1, 1630311200000, 1, '13333111222', '张三', 1001, 'TK0001', 'BT0012'), \
             (2, 0, 2, 1630296000000, 2, '13900000002', '王五', 1001, 'TK0002', NULL), \
             (6677725184000002, 0, 3, 1630306800000, 3, '13900001234', '李四', 1002, 'TK0001', 'BT0018')";
        let mut session = bench.backend.db().transaction().await.expect("a transaction");
        session.execute(sql(orders)).await.expect("orders");
        session.commit().await.expect("committed");
        for (profile, expected, [change, operator, package]) in [
            ("profile-2.2.2", 1, [false; 3]),
            ("profile-2.2.3", 2, [false; 3]),
            ("profile-2.2.4", 1, [false; 3]),
            ("profile-2.2.5", 6_677_725_184_000_002, [true, false, false]),
            ("profile-2.2.6", 1, [true; 3]),
        ] {
            let found = query(&bench, example(profile)).await.result;
            assert_eq!(found.iter().map(|order| order.order_id).collect::<Vec<_>>(), [expected], "{profile}");
            let order = &found[0];
            let shown = [!order.change_detail.is_none(), !order.operator_info.is_none(), !order.package_info.is_none()];
            assert_eq!(shown, [change, operator, package], "{profile}");
        }
    })
    .await;
}
