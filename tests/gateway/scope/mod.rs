/// What is asked of every operation.
mod cases;

use std::collections::BTreeSet;

use contracts::{polaris::OPERATIONS, runtime::OperationInfo};
use mocks::World;
use polaris::{
    backend::{
        audit::{self, Filter},
        db::sql,
        intake,
        scope::{RULES, Rule, rule},
    },
    gateway::{Credentials, apps::NewApp},
};
use serde_json::{Value, json};

use self::cases::{
    Case::{Forbidden, None as Nothing, Some as Shown},
    Things, cases, inside, one,
};
use super::{Front, everything, on_both_engines};
use crate::{
    backend::stored,
    support::{Reply, SIDES},
};

/// The merchant that the app sees, in SQL.
const INSIDE: &str = "= 1001";
const OUTSIDE: &str = "<> 1001";
/// What belongs to no merchant.
const NOBODYS: &str = "IS NULL";

/// All that tells of somebody outside: ids and phones.
async fn foreign(front: &Front) -> BTreeSet<String> {
    let of_member = "JOIN member m ON m.id = t.member_id WHERE COALESCE(m.merchant_id, 0) <> 1001";
    let of_merchant = "WHERE COALESCE(merchant_id, 0) <> 1001";
    let mut queries = vec![
        format!("SELECT phone AS value FROM member {of_merchant}"),
        format!("SELECT CAST(id AS TEXT) AS value FROM member {of_merchant}"),
        format!("SELECT CAST(id AS TEXT) AS value FROM swap_order {of_merchant}"),
        format!("SELECT CAST(id AS TEXT) AS value FROM package_order {of_merchant}"),
        format!("SELECT code AS value FROM tank {of_merchant}"),
        "SELECT merchant_code AS value FROM merchant WHERE id <> 1001".to_owned(),
        "SELECT share_code AS value FROM merchant WHERE id <> 1001".to_owned(),
    ];
    for table in ["battery_binding", "refund", "package_gift", "rental"] {
        queries.push(format!("SELECT CAST(t.id AS TEXT) AS value FROM {table} t {of_member}"));
    }
    let mut session = front.bench.backend.db().session().await.expect("a session");
    let mut found = BTreeSet::new();
    for query in queries {
        let rows = session.all(sql(&query)).await.expect("rows");
        assert!(!rows.is_empty(), "there is something outside: {query}");
        found.extend(rows.iter().map(|row| row.get::<String>("value").expect("a text")));
    }
    found
}

/// Every scalar of `value`, as text.
fn scalars(value: &Value, into: &mut Vec<String>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| scalars(item, into)),
        Value::Object(fields) => fields.values().for_each(|field| scalars(field, into)),
        Value::String(text) => into.push(text.clone()),
        Value::Number(number) => into.push(number.to_string()),
        Value::Null | Value::Bool(_) => {}
    }
}

/// How many rows, or members, a reply shows.
fn shown(reply: &Value) -> usize {
    let data = &reply["data"];
    let counted = data["totalMember"]["memberSum"].as_u64().and_then(|sum| usize::try_from(sum).ok());
    data["result"].as_array().or(data.as_array()).map(Vec::len).or(counted).unwrap_or_else(|| panic!("{reply}"))
}

/// The built-in world behind a gateway.
struct Walled {
    front: Front,
    app: Credentials,
    own: Things,
    other: Things,
    free_battery: String,
}

/// The built-in world behind a gateway, and an app that sees merchant 1001.
async fn world(front: Front) -> Walled {
    intake::load(&front.bench.backend, &World::default_world().expect("a world").polaris).await.expect("the world");
    let mut session = front.bench.backend.db().transaction().await.expect("a transaction");
    // The bench has given it to another merchant than the world does.
    session.execute(sql("UPDATE tank SET merchant_id = 1001 WHERE code = 'TK0003'")).await.expect("given back");
    session.commit().await.expect("committed");
    let app = front.app(NewApp { merchants: Some(vec!["BCD001".into()]), ..everything() }).await;
    let (own, other) = (Things::of(&front, INSIDE).await, Things::of(&front, OUTSIDE).await);
    let free = format!(
        "SELECT MIN(code) AS value FROM battery WHERE merchant_id {INSIDE} AND NOT EXISTS \
                        (SELECT 1 FROM battery_binding b WHERE b.battery_code = battery.code AND b.unbound_at IS NULL)"
    );
    let free_battery = one(&front, &free).await.as_str().expect("a code").to_owned();
    Walled { front, app, own, other, free_battery }
}

async fn call(world: &Walled, operation: &OperationInfo, body: &Value) -> Reply {
    world.front.call(&world.app, operation.path.trim_start_matches('/'), body).await
}

#[test]
fn every_operation_has_a_rule_and_every_rule_an_operation() {
    let operations: Vec<_> = OPERATIONS.iter().map(|operation| operation.id).collect();
    let ruled: Vec<_> = RULES.iter().map(|(id, _)| *id).collect();
    assert_eq!(ruled, operations);
    assert_eq!((rule("tankUpdate"), rule("somethingNew")), (Some(Rule::Owned), None));
}

