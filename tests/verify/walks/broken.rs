use std::{
    collections::HashMap,
    sync::{
        Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use polaris::verify::Side;
use serde_json::{Value, json};

use super::walks;
use crate::{
    support::App,
    verify::{
        Damaged,
        damaged::{Answer, Asked},
        lines,
    },
};

/// How many times something was asked, by whatever key.
#[derive(Default)]
struct Times(Mutex<HashMap<String, u64>>);

impl Times {
    /// The how manieth time it is, from 1.
    fn count(&self, key: impl ToString) -> u64 {
        let mut times = self.0.lock().expect("no panic");
        let time = times.entry(key.to_string()).or_default();
        *time += 1;
        *time
    }
}

/// Walks against a server that `damage` breaks, over these operations alone, until the invariant `rule` is named with a
/// sequence of at most so many calls.
async fn caught(
    side: Side,
    operations: &[&str],
    rule: &str,
    calls: usize,
    damage: impl Fn(&Asked, &mut Answer) + Clone + Send + Sync + 'static,
) {
    let prefix = if side == Side::Weichuang { "/weichuang" } else { "/kop" };
    let mut seen = Vec::new();
    for seed in 0..8 {
        let app = App::start().await;
        let damaged = Damaged::new(&app.url(prefix), damage.clone()).await;
        let report = walks(side, &damaged.url(), |options| {
            options.seed = seed;
            options.operations = operations.iter().map(|id| (*id).to_owned()).collect();
            options.max_cases = Some(150);
        })
        .await;
        let found = lines(&report).into_iter().filter(|line| line.contains("| invariant |"));
        let mut lengths = Vec::new();
        for line in found {
            let named = line
                .split_once(&format!("{rule} (§"))
                .and_then(|(_, rest)| rest.split_once(" after ")?.1.split(' ').next());
            lengths.extend(named.and_then(|number| number.parse::<usize>().ok()));
            seen.push(line);
        }
        if lengths.into_iter().any(|length| length <= calls) {
            return;
        }
    }
    panic!("nobody saw within {calls} calls that “{rule}” is broken: {seen:#?}");
}

fn shared<T: Default>() -> std::sync::Arc<T> {
    std::sync::Arc::default()
}

fn result(answer: &Answer) -> Value {
    serde_json::from_slice(&answer.body).unwrap_or_default()
}

/// The answer is a success of Weichuang's, whatever it was.
fn succeed(answer: &mut Answer, fields: Value) {
    let mut body = json!({"result": 200});
    fields.as_object().expect("fields").iter().for_each(|(name, value)| body[name] = value.clone());
    answer.replace(200, &body);
}

const BINDINGS: &[&str] = &["updateBatteryBinding", "queryBatteries"];
const USERS: &[&str] = &["completeMigration", "queryUser"];
const DEPOSITS: &[&str] = &["refundDeposit", "completeMigration", "queryUser", "queryUserDeposit"];

#[tokio::test]
async fn a_lost_or_stale_binding_is_seen() {
    let lost = |asked: &Asked, answer: &mut Answer| {
        if asked.is("/battery/query") {
            answer.change(|body| {
                if let Some(row) =
                    body.get_mut("batteryList").and_then(|rows| rows.get_mut(0)).and_then(Value::as_object_mut)
                {
                    row.remove("userId");
                }
            });
        }
    };
    caught(Side::Weichuang, BINDINGS, "a battery that was bound shows its holder", 1, lost).await;
    let stale = |asked: &Asked, answer: &mut Answer| {
        if asked.is("/battery/query") {
            answer.change(|body| {
                if let Some(row) = body.get_mut("batteryList").and_then(|rows| rows.get_mut(0)) {
                    row["userId"] = "U10001".into();
                }
            });
        }
    };
    caught(Side::Weichuang, BINDINGS, "a battery that was unbound shows no holder", 1, stale).await;
}

#[tokio::test]
async fn a_battery_with_two_holders_is_seen() {
    let both = |asked: &Asked, answer: &mut Answer| {
        if asked.is("/battery/binding/update") && result(answer)["result"] == 409 {
            succeed(answer, json!({}));
        }
    };
    // The world's own batteries have holders: one call is enough.
    caught(Side::Weichuang, BINDINGS, "a battery has at most one holder", 1, both).await;
    // Who comes right after another wins too.
    let last = shared::<Mutex<HashMap<String, Instant>>>();
    let racers = move |asked: &Asked, answer: &mut Answer| {
        if asked.is("/battery/binding/update") && asked.field("state") == 1 {
            let mut last = last.lock().expect("no panic");
            let bound = last.get(&asked.field("batteryCode").to_string()).copied();
            let fresh = asked.field("userId").as_str().is_some_and(|user| user.starts_with('W'));
            if result(answer)["result"] == 200 {
                last.insert(asked.field("batteryCode").to_string(), Instant::now());
            } else if fresh && bound.is_some_and(|bound| bound.elapsed() < Duration::from_millis(50)) {
                succeed(answer, json!({}));
            }
        }
    };
    caught(Side::Weichuang, BINDINGS, "of racing binds of a free battery one wins", 1, racers).await;
}

#[tokio::test]
async fn a_refused_or_repeated_binding_that_changes_something_is_seen() {
    let refusals = shared::<AtomicU64>();
    let changed = move |asked: &Asked, answer: &mut Answer| {
        if asked.is("/battery/binding/update") && result(answer)["result"] != 200 {
            refusals.fetch_add(1, Ordering::Relaxed);
        } else if asked.is("/battery/query") {
            let model = format!("M{}", refusals.load(Ordering::Relaxed));
            answer.change(|body| {
                if let Some(row) = body.get_mut("batteryList").and_then(|rows| rows.get_mut(0)) {
                    row["model"] = model.into();
                }
            });
        }
    };
    caught(Side::Weichuang, BINDINGS, "a refused binding changes nothing", 1, changed).await;
    let times = shared::<Times>();
    let once = move |asked: &Asked, answer: &mut Answer| {
        let repeated = asked.is("/battery/binding/update")
            && result(answer)["result"] == 200
            && times.count(asked.body.clone().unwrap_or_default()) > 1;
        if repeated {
            answer.replace(200, &json!({"result": 409, "msg": "电池已绑定"}));
        }
    };
    let rule = "a repeated binding answers alike and changes nothing";
    caught(Side::Weichuang, BINDINGS, rule, 1, once).await;
}

#[tokio::test]
async fn more_or_other_rows_than_were_asked_for_are_seen() {
    let twice = |asked: &Asked, answer: &mut Answer| {
        if asked.is("/battery/query") {
            answer.change(|body| {
                if let Some(rows) = body["batteryList"].as_array_mut() {
                    rows.extend(rows.first().cloned());
                }
            });
        }
    };
    let rule = "a query for a battery shows that battery alone";
    caught(Side::Weichuang, &["queryBatteries"], rule, 1, twice).await;
    let other = |asked: &Asked, answer: &mut Answer| {
        if asked.is("/tank/query") {
            answer.change(|body| {
                if let Some(row) = body.get_mut("tankList").and_then(|rows| rows.get_mut(0)) {
                    row["tankCode"] = "TK9999".into();
                }
            });
        }
    };
    let rule = "a query for tanks shows those that were asked for, each once";
    caught(Side::Weichuang, &["queryTanks"], rule, 1, other).await;
}

#[tokio::test]
async fn a_migration_that_is_lost_undone_or_made_twice_is_seen() {
    let lost = |asked: &Asked, answer: &mut Answer| {
        if asked.is("/user/query") && result(answer)["result"] == 200 {
            answer.change(|body| body["migrated"] = false.into());
        }
    };
    let rule = "a user whose migration is complete shows as migrated";
    caught(Side::Weichuang, USERS, rule, 1, lost).await;
    let times = shared::<Times>();
    let undone = move |asked: &Asked, answer: &mut Answer| {
        if asked.is("/user/query") && result(answer)["result"] == 200 {
            let migrated = times.count(asked.field("phoneNo")) % 2 == 1;
            answer.change(|body| body["migrated"] = migrated.into());
        }
    };
    caught(Side::Weichuang, &["queryUser"], "who has migrated stays migrated", 2, undone).await;
    let twice = |asked: &Asked, answer: &mut Answer| {
        if asked.is("/user/migration/complete") && result(answer)["result"] == 409 {
            succeed(answer, json!({}));
        }
    };
    caught(Side::Weichuang, USERS, "a user migrates to one user of Polaris", 2, twice).await;
    caught(Side::Weichuang, USERS, "of racing migrations to different users one wins", 1, twice).await;
}

#[tokio::test]
async fn a_deposit_that_is_refunded_twice_or_not_paid_is_seen() {
    let paid = |asked: &Asked, answer: &mut Answer| {
        if asked.is("/user/deposit/refund") && result(answer)["result"] == 409 {
            let (number, amount) = (asked.field("refundNo").clone(), asked.field("refundAmount").clone());
            succeed(answer, json!({"refundNo": number, "refundAmount": amount, "refundTime": "2021-09-03 10:00:00"}));
        }
    };
    caught(Side::Weichuang, DEPOSITS, "a deposit is refunded at most once", 2, paid).await;
    caught(Side::Weichuang, DEPOSITS, "only who has migrated is refunded", 2, paid).await;
    caught(Side::Weichuang, DEPOSITS, "what is refunded is what was held", 1, paid).await;
    let kept = |asked: &Asked, answer: &mut Answer| {
        if asked.is("/user/deposit/query") && result(answer)["depositAmount"] == "0.00" {
            answer.change(|body| body["depositAmount"] = "299.00".into());
        }
    };
    caught(Side::Weichuang, DEPOSITS, "a refunded deposit shows 0.00", 1, kept).await;
    let times = shared::<Times>();
    let back = move |asked: &Asked, answer: &mut Answer| {
        if asked.is("/user/deposit/query") && result(answer)["result"] == 200 {
            let amount = if times.count(asked.field("phoneNo")) % 2 == 1 { "0.00" } else { "299.00" };
            answer.change(|body| body["depositAmount"] = amount.into());
        }
    };
    caught(Side::Weichuang, &["queryUserDeposit"], "a refunded deposit stays refunded", 2, back).await;
}

#[tokio::test]
async fn pages_that_do_not_fit_are_seen() {
    let lists = &["listMembers"];
    let list = |asked: &Asked, answer: &Answer| asked.is("/hm.member.p.list") && answer.status == 200;
    let total = move |asked: &Asked, answer: &mut Answer| {
        if list(asked, answer) {
            answer.change(|body| body["data"]["hasMore"] = true.into());
        }
    };
    let rule = "total, hasMore and the page that was asked for fit the rows";
    caught(Side::Polaris, lists, rule, 1, total).await;
    let repeated = move |asked: &Asked, answer: &mut Answer| {
        if list(asked, answer) && asked.field("pageNo") == 2 {
            answer.change(|body| {
                let rows = body["data"]["result"].as_array_mut().expect("rows");
                let by = 1.min(rows.len());
                rows.rotate_left(by);
            });
        }
    };
    caught(Side::Polaris, lists, "two pages hold no repeat and no gap", 1, repeated).await;
    let reversed = move |asked: &Asked, answer: &mut Answer| {
        if list(asked, answer) {
            answer.change(|body| body["data"]["result"].as_array_mut().expect("rows").reverse());
        }
    };
    caught(Side::Polaris, lists, "lists stand by id, newest first, each row once", 1, reversed).await;
    let unfiltered = move |asked: &Asked, answer: &mut Answer| {
        if list(asked, answer) {
            answer.change(|body| {
                if let Some(row) = body["data"]["result"].get_mut(0) {
                    row["phoneNo"] = "19999999999".into();
                }
            });
        }
    };
    caught(Side::Polaris, lists, "the members match the filter", 1, unfiltered).await;
}

#[tokio::test]
async fn figures_and_lists_that_contradict_each_other_are_seen() {
    let sum = |asked: &Asked, answer: &mut Answer| {
        if asked.is("/hm.member.p.statistics") {
            answer.change(|body| {
                let sum = body["data"]["totalMember"]["memberSum"].as_i64().expect("a number");
                body["data"]["totalMember"]["memberSum"] = (sum + 1).into();
            });
        }
    };
    let operations = &["memberStatistics", "listMembers"];
    caught(Side::Polaris, operations, "the seven counts of members add up", 1, sum).await;
    caught(Side::Polaris, operations, "what is counted is what is listed", 1, sum).await;
    let detail = |asked: &Asked, answer: &mut Answer| {
        if asked.is("/hm.deposit.p.refundDetail") && answer.status == 200 {
            answer.change(|body| body["data"]["reason"] = "另一个原因".into());
        }
    };
    let rule = "what the list of applications shows, the detail shows";
    caught(Side::Polaris, &["listDepositRefunds", "getDepositRefund"], rule, 1, detail).await;
    let twice = |asked: &Asked, answer: &mut Answer| {
        if asked.is("/hm.battery.p.memberAssetList") && answer.status == 200 {
            answer.change(|body| {
                let rows = body["data"]["result"].as_array_mut().expect("rows");
                if rows.len() > 1 {
                    rows[1]["batteryCode"] = rows[0]["batteryCode"].clone();
                }
            });
        }
    };
    let rule = "a battery has at most one member, and a member at most one battery";
    caught(Side::Polaris, &["listMemberBatteryAssets"], rule, 1, twice).await;
}

#[tokio::test]
async fn an_order_or_an_application_that_goes_back_is_seen() {
    let times = shared::<Times>();
    let back = move |asked: &Asked, answer: &mut Answer| {
        if asked.is("/hm.deposit.p.refundDetail") && answer.status == 200 {
            let status = if times.count(asked.field("id")) % 2 == 1 { 2 } else { 1 };
            answer.change(|body| body["data"]["status"] = status.into());
        }
    };
    let rule = "an application moves along its states only forward";
    caught(Side::Polaris, &["getDepositRefund", "listDepositRefunds"], rule, 2, back).await;
    // Once an order is handled, everybody may handle it, and the last one shows.
    let operators = shared::<Mutex<HashMap<String, Value>>>();
    let handled = move |asked: &Asked, answer: &mut Answer| {
        let mut operators = operators.lock().expect("no panic");
        if asked.is("/hm.order.p.handleAbnormal") {
            let order = asked.field("orderId").to_string();
            if answer.status == 200 || (answer.status == 409 && operators.contains_key(&order)) {
                operators.insert(order, asked.field("operatorId").clone());
                answer.replace(200, &json!({"code": 200, "msg": null, "data": {"result": 1}}));
            }
        } else if asked.is("/hm.order.p.query") && answer.status == 200 {
            answer.change(|body| {
                for row in body["data"]["result"].as_array_mut().expect("rows") {
                    if let (Some(operator), true) =
                        (operators.get(&row["orderId"].to_string()), row["operatorInfo"].is_object())
                    {
                        row["operatorInfo"]["operatorId"] = operator.clone();
                    }
                }
            });
        }
    };
    let orders = &["handleAbnormalOrder", "queryOrders"];
    caught(Side::Polaris, orders, "an order is handled by one operator", 2, handled.clone()).await;
    caught(Side::Polaris, orders, "of racing operators one handles the order", 1, handled).await;
    let other = |asked: &Asked, answer: &mut Answer| {
        if asked.is("/hm.order.p.query") && answer.status == 200 {
            answer.change(|body| {
                for row in body["data"]["result"].as_array_mut().expect("rows") {
                    if row["operatorInfo"].is_object() {
                        row["operatorInfo"]["operatorId"] = "OP9999".into();
                    }
                }
            });
        }
    };
    caught(Side::Polaris, orders, "an order that was handled shows its operator", 1, other).await;
}

#[tokio::test]
async fn a_write_that_is_lost_or_made_twice_is_seen() {
    let lost = |asked: &Asked, answer: &mut Answer| {
        if asked.is("/hm.package.p.giftList") && answer.status == 200 {
            answer.change(|body| {
                let rows = body["data"]["result"].as_array_mut().expect("rows");
                rows.drain(..1.min(rows.len()));
            });
        }
    };
    let gifts = &["grantPackageGift", "listPackageGifts", "listMembers"];
    caught(Side::Polaris, gifts, "a gift that was granted shows", 1, lost).await;
    let counter = shared::<AtomicU64>();
    let another = move |asked: &Asked, answer: &mut Answer| {
        if asked.is("/hm.package.p.giftGrant") && answer.status == 200 {
            let id = 1_000_000 + counter.fetch_add(1, Ordering::Relaxed);
            answer.change(|body| body["data"]["id"] = id.into());
        }
    };
    caught(Side::Polaris, gifts, "the same giftNo gives the same answer", 1, another).await;
    let again = |asked: &Asked, answer: &mut Answer| {
        if asked.is("/hm.deposit.p.refundApply") && answer.status == 409 {
            answer.replace(200, &json!({"code": 200, "msg": null, "data": {"id": 1}}));
        }
    };
    let refunds = &["applyDepositRefund", "listDepositRefunds", "getDepositRefund", "listMembers"];
    caught(Side::Polaris, refunds, "a member has one open application", 1, again).await;
    let corrected = |asked: &Asked, answer: &mut Answer| {
        if asked.is("/hm.battery.p.memberAssetCorrect") && answer.status == 409 {
            answer.replace(200, &json!({"code": 200, "msg": null, "data": null}));
        }
    };
    let batteries = &["correctMemberBatteryAsset", "listMemberBatteryAssets"];
    caught(Side::Polaris, batteries, "a battery of another member is not taken away", 1, corrected).await;
    caught(Side::Polaris, batteries, "a corrected relation shows its battery", 1, corrected).await;
}
