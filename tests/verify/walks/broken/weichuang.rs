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

use super::{Times, caught, shared};
use crate::verify::damaged::{Answer, Asked};

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
