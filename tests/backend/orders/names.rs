use contracts::polaris::{PolarisApi, QueryOrdersRequest};
use polaris::backend::db::sql;

use super::{Bench, on_both_engines};

/// An order for each `(name, device, state)`, with the ids 1, 2, … in their order, the last one newest.
async fn orders<'a>(bench: &Bench, orders: impl IntoIterator<Item = (&'a str, &'a str, i64)>) {
    let mut session = bench.backend.db().transaction().await.expect("a transaction");
    for (index, (name, device, state)) in orders.into_iter().enumerate() {
        let id = index as i64 + 1;
        let columns = "id, order_type, order_state, started_at, member_id, phone, user_name, device_id, merchant_id";
        let statement = sql("INSERT INTO swap_order (").push(columns).push(") VALUES (").bind(id);
        let kind = i64::from(![2, 3].contains(&state));
        let statement = statement.push(", ").bind(kind).push(", ").bind(state).push(", ").bind(1000 * id);
        let statement = statement.push(", 1, '13300000001', ").bind(name).push(", ").bind(device).push(", 1001)");
        session.execute(statement).await.expect("an order");
    }
    session.commit().await.expect("committed");
}

/// The ids of a page of 50.
async fn found(bench: &Bench, name: &str, request: QueryOrdersRequest) -> Vec<i64> {
    let page_no = request.page_no.max(1);
    let request = QueryOrdersRequest { user_name: Some(name.to_owned()), page_no, page_size: 50, ..request };
    let page = bench.backend.query_orders(request).await.expect("a page");
    assert_eq!(page.total.0.is_some_and(|total| total > i64::from(page_no) * 50), page.has_more);
    page.result.iter().map(|order| order.order_id).collect()
}

#[tokio::test]
async fn a_beginning_of_any_length_finds_the_names_that_begin_with_it_newest_first() {
    on_both_engines(|bench| async move {
        let names = ["张三", "张三丰", "张", "欧阳娜娜", "欧阳娜", "Ann Lee", "Annabel", "😀😀😀😀", "😀😀😀", "ann"];
        orders(&bench, names.map(|name| (name, "TK0001", 1))).await;
        for (beginning, expected) in [
            ("张", vec![3, 2, 1]),
            ("张三", vec![2, 1]),
            ("张三丰", vec![2]),
            ("张三丰子", vec![]),
            ("欧阳娜", vec![5, 4]),
            ("欧阳娜娜", vec![4]),
            ("欧阳娜娜娜", vec![]),
            ("A", vec![7, 6]),
            ("Ann", vec![7, 6]),
            ("Ann ", vec![7, 6]),
            ("Ann L", vec![6]),
            ("Annabelle", vec![]),
            ("😀", vec![9, 8]),
            ("😀😀😀", vec![9, 8]),
            ("😀😀😀😀", vec![8]),
            ("三", vec![]),
            ("%", vec![]),
        ] {
            assert_eq!(found(&bench, beginning, QueryOrdersRequest::default()).await, expected, "{beginning}");
            let placed = QueryOrdersRequest {
                device_ids: Some("TK0001,TK0002".to_owned()),
                merchant_codes: Some("BCD001".to_owned()),
                ..Default::default()
            };
            assert_eq!(found(&bench, beginning, placed).await, expected, "{beginning} at a place");
        }
    })
    .await;
}

#[tokio::test]
async fn a_name_combines_with_every_other_filter_whether_few_or_many_orders_bear_it() {
    on_both_engines(|bench| async move {
        // 600 orders of 张…: 300 at each device, one in six abnormal, one in six cancelled; and 6 of 王….
        let common =
            (0..600).map(|n| (["张三", "张三丰"][n % 2], ["TK0001", "TK0002"][n / 300], [1, 1, 2, 1, 4, 1][n % 6]));
        let rare = (0..6).map(|n| ("王五六七", ["TK0001", "TK0002"][n % 2], [1, 1, 2, 1, 4, 1][n]));
        orders(&bench, common.chain(rare)).await;
        let device = |code: &str| QueryOrdersRequest { device_id: Some(code.to_owned()), ..Default::default() };
        let both = || QueryOrdersRequest { device_ids: Some("TK0001,TK0002".to_owned()), ..Default::default() };
        let merchant = || QueryOrdersRequest { merchant_codes: Some("BCD001".to_owned()), ..Default::default() };

        let last_fifty = |from: i64, fits: &dyn Fn(i64) -> bool| -> Vec<i64> {
            (1..=from).rev().filter(|id| fits(id - 1)).take(50).collect()
        };
        let all = &|_| true;
        assert_eq!(found(&bench, "张", device("TK0001")).await, last_fifty(300, all));
        assert_eq!(found(&bench, "张", both()).await, last_fifty(600, all));
        assert_eq!(found(&bench, "张三丰", both()).await, last_fifty(600, &|n| n % 2 == 1));
        assert_eq!(found(&bench, "张", QueryOrdersRequest { page_no: 12, ..merchant() }).await.last(), Some(&1));
        for (state, place) in [(2, 2), (4, 4)] {
            let in_state = |request| QueryOrdersRequest { order_state: Some(state), ..request };
            for request in [QueryOrdersRequest::default(), both(), merchant()] {
                let expected = last_fifty(600, &|n| n % 6 == place);
                assert_eq!(found(&bench, "张", in_state(request.clone())).await, expected, "{request:?}");
                assert_eq!(found(&bench, "王五六七", in_state(request)).await, [600 + place + 1]);
            }
        }
        let abnormal = QueryOrdersRequest { order_type: Some(0), ..Default::default() };
        assert_eq!(found(&bench, "张三", abnormal.clone()).await, last_fifty(600, &|n| n % 6 == 2));
        assert_eq!(found(&bench, "张三丰", abnormal).await, [] as [i64; 0]);

        assert_eq!(found(&bench, "王", both()).await, [606, 605, 604, 603, 602, 601]);
        assert_eq!(found(&bench, "王五六七", device("TK0002")).await, [606, 604, 602]);
        assert_eq!(found(&bench, "王五六七八", merchant()).await, [] as [i64; 0]);
        let phone = QueryOrdersRequest { phone: Some("13300000001".to_owned()), ..both() };
        assert_eq!(found(&bench, "王", phone).await.len(), 6);
        let id = QueryOrdersRequest { order_ids: Some("601,606,1".to_owned()), ..device("TK0001") };
        assert_eq!(found(&bench, "王", id).await, [601]);
    })
    .await;
}
