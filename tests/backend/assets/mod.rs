/// bindBattery, unbindBattery.
mod bindings;
/// §2.2.17.
mod correction;
/// §2.2.13, §2.2.15 and §2.2.16.
mod lists;
/// §2.2.8.
mod overdue;
/// Requests that want the same thing at once.
mod races;
/// recordRental.
mod rentals;
/// §2.1.1.
mod tanks;

use std::time::Duration;

use contracts::{
    internal::{BindBatteryRequest, InternalApi, RecordRentalRequest, UnbindBatteryRequest},
    polaris::{ListMemberBatteryAssetsRequest, MemberBatteryAsset, PolarisApi},
    runtime::{Failure, NoData},
    weichuang::{QueryBatteriesRequest, WeichuangApi},
};
use polaris::backend::{
    Backend,
    db::{Sql, sql},
    members::{self, NewMember},
    outbox,
};
use serde_json::Value;

use super::{Bench, on_both_engines};

const WANG: &str = "13333110001";
const LI: &str = "13333110002";

/// A new member of merchant 1001.
async fn member(bench: &Bench, phone: &str, name: &str) -> i64 {
    member_of(bench, phone, name, Some(1001)).await
}

async fn member_of(bench: &Bench, phone: &str, name: &str, merchant_id: Option<i64>) -> i64 {
    let mut session = bench.backend.db().transaction().await.expect("a transaction");
    let new = NewMember { phone: phone.into(), name: Some(name.into()), merchant_id, ..NewMember::default() };
    let member = members::create(&mut session, &bench.backend, new).await.expect("a member");
    session.commit().await.expect("committed");
    member.id
}

/// Members 王小明 and 李雷, and batteries BT0024 and BT0030, which nobody has there either.
async fn two_members(bench: &Bench) -> (i64, i64) {
    free_batteries(bench).await;
    (member(bench, WANG, "王小明").await, member(bench, LI, "李雷").await)
}

async fn free_batteries(bench: &Bench) {
    for code in ["BT0024", "BT0030"] {
        let values: [polaris::backend::db::Bound; 3] = [code.into(), 1001.into(), "72V30Ah".into()];
        run(bench, sql("INSERT INTO battery (code, merchant_id, model) VALUES ").list(values)).await;
    }
}

async fn run(bench: &Bench, statement: Sql) {
    let mut session = bench.backend.db().transaction().await.expect("a transaction");
    session.execute(statement).await.expect("a statement");
    session.commit().await.expect("committed");
}

/// The column `text` of every row.
async fn texts(bench: &Bench, statement: Sql) -> Vec<Option<String>> {
    let mut session = bench.backend.db().session().await.expect("a session");
    let rows = session.all(statement).await.expect("rows");
    rows.iter().map(|row| row.get("text").expect("text")).collect()
}

async fn bind(backend: &Backend, battery_code: &str, phone_no: &str) -> Result<NoData, Failure> {
    backend.bind_battery(BindBatteryRequest { battery_code: battery_code.into(), phone_no: phone_no.into() }).await
}

async fn unbind(backend: &Backend, battery_code: &str, phone_no: &str) -> Result<NoData, Failure> {
    backend.unbind_battery(UnbindBatteryRequest { battery_code: battery_code.into(), phone_no: phone_no.into() }).await
}

/// The code of what was answered.
fn code<T>(answer: &Result<T, Failure>) -> u16 {
    answer.as_ref().map_or_else(|failure| failure.code, |_| 200)
}

/// The current relations, newest first.
async fn relations(bench: &Bench) -> Vec<MemberBatteryAsset> {
    let page = bench.backend.list_member_battery_assets(ListMemberBatteryAssetsRequest::default()).await;
    page.expect("a page").result
}

/// The current relations as `(phone, battery)`.
async fn holders(bench: &Bench) -> Vec<(String, String)> {
    relations(bench).await.into_iter().map(|asset| (asset.phone_no, asset.battery_code)).collect()
}

/// The `userId` to which Weichuang has a battery bound.
async fn at_weichuang(bench: &Bench, battery_code: &str) -> Option<String> {
    let request = QueryBatteriesRequest { battery_code: battery_code.into() };
    let found = bench.mock.weichuang().query_batteries(request).await.expect("an answer");
    found.battery_list.into_iter().next().expect("the battery").user_id.filter(|id| !id.is_empty())
}

/// Everything that Weichuang was to be told, in its order: `+BT0024` for a battery that was bound, `-BT0024` for one
/// that was unbound.
async fn deliveries(bench: &Bench) -> Vec<String> {
    let rows = texts(bench, sql("SELECT payload AS text FROM delivery ORDER BY id")).await;
    let told = |payload: &String| {
        let payload: Value = serde_json::from_str(payload).expect("JSON");
        let sign = if payload["bound"] == true { '+' } else { '-' };
        format!("{sign}{}", payload["batteryCode"].as_str().expect("a battery"))
    };
    rows.iter().flatten().map(told).collect()
}

/// Delivers what waited for another delivery, until nothing is open.
async fn settled(bench: &Bench) {
    let open = || sql("SELECT state AS text FROM delivery WHERE state IN ('pending', 'delivering')");
    for _ in 0..100 {
        outbox::deliver_due(&bench.backend).await;
        if texts(bench, open()).await.is_empty() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("deliveries stay open: {:?}", texts(bench, open()).await);
}

/// A rental of VH0001 by 王小明, due at 12:00.
fn rental(external_no: &str) -> RecordRentalRequest {
    RecordRentalRequest {
        external_no: external_no.into(),
        phone_no: WANG.into(),
        vehicle_id: "VH0001".into(),
        start_time: "2021-09-01 12:00:00".into(),
        due_time: "2021-09-03 12:00:00".into(),
        return_time: None,
        deposit: Some(19_900),
    }
}
