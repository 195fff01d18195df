use contracts::{
    internal::{
        BindBatteryRequest, InternalApi, RecordSwapOrderRequest, StartMigrationRequest, SubmitAccessReviewRequest,
        UnbindBatteryRequest,
    },
    polaris::{
        ApproveAccessReviewRequest, CorrectMemberBatteryAssetRequest, ListOperationBatteriesRequest, PolarisApi,
    },
};
use polaris::backend::db::sql;

use super::{Bench, integers, members, on_both_engines, record, report};

/// A completed swap of 13300000001 at the cabinet `device`, which takes `new` out and puts `old` into cell 5 with 17 %.
fn swap(external_no: &str, start: &str, device: &str, [new, old]: [&str; 2]) -> RecordSwapOrderRequest {
    let code = |code: &str| Some(code.to_owned()).filter(|code| !code.is_empty());
    RecordSwapOrderRequest {
        start_time: format!("2021-09-03 {start}"),
        device_id: device.to_owned(),
        new_battery: code(new),
        old_battery: code(old),
        return_box_no: Some(5),
        return_electric: Some(17),
        ..report(external_no)
    }
}

fn of(phone: &str, order: RecordSwapOrderRequest) -> RecordSwapOrderRequest {
    RecordSwapOrderRequest { phone_no: phone.to_owned(), ..order }
}

/// How 2.2.15 shows a battery: `TK0001/5/17%`, `张三`, or nothing.
async fn shown(bench: &Bench, battery_code: &str) -> String {
    let request = ListOperationBatteriesRequest {
        merchant_ids: vec!["1001".to_owned()],
        battery_code: Some(battery_code.to_owned()),
        ..Default::default()
    };
    let page = bench.backend.list_operation_batteries(request).await.expect("a page");
    let Some(battery) = page.result.into_iter().next() else { return String::new() };
    let place = [battery.cabinet_code.0, battery.grid_pos.0, battery.current_battery.0];
    match battery.user_name.0 {
        Some(name) if place == [None, None, None] => name,
        None => place.map(Option::unwrap_or_default).join("/"),
        Some(_) => panic!("with a user and in a cabinet: {place:?}"),
    }
}

/// BT0001 to BT0006 are in cell 3 of TK0002, fully charged.
async fn in_cabinet(bench: &Bench) {
    let mut session = bench.backend.db().transaction().await.expect("a transaction");
    let place = "UPDATE battery SET tank_code = 'TK0002', grid_pos = '3', charge = 100, full_at = 1, distance = 50";
    session.execute(sql(place).push(" WHERE code <= 'BT0006'")).await.expect("placed");
    session.commit().await.expect("committed");
}

#[tokio::test]
async fn a_battery_that_a_swap_brings_back_is_in_the_cabinet_and_the_one_taken_out_is_not() {
    on_both_engines(|bench| async move {
        members(&bench).await;
        in_cabinet(&bench).await;
        record(&bench, &swap("A", "08:00:00", "TK0002", ["BT0001", "BT0007"])).await;
        assert_eq!(shown(&bench, "BT0001").await, "张三");
        assert_eq!(shown(&bench, "BT0007").await, "TK0002/5/17%");
        record(&bench, &swap("B", "09:00:00", "TK0001", ["BT0002", "BT0001"])).await;
        assert_eq!(shown(&bench, "BT0001").await, "TK0001/5/17%");
        assert_eq!(shown(&bench, "BT0002").await, "张三");
        record(&bench, &swap("C", "09:30:00", "TK0002", ["", "BT0002"])).await;
        assert_eq!(shown(&bench, "BT0002").await, "TK0002/5/17%");
        let left = "SELECT full_at AS value FROM battery WHERE code IN ('BT0001', 'BT0002')";
        assert!(integers(&bench, left).await.is_empty(), "what the cabinet before knew is gone");
    })
    .await;
}

#[tokio::test]
async fn an_order_that_is_not_completed_leaves_the_batteries_where_they_are() {
    on_both_engines(|bench| async move {
        members(&bench).await;
        in_cabinet(&bench).await;
        for (number, order_type, order_state) in [("A", 1, 0), ("B", 1, 4), ("C", 0, 2)] {
            let order = swap(number, "08:00:00", "TK0001", ["BT0001", "BT0002"]);
            record(&bench, &RecordSwapOrderRequest { order_type, order_state, ..order }).await;
        }
        assert_eq!(shown(&bench, "BT0001").await, "TK0002/3/100%");
        assert_eq!(shown(&bench, "BT0002").await, "TK0002/3/100%");
    })
    .await;
}

#[tokio::test]
async fn a_late_report_of_an_earlier_swap_does_not_bring_a_battery_back_to_its_cabinet() {
    on_both_engines(|bench| async move {
        members(&bench).await;
        // Another member took BT0001 at nine, and BT0002 went from TK0001 to TK0003 at half past eight.
        record(&bench, &of("13300000002", swap("B", "08:30:00", "TK0003", ["", "BT0002"]))).await;
        record(&bench, &of("13300000002", swap("C", "09:00:00", "TK0002", ["BT0001", ""]))).await;
        record(&bench, &swap("A", "08:00:00", "TK0001", ["", "BT0002"])).await;
        record(&bench, &swap("D", "08:10:00", "TK0001", ["", "BT0001"])).await;
        assert_eq!(shown(&bench, "BT0001").await, "张三丰");
        assert_eq!(shown(&bench, "BT0002").await, "TK0003/5/17%");
        // Whoever brought it back later says more.
        record(&bench, &of("13300000002", swap("E", "09:10:00", "TK0002", ["", "BT0001"]))).await;
        record(&bench, &swap("F", "08:20:00", "TK0001", ["", "BT0001"])).await;
        assert_eq!(shown(&bench, "BT0001").await, "TK0002/5/17%");
    })
    .await;
}