#[tokio::test]
async fn no_operation_lets_a_scoped_app_through_to_foreign_data() {
    on_both_engines(|front| async move {
        let world = world(front).await;
        let (foreign, before) = (foreign(&world.front).await, stored(&world.front.bench).await);
        for operation in &OPERATIONS {
            for case in cases(operation.id, &world.own, &world.other, &world.free_battery) {
                let (Forbidden(body) | Shown(body) | Nothing(body)) = &case;
                let reply = call(&world, operation, body).await;
                let (about, answer) = (format!("{} {body}", operation.id), reply.json());
                let expected = if matches!(case, Forbidden(_)) { 403 } else { 200 };
                assert_eq!(reply.status, expected, "{about}: {answer}");
                let mut scalars_of_answer = Vec::new();
                scalars(&answer, &mut scalars_of_answer);
                let let_through: Vec<_> = scalars_of_answer.iter().filter(|text| foreign.contains(*text)).collect();
                assert!(let_through.is_empty(), "{about} lets through {let_through:?}");
                match case {
                    Forbidden(_) => SIDES[1].assert_failure(403, &answer, &about),
                    Shown(_) => assert!(shown(&answer) > 0, "{about}: {answer}"),
                    Nothing(_) => assert_eq!(shown(&answer), 0, "{about}: {answer}"),
                }
            }
        }
        assert_eq!(stored(&world.front.bench).await, before, "nothing was changed");
    })
    .await;
}

