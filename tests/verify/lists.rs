use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use polaris::verify::Side;
use serde_json::{Value, json};

use super::{Damaged, assert_conforms, damaged, lines, verify};
use crate::support::App;

/// A list of gifts, newest first, in pages: what `listPackageGifts` would answer.
fn page(asked: &damaged::Asked) -> (Vec<Value>, Value) {
    let all: Vec<_> = (1..=23).rev().map(|id| json!({
        "id": id, "phoneNo": "13333111222", "userName": null, "packageName": "畅行月卡", "packageType": "月卡", "amount": 1,
        "status": 1, "operatorName": "李四", "grantTime": "2021-09-02 11:08:45", "remark": null,
    })).collect();
    let number = asked.field("pageNo").as_u64().unwrap_or(1) as usize;
    let size = asked.field("pageSize").as_u64().unwrap_or(200) as usize;
    let rows: Vec<_> = all.iter().skip((number - 1) * size).take(size).cloned().collect();
    let more = number * size < all.len();
    (rows, json!({"total": all.len(), "pageNo": number, "pageSize": size, "hasMore": more, "result": []}))
}

/// Turns the pages of a list that `damage` changes: the page's number and the data go in.
async fn found(damage: impl Fn(u64, &mut Value) + Send + Sync + 'static) -> Vec<String> {
    let app = App::start().await;
    let damaged = Damaged::new(&app.url("/kop"), move |asked, answer| {
        if asked.is("/hm.package.p.giftList") && answer.status == 200 {
            let (rows, mut data) = page(asked);
            data["result"] = rows.into();
            damage(asked.field("pageNo").as_u64().unwrap_or(1), &mut data);
            answer.replace(200, &json!({"code": 200, "msg": null, "data": data}));
        }
    })
    .await;
    let report = verify(Side::Polaris, &damaged.url(), |options| {
        options.operations = vec!["listPackageGifts".into()];
        options.parts = vec!["pages".into(), "repeats".into()];
    })
    .await;
    lines(&report).into_iter().filter(|line| !line.contains("| status |")).collect()
}

#[tokio::test]
async fn a_list_that_keeps_its_promises_passes() {
    assert_eq!(found(|_, _| ()).await, [""; 0]);
}

#[tokio::test]
async fn broken_pages_are_seen() {
    type Break = fn(u64, &mut Value);
    let breaks: &[(&str, Break)] = &[
        ("a row stands on two pages", |number, data| {
            if number == 2 {
                let row = json!({"id": 23, "phoneNo": "13333111222", "userName": null, "packageName": "畅行月卡",
                    "packageType": "月卡", "amount": 1, "status": 1, "operatorName": "李四",
                    "grantTime": "2021-09-02 11:08:45", "remark": null});
                data["result"][0] = row;
            }
        }),
        ("a row of the whole list stands on no page", |number, data| {
            if number == 2 {
                data["result"].as_array_mut().expect("a list").remove(0);
            }
        }),
        ("total is 24, and there are 23 rows", |_, data| data["total"] = json!(24)),
        ("total differs from page to page", |number, data| {
            if number == 2 {
                data["total"] = json!(2);
            }
        }),
        ("hasMore is true after 3 rows of 5", |number, data| {
            if number > 1 {
                data["hasMore"] = json!(true);
            }
        }),
        ("the rows are not sorted by id, newest first", |_, data| {
            data["result"].as_array_mut().expect("a list").reverse()
        }),
        ("a page has 6 rows, and pageSize is 5", |number, data| {
            if number == 2 {
                let row = data["result"][0].clone();
                data["result"].as_array_mut().expect("a list").push(row);
            }
        }),
    ];
    for (words, damage) in breaks {
        let found = found(damage).await;
        assert!(
            found.iter().any(|line| line.starts_with("listPackageGifts | pages") && line.contains(words)),
            "{words}: {found:#?}"
        );
    }
}

#[tokio::test]
async fn a_read_that_answers_differently_each_time_is_seen() {
    let app = App::start().await;
    let number = Arc::new(AtomicU64::new(0));
    let damaged = Damaged::new(&app.url("/weichuang"), move |asked, answer| {
        if asked.is("/user/query") && answer.status == 200 {
            let count = number.fetch_add(1, Ordering::Relaxed);
            answer.change(|body| body["msg"] = json!(format!("{count}")));
        }
    })
    .await;
    let report = verify(Side::Weichuang, &damaged.url(), |options| {
        options.operations = vec!["queryUser".into(), "queryTanks".into()];
        options.max_cases = Some(20);
    })
    .await;
    let lines = lines(&report);
    assert!(
        !lines.is_empty() && lines.iter().all(|line| line.starts_with("queryUser | the same read twice")),
        "{lines:#?}"
    );
}

#[tokio::test]
async fn a_refused_write_that_changes_something_is_seen() {
    let app = App::start().await;
    let http = reqwest::Client::builder().no_proxy().build().expect("a client");
    let state = app.url("/_mock/state/weichuang/batteries/BT0001");
    let number = Arc::new(AtomicU64::new(0));
    let damaged = Damaged::new(&app.url("/weichuang"), move |asked, answer| {
        if asked.is("/battery/binding/update") && answer.status == 400 {
            let (http, state) = (http.clone(), state.clone());
            let model = format!("M{}", number.fetch_add(1, Ordering::Relaxed));
            let patch =
                http.patch(state).header("content-type", "application/json").body(json!({"model": model}).to_string());
            tokio::spawn(async move { patch.send().await.expect("an answer") });
        }
    })
    .await;
    let report = verify(Side::Weichuang, &damaged.url(), |options| {
        options.operations = vec!["queryBatteries".into(), "updateBatteryBinding".into(), "refundDeposit".into()];
        options.max_cases = Some(600);
        options.concurrency = 1;
    })
    .await;
    let lines = lines(&report);
    assert!(
        !lines.is_empty() && lines.iter().all(|line| line.starts_with("updateBatteryBinding | a refused write")),
        "{lines:#?}"
    );
}

#[tokio::test]
async fn a_write_between_two_reads_is_no_fault() {
    let app = App::start().await;
    let number = Arc::new(AtomicU64::new(0));
    let damaged = Damaged::new(&app.url("/weichuang"), move |asked, answer| {
        // Somebody else changes the user once.
        if asked.is("/user/query") && answer.status == 200 && number.fetch_add(1, Ordering::Relaxed) > 1 {
            answer.change(|body| body["msg"] = json!("已变更"));
        }
    })
    .await;
    let report = verify(Side::Weichuang, &damaged.url(), |options| {
        options.operations = vec!["queryUser".into()];
        options.max_cases = Some(3);
    })
    .await;
    assert_conforms(&report);
}