#[tokio::test]
async fn a_battery_that_was_taken_by_a_swap_reported_late_is_not_in_its_cabinet_though_the_member_has_another_one() {
    on_both_engines(|bench| async move {
        members(&bench).await;
        record(&bench, &of("13300000002", swap("A", "08:00:00", "TK0001", ["", "BT0001"]))).await;
        record(&bench, &swap("C", "09:00:00", "TK0002", ["BT0002", ""])).await;
        assert_eq!(shown(&bench, "BT0001").await, "TK0001/5/17%");
        record(&bench, &swap("B", "08:30:00", "TK0001", ["BT0001", ""])).await;
        assert_eq!(shown(&bench, "BT0001").await, "");
        assert_eq!(shown(&bench, "BT0002").await, "张三");
    })
    .await;
}

#[tokio::test]
async fn a_battery_that_was_bound_and_unbound_here_since_is_not_brought_back_by_a_late_report() {
    on_both_engines(|bench| async move {
        members(&bench).await;
        let (battery_code, phone_no) = ("BT0001".to_owned(), "13300000003".to_owned());
        let bind = BindBatteryRequest { battery_code: battery_code.clone(), phone_no: phone_no.clone() };
        bench.backend.bind_battery(bind).await.expect("bound");
        bench.backend.unbind_battery(UnbindBatteryRequest { battery_code, phone_no }).await.expect("unbound");
        record(&bench, &swap("A", "08:00:00", "TK0001", ["", "BT0001"])).await;
        assert_eq!(shown(&bench, "BT0001").await, "");
        bench.set_clock("2021-09-03 11:00:00");
        record(&bench, &swap("B", "10:30:00", "TK0001", ["", "BT0001"])).await;
        assert_eq!(shown(&bench, "BT0001").await, "TK0001/5/17%");
    })
    .await;
}

#[tokio::test]
async fn a_swap_that_a_fast_clock_puts_into_the_future_does_not_hide_what_comes_after() {
    on_both_engines(|bench| async move {
        members(&bench).await;
        record(&bench, &swap("A", "23:00:00", "TK0001", ["", "BT0001"])).await;
        bench.set_clock("2021-09-03 10:30:00");
        record(&bench, &swap("B", "10:20:00", "TK0002", ["", "BT0001"])).await;
        assert_eq!(shown(&bench, "BT0001").await, "TK0002/5/17%");
    })
    .await;
}

#[tokio::test]
async fn a_battery_that_somebody_else_has_here_stays_with_them() {
    on_both_engines(|bench| async move {
        members(&bench).await;
        record(&bench, &of("13300000002", swap("A", "08:00:00", "TK0001", ["BT0001", ""]))).await;
        record(&bench, &swap("B", "09:00:00", "TK0001", ["BT0002", "BT0001"])).await;
        assert_eq!(shown(&bench, "BT0001").await, "张三丰");
    })
    .await;
}

#[tokio::test]
async fn whichever_way_a_battery_is_bound_it_leaves_its_cabinet() {
    on_both_engines(|bench| async move {
        members(&bench).await;
        in_cabinet(&bench).await;
        let phone_no = || "13300000001".to_owned();
        let bind = BindBatteryRequest { battery_code: "BT0001".to_owned(), phone_no: phone_no() };
        bench.backend.bind_battery(bind).await.expect("bound");
        assert_eq!(shown(&bench, "BT0001").await, "张三");

        let relation = integers(&bench, "SELECT id AS value FROM battery_binding").await[0];
        let correct = CorrectMemberBatteryAssetRequest { id: relation.to_string(), battery_code: "BT0004".to_owned() };
        bench.backend.correct_member_battery_asset(correct).await.expect("corrected");
        assert_eq!((shown(&bench, "BT0001").await, shown(&bench, "BT0004").await), (String::new(), "张三".to_owned()));

        let review = SubmitAccessReviewRequest {
            external_no: "R1".to_owned(),
            phone_no: phone_no(),
            battery_code: Some("BT0005".to_owned()),
            ..Default::default()
        };
        let id = bench.backend.submit_access_review(review).await.expect("submitted").id;
        let approve =
            ApproveAccessReviewRequest { id, state: 1, share_code: "ABC001".to_owned(), ..Default::default() };
        bench.backend.approve_access_review(approve).await.expect("approved");
        assert_eq!(shown(&bench, "BT0005").await, "张三");

        let migration = StartMigrationRequest { phone_no: "13333111222".to_owned() };
        bench.backend.start_migration(migration).await.expect("migrated");
        assert_eq!(shown(&bench, "BT0002").await, "张三");
        let left = integers(&bench, "SELECT charge AS value FROM battery WHERE code IN ('BT0001', 'BT0002', 'BT0004')");
        assert!(left.await.is_empty());
    })
    .await;
}
