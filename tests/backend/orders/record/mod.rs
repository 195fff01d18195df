/// What a completed order does to the batteries.
mod batteries;
/// Reports at the same moment.
mod races;
/// Reports, again and with other content.
mod reports;
/// How an order moves on.
mod states;

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
