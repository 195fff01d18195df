/// 2.2.7.
mod handle;
/// Names, of which a beginning is given.
mod names;
/// What the engines do with the statements of 2.2.1.
mod plans;
/// Where swaps leave the batteries.
mod positions;
/// 2.2.1.
mod query;
/// Inflow.
mod record;

use contracts::{
    internal::{InternalApi, RecordSwapOrderRequest},
    runtime::Failure,
};
use polaris::backend::members::{self, NewMember};

use super::{
    Bench, on_both_engines,
    rows::{integers, texts},
};

/// Members: 13300000001 张三 of merchant 1001, 13300000002 张三丰 of merchant 1002, 13300000003 李四 of none.
async fn members(bench: &Bench) {
    let people = [(1, "张三", Some(1001)), (2, "张三丰", Some(1002)), (3, "李四", None)];
    let mut session = bench.backend.db().transaction().await.expect("a transaction");
    for (number, name, merchant_id) in people {
        let new = NewMember {
            phone: format!("1330000000{number}"),
            name: Some(name.to_owned()),
            merchant_id,
            ..Default::default()
        };
        members::create(&mut session, &bench.backend, new).await.expect("a member");
    }
    session.commit().await.expect("committed");
}

/// A report of a completed normal order of 13300000001 at TK0001, at 08:30.
fn report(external_no: &str) -> RecordSwapOrderRequest {
    RecordSwapOrderRequest {
        external_no: external_no.to_owned(),
        phone_no: "13300000001".to_owned(),
        device_id: "TK0001".to_owned(),
        order_type: 1,
        order_state: 1,
        start_time: "2021-09-03 08:30:00".to_owned(),
        ..Default::default()
    }
}

/// The same, of an abnormal order that waits to be handled.
fn abnormal(external_no: &str) -> RecordSwapOrderRequest {
    RecordSwapOrderRequest { order_type: 0, order_state: 2, ..report(external_no) }
}

async fn record(bench: &Bench, report: &RecordSwapOrderRequest) -> i64 {
    bench.backend.record_swap_order(report.clone()).await.expect("recorded").order_id
}

async fn refused(bench: &Bench, report: &RecordSwapOrderRequest) -> u16 {
    let refusal: Failure = bench.backend.record_swap_order(report.clone()).await.expect_err("refused");
    refusal.code
}