#[tokio::test]
async fn a_scoped_app_hears_the_same_of_what_is_outside_and_of_what_is_nowhere() {
    on_both_engines(|front| async move {
        let world = world(front).await;
        let nowhere = Things::nowhere();
        for operation in &OPERATIONS {
            let outside = cases(operation.id, &world.own, &world.other, &world.free_battery);
            let absent = cases(operation.id, &world.own, &nowhere, &world.free_battery);
            for pair in outside.iter().zip(&absent) {
                let ((Forbidden(one), Forbidden(two)) | (Nothing(one), Nothing(two))) = pair else { continue };
                let mut heard = Vec::new();
                for body in [one, two] {
                    let reply = call(&world, operation, body).await;
                    let mut answer = reply.json();
                    answer.as_object_mut().expect("an object").remove("traceId");
                    heard.push((reply.status, answer));
                }
                assert_eq!(heard[0], heard[1], "{}: {one} {two}", operation.id);
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_refund_shows_a_scoped_app_the_model_of_its_own_assets_alone() {
    on_both_engines(|front| async move {
        let world = world(front).await;
        let all = world.front.app(everything()).await;
        let set = async |battery: &str, more: &str| {
            let mut session = world.front.bench.backend.db().transaction().await.expect("a transaction");
            let script = format!(
                "UPDATE refund SET asset_type = 2, asset_code = '{battery}' WHERE id = {}; \
                 UPDATE battery SET model = 'of its own' WHERE code = '{battery}'; {more}",
                world.own.refund
            );
            session.script(&script).await.expect("set");
            session.commit().await.expect("committed");
        };
        let model = async |app: &Credentials| {
            let detail = world.front.call(app, "hm.deposit.p.refundDetail", &json!({"id": world.own.refund})).await;
            detail.json()["data"]["assetModel"].clone()
        };
        let (shown, hidden) = (json!("of its own"), Value::Null);
        set(&world.free_battery, "").await;
        assert_eq!((model(&world.app).await, model(&all).await), (shown.clone(), shown.clone()));
        set(&world.other.battery, "").await;
        assert_eq!((model(&world.app).await, model(&all).await), (hidden, shown.clone()));
        let had = format!(
            "INSERT INTO battery_binding (id, member_id, battery_code, bound_at, unbound_at) \
             SELECT 77, member_id, '{}', 1, 2 FROM refund WHERE id = {}",
            world.other.battery, world.own.refund
        );
        set(&world.other.battery, &had).await;
        assert_eq!(model(&world.app).await, shown, "the member has had it");
    })
    .await;
}

#[tokio::test]
async fn each_app_has_its_own_numbers_of_gifts() {
    on_both_engines(|front| async move {
        let world = world(front).await;
        let (one, two) = (world.front.app(everything()).await, world.front.app(everything()).await);
        let gift = async |app: &Credentials, amount: i64| {
            let body = json!({
                "giftNo": "G1", "phoneNo": world.own.phone, "packageName": "月卡", "packageType": "月卡",
                "amount": amount, "operatorId": "OP1", "operatorName": "运营",
            });
            let reply = world.front.call(app, "hm.package.p.giftGrant", &body).await;
            (reply.status, reply.json()["data"]["id"].as_i64())
        };
        let (first, second) = (gift(&one, 1).await, gift(&two, 2).await);
        assert_eq!((first.0, second.0), (200, 200), "{first:?} {second:?}");
        assert_ne!(first.1, second.1);
        for app in [&one, &two] {
            assert_eq!(gift(app, 3).await, (409, None), "other content");
        }
        assert_eq!((gift(&one, 1).await, gift(&two, 2).await), (first, second), "the same again");
    })
    .await;
}

#[tokio::test]
async fn an_app_that_sees_all_is_shown_what_a_scoped_one_is_not() {
    on_both_engines(|front| async move {
        let world = world(front).await;
        let all = world.front.app(everything()).await;
        for operation in &OPERATIONS {
            for case in cases(operation.id, &world.own, &world.other, &world.free_battery) {
                // Reads alone, so that each finds what the one before found.
                let reads = rule(operation.id) != Some(Rule::Owned) || operation.id.starts_with("get");
                if let (Forbidden(body), true) = (&case, reads) {
                    let reply = world.front.call(&all, operation.path.trim_start_matches('/'), body).await;
                    assert_eq!(reply.status, 200, "{} {body}: {reply:?}", operation.id);
                }
            }
        }
    })
    .await;
}

#[tokio::test]
async fn inside_its_scope_an_app_does_what_every_app_does() {
    on_both_engines(|front| async move {
        let world = world(front).await;
        for operation in &OPERATIONS {
            let Some(body) = inside(operation.id, &world.own, &world.free_battery) else {
                assert_ne!(rule(operation.id), Some(Rule::Owned), "{} has no case here", operation.id);
                continue;
            };
            let reply = call(&world, operation, &body).await;
            // Some things are done already, or cannot be done: that is no matter of scope.
            assert!([200, 409].contains(&reply.status), "{} {body}: {reply:?}", operation.id);
            let writes = !operation.id.starts_with("get") && !operation.id.starts_with("list");
            if reply.status == 200 && writes {
                let filter =
                    Filter { operation: Some(operation.id), app: Some(&world.app.app_key), ..Filter::default() };
                let mut session = world.front.bench.backend.db().session().await.expect("a session");
                let entries = audit::read(&mut session, &filter, 10).await.expect("entries");
                assert!(!entries.is_empty(), "{} is not in the audit log", operation.id);
                let trace = entries[0].trace.as_deref().unwrap_or_default();
                assert!(trace.len() == 16 && trace.bytes().all(|digit| digit.is_ascii_hexdigit()), "{entries:?}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_scoped_apps_statistics_count_its_own_members() {
    on_both_engines(|front| async move {
        let world = world(front).await;
        let all = world.front.app(everything()).await;
        let today = "registered_at >= 1630598400000";
        for (whose, app) in [("merchant_id = 1001", &world.app), ("1 = 1", &all)] {
            let count = async |more: &str| {
                one(&world.front, &format!("SELECT COUNT(*) AS value FROM member WHERE {whose} AND {more}")).await
            };
            let reply = world.front.call(app, "hm.member.p.statistics", &json!({})).await.json();
            assert_eq!(reply["data"]["totalMember"]["memberSum"], count("1 = 1").await, "{reply}");
            assert_eq!(reply["data"]["totalMember"]["useMemberSum"], count("state = 1").await, "{reply}");
            assert_eq!(reply["data"]["increasedMember"]["memberSum"], count(today).await, "{reply}");
        }
    })
    .await;
}

#[tokio::test]
async fn what_belongs_to_no_merchant_is_outside_every_scope() {
    on_both_engines(|front| async move {
        let world = world(front).await;
        let member =
            one(&world.front, &format!("SELECT MIN(id) AS value FROM member WHERE merchant_id {NOBODYS}")).await;
        let body = json!({"ids": member.to_string(), "opType": 1});
        assert_eq!(world.front.call(&world.app, "hm.member.p.operate", &body).await.status, 403);
    })
    .await;
}

#[tokio::test]
async fn of_its_own_vehicle_an_app_is_not_told_which_foreign_member_has_it() {
    on_both_engines(|front| async move {
        let world = world(front).await;
        let body = json!({"userType": 1, "merchantIds": [1001]});
        let rows =
            async |app| world.front.call(app, "hm.vehicle.p.overdueList", &body).await.json()["data"]["result"].clone();
        let row = rows(&world.app).await[0].clone();
        assert!(row["phoneNo"].is_string(), "{row}");
        let mut session = world.front.bench.backend.db().transaction().await.expect("a transaction");
        let moved = sql("UPDATE member SET merchant_id = 1002 WHERE phone = ").bind(row["phoneNo"].as_str());
        assert_eq!(session.execute(moved).await.expect("moved"), 1);
        session.commit().await.expect("committed");
        let all = world.front.app(everything()).await;
        let same =
            |rows: Value| rows.as_array().expect("rows").iter().find(|each| each["code"] == row["code"]).cloned();
        let (seen, whole) = (same(rows(&world.app).await).expect("its row"), same(rows(&all).await).expect("its row"));
        assert_eq!((&seen["phoneNo"], &seen["userName"]), (&Value::Null, &Value::Null), "{seen}");
        assert_eq!(whole["phoneNo"], row["phoneNo"]);
    })
    .await;
}
