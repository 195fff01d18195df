use std::{
    collections::HashMap,
    sync::{
        Mutex,
        atomic::{AtomicU64, Ordering},
    },
};

use polaris::verify::Side;
use serde_json::{Value, json};

use super::{Times, caught, shared};
use crate::verify::damaged::{Answer, Asked};

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
