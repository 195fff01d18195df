//! `polaris seed`: demo and large data in a database.

use serde_json::{Value, json};

use crate::support::{Binary, Folder, Serving};

async fn seed(folder: &Folder, arguments: &[&str]) -> String {
    let database = folder.database();
    for command in [&["migrate"][..], &[&["seed"], arguments].concat()] {
        let ended = Binary::start(&[command, &["--database-url", &database]].concat()).end().await;
        assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""), "{ended:?}");
        if command[0] == "seed" {
            return ended.stdout;
        }
    }
    unreachable!("seed is the last command")
}

/// What a server on the folder's database says of its members and its newest orders.
async fn shown(folder: &Folder) -> (Value, Value) {
    let serving = Serving::start(folder, "http://127.0.0.1:9/weichuang").await;
    let mut statistics = serving.kop("hm.member.p.statistics", json!({})).await["data"]["totalMember"].clone();
    // Time alone makes members overdue, also between two reads.
    let overdue = statistics["overdueMemberSum"].take().as_i64().expect("a number");
    statistics["useMemberSum"] = (statistics["useMemberSum"].as_i64().expect("a number") + overdue).into();
    let orders = serving.kop("hm.order.p.query", json!({"pageNo": 1, "pageSize": 20})).await["data"].clone();
    (statistics, orders)
}

#[tokio::test]
async fn the_same_seed_makes_the_same_data_and_a_second_time_changes_nothing() {
    let (one, other) = (Folder::new("seed-one"), Folder::new("seed-other"));
    let arguments = ["--orders", "900", "--members", "150", "--seed", "7"];
    let first = seed(&one, &arguments).await;
    assert!(first.starts_with("records brought in: ") && !first.starts_with("records brought in: 0 "), "{first}");
    seed(&other, &arguments).await;
    let (statistics, orders) = shown(&one).await;
    assert_eq!(statistics["memberSum"], 150);
    assert_eq!(orders["total"], 900);
    assert_eq!(shown(&other).await, (statistics.clone(), orders.clone()));
    let again = seed(&one, &arguments).await;
    assert!(again.starts_with("records brought in: 0 "), "{again}");
    assert_eq!(shown(&one).await, (statistics, orders));
}

#[tokio::test]
async fn without_numbers_it_brings_in_the_built_in_world() {
    let folder = Folder::new("seed-world");
    seed(&folder, &[]).await;
    let (statistics, orders) = shown(&folder).await;
    assert!(statistics["memberSum"].as_i64().is_some_and(|members| members >= 50), "{statistics}");
    assert!(orders["total"].as_i64().is_some_and(|orders| orders >= 100), "{orders}");
}
