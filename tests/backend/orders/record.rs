use contracts::{
    internal::{InternalApi, RecordSwapOrderRequest},
    runtime::Failure,
    weichuang::{QueryBatteriesRequest, WeichuangApi},
};
use polaris::backend::db::sql;

use super::{Bench, abnormal, integers, members, on_both_engines, record, refused, report, texts};

/// Two batteries more, BT0024 and BT0030, which nobody has at Weichuang either; as BT0001.
async fn free_batteries(bench: &Bench) {
    let mut session = bench.backend.db().transaction().await.expect("a transaction");
    let statement = "INSERT INTO battery (code, merchant_id) VALUES ('BT0024', 1001), ('BT0030', 1001)";
    session.execute(sql(statement)).await.expect("batteries");
    session.commit().await.expect("committed");
}

fn swap(external_no: &str, start: &str, new: &str, old: &str) -> RecordSwapOrderRequest {
    let code = |code: &str| Some(code.to_owned()).filter(|code| !code.is_empty());
    RecordSwapOrderRequest {
        start_time: format!("2021-09-03 {start}"),
        new_battery: code(new),
        old_battery: code(old),
        ..report(external_no)
    }
}

/// Who has which battery: `phone battery`, by phone.
async fn holders(bench: &Bench) -> Vec<String> {
    let current = "SELECT m.phone || ' ' || b.battery_code AS value FROM battery_binding AS b \
                   JOIN member AS m ON m.id = b.member_id WHERE b.unbound_at IS NULL ORDER BY m.phone";
    texts(bench, current).await
}

/// Whether Weichuang has somebody for the battery.
async fn bound_at_weichuang(bench: &Bench, battery_code: &str) -> bool {
    let request = QueryBatteriesRequest { battery_code: battery_code.to_owned() };
    let found = bench.mock.weichuang().query_batteries(request).await.expect("an answer");
    found.battery_list[0].user_id.as_ref().is_some_and(|id| !id.is_empty())
}

async fn told(bench: &Bench) -> Vec<String> {
    texts(bench, "SELECT subject AS value FROM delivery ORDER BY id").await
}

async fn swap_counts(bench: &Bench) -> Vec<i64> {
    integers(bench, "SELECT swap_count AS value FROM member ORDER BY phone").await
}

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
