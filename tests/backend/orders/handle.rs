use contracts::{
    polaris::{HandleAbnormalOrderData, HandleAbnormalOrderRequest, PolarisApi},
    runtime::Failure,
};

use super::{Bench, abnormal, integers, members, on_both_engines, record, report, texts};

fn handling(order_id: i64) -> HandleAbnormalOrderRequest {
    HandleAbnormalOrderRequest {
        order_id,
        remark: "柜门卡滞，现场已修复".to_owned(),
        operator_id: "OP1001".to_owned(),
        operator_name: "陈静".to_owned(),
    }
}

async fn handle(bench: &Bench, request: &HandleAbnormalOrderRequest) -> Result<i32, Failure<HandleAbnormalOrderData>> {
    bench.backend.handle_abnormal_order(request.clone()).await.map(|data| data.result)
}

fn assert_refused(result: Result<i32, Failure<HandleAbnormalOrderData>>, code: u16) {
    let failure = result.expect_err("refused");
    assert_eq!(failure.code, code);
    assert_eq!(failure.data, Some(HandleAbnormalOrderData { result: 0 }));
}

#[tokio::test]
async fn a_pending_order_is_handled_with_operator_time_and_remark_and_audited() {
    on_both_engines(|bench| async move {
        members(&bench).await;
        let id = record(&bench, &abnormal("A1")).await;
        assert_eq!(handle(&bench, &handling(id)).await.expect("handled"), 1);
        assert_eq!(integers(&bench, "SELECT order_state AS value FROM swap_order").await, [3]);
        assert_eq!(integers(&bench, "SELECT operated_at AS value FROM swap_order").await, [bench.backend.now()]);
        assert_eq!(texts(&bench, "SELECT operator_id AS value FROM swap_order").await, ["OP1001"]);
        assert_eq!(texts(&bench, "SELECT operator_name AS value FROM swap_order").await, ["陈静"]);
        assert_eq!(texts(&bench, "SELECT remark AS value FROM swap_order").await, ["柜门卡滞，现场已修复"]);
        assert_eq!(
            texts(&bench, "SELECT operator AS value FROM audit WHERE operation = 'handleAbnormalOrder'").await,
            ["OP1001"]
        );
        assert_eq!(
            texts(&bench, "SELECT entity AS value FROM audit WHERE operation = 'handleAbnormalOrder'").await,
            [format!("order {id}")]
        );
    })
    .await;
}

#[tokio::test]
async fn the_same_handling_again_succeeds_and_changes_nothing() {
    on_both_engines(|bench| async move {
        members(&bench).await;
        let id = record(&bench, &abnormal("A1")).await;
        assert_eq!(handle(&bench, &handling(id)).await.expect("handled"), 1);
        let first = bench.backend.now();
        bench.set_clock("2021-09-03 11:00:00");
        assert_eq!(handle(&bench, &handling(id)).await.expect("handled"), 1);
        assert_eq!(integers(&bench, "SELECT operated_at AS value FROM swap_order").await, [first]);
        assert_eq!(
            integers(&bench, "SELECT id AS value FROM audit WHERE operation = 'handleAbnormalOrder'").await.len(),
            1
        );
    })
    .await;
}

#[tokio::test]
async fn handling_by_somebody_else_or_with_another_remark_is_a_conflict() {
    on_both_engines(|bench| async move {
        members(&bench).await;
        let id = record(&bench, &abnormal("A1")).await;
        assert_eq!(handle(&bench, &handling(id)).await.expect("handled"), 1);
        assert_refused(
            handle(&bench, &HandleAbnormalOrderRequest { operator_id: "OP2".into(), ..handling(id) }).await,
            409,
        );
        assert_refused(
            handle(&bench, &HandleAbnormalOrderRequest { remark: "另一备注".into(), ..handling(id) }).await,
            409,
        );
        assert_eq!(texts(&bench, "SELECT operator_id AS value FROM swap_order").await, ["OP1001"]);
    })
    .await;
}

#[tokio::test]
async fn an_order_in_another_state_is_a_conflict_and_an_unknown_one_is_not_found() {
    on_both_engines(|bench| async move {
        members(&bench).await;
        for state in [0, 1, 4] {
            let mut report = report(&format!("N{state}"));
            report.order_state = state;
            assert_refused(handle(&bench, &handling(record(&bench, &report).await)).await, 409);
        }
        assert_refused(handle(&bench, &handling(1)).await, 404);
        assert_eq!(
            integers(&bench, "SELECT id AS value FROM audit WHERE operation = 'handleAbnormalOrder'").await.len(),
            0
        );
    })
    .await;
}

#[tokio::test]
async fn of_two_operators_at_once_one_handles_the_order() {
    on_both_engines(|bench| async move {
        members(&bench).await;
        for round in 0..10 {
            let id = record(&bench, &abnormal(&format!("A{round}"))).await;
            let one = handling(id);
            let two = HandleAbnormalOrderRequest { operator_id: "OP2".into(), ..handling(id) };
            let results = tokio::join!(handle(&bench, &one), handle(&bench, &two));
            match results {
                (Ok(1), lost) | (lost, Ok(1)) => assert_refused(lost, 409),
                other => panic!("one should win: {other:?}"),
            }
        }
    })
    .await;
}
