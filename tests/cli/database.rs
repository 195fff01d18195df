use std::{
    fs::{self, File},
    process::Stdio,
    time::Duration,
};

use polaris::backend::db::{Db, sql};
use serde_json::{Value, json};
use tokio::time::{sleep, timeout};

use crate::{
    backend::opening::Mounted,
    support::{Folder, Serving, need},
};

const NOBODY: &str = "http://127.0.0.1:9/weichuang";

/// What `/readyz` answers: 200 or 503, and why.
async fn ready(serving: &Serving) -> (u16, String) {
    let answer = serving.http.get(format!("http://{}/readyz", serving.public)).send().await.expect("an answer");
    let status = answer.status().as_u16();
    let text: Value = serde_json::from_str(&answer.text().await.expect("text")).expect("JSON");
    (status, text["status"].as_str().expect("a status").to_owned())
}

/// A call of the internal side, as HTTP answers it: its status and `Retry-After`.
async fn call(serving: &Serving, path: &str, body: Value) -> (u16, Option<String>) {
    let call = serving.http.post(format!("http://{}/internal{path}", serving.internal));
    let answer = call.header("content-type", "application/json").body(body.to_string()).send().await;
    let answer = answer.expect("an answer");
    let after = answer.headers().get("retry-after").map(|value| value.to_str().expect("text").to_owned());
    (answer.status().as_u16(), after)
}

/// A change that is stored: the order of that number. The demo data have its member and devices.
fn order(number: u64) -> Value {
    json!({
        "externalNo": format!("FULL-{number}"), "orderType": 1, "orderState": 0, "phoneNo": "13610030001",
        "deviceId": "TK0001", "startTime": "2021-09-03 09:00:00", "packageName": "x".repeat(60),
    })
}

/// `polaris serve` on demo data, with its log in a file of `log`.
async fn serving(folder: &Folder, log: &Folder) -> Serving {
    let mut command = Serving::command(&folder.database(), NOBODY);
    command.stderr(Stdio::from(File::create(log.path().join("log")).expect("a log")));
    let serving = Serving::of(command).await;
    let seed = ["seed", "--database-url", &folder.database()];
    assert_eq!(crate::support::Binary::start(&seed).end().await.code, Some(0));
    serving
}

#[tokio::test]
async fn a_full_disk_refuses_what_it_cannot_store_loses_nothing_and_all_is_well_once_there_is_room() {
    let (folder, log) = (Folder::new("full-disk"), Folder::new("full-disk-log"));
    let mounted = Mounted::on(folder.path(), "size=24m");
    let Some(_mounted) = need("the right to mount a tmpfs", mounted) else { return };
    let serving = serving(&folder, &log).await;
    assert_eq!(ready(&serving).await, (200, "ready".to_owned()));

    let filler = folder.path().join("filler");
    let (mut accepted, mut number, mut refused) = (Vec::new(), 0, 0);
    while refused < 30 {
        // What is left goes to somebody else, again and again: SQLite has room of its own in its log.
        let mut left = File::options().create(true).append(true).open(&filler).expect("a file");
        while std::io::Write::write_all(&mut left, &[7; 4096]).is_ok() {}
        match call(&serving, "/order/record", order(number)).await {
            (200, _) => accepted.push(number),
            (status, after) => {
                assert_eq!((status, after.as_deref()), (503, Some("1")), "order {number}");
                refused += 1;
            }
        }
        number += 1;
        assert!(number < 5_000, "it is never full");
    }
    let (status, text) = ready(&serving).await;
    assert_eq!((status, text.as_str()), (503, "the database cannot be written"));

    fs::remove_file(&filler).expect("room");
    assert_eq!(ready(&serving).await, (200, "ready".to_owned()));
    for number in number..number + 20 {
        assert_eq!(call(&serving, "/order/record", order(number)).await.0, 200);
        accepted.push(number);
    }
    assert_eq!(ready(&serving).await, (200, "ready".to_owned()));
    let db = Db::open_to_read(&folder.database()).await.expect("the database");
    let rows = "SELECT external_no FROM swap_order WHERE external_no LIKE 'FULL-%'";
    let rows = db.session().await.expect("a session").all(sql(rows)).await.expect("rows");
    let mut stored: Vec<String> = rows.iter().map(|row| row.get("external_no").expect("a number")).collect();
    let mut accepted: Vec<_> = accepted.iter().map(|number| format!("FULL-{number}")).collect();
    stored.sort();
    accepted.sort();
    assert_eq!(stored, accepted);
    let said = fs::read_to_string(log.path().join("log")).expect("a log");
    assert!(said.contains("disk is full") && !said.contains("transaction depth"), "{said}");
    serving.binary.signal("TERM").await;
    assert_eq!(serving.binary.end().await.code, Some(0));
}

#[tokio::test]
async fn a_file_that_was_deleted_or_replaced_is_noticed_and_nothing_is_read_or_written() {
    for ending in ["", "-wal"] {
        let (folder, log) = (Folder::new("lost"), Folder::new("lost-log"));
        let serving = serving(&folder, &log).await;
        let path = folder.path().join(format!("polaris.db{ending}"));
        fs::rename(&path, folder.path().join("elsewhere")).expect("moved");
        for replaced in [false, true] {
            if replaced {
                fs::copy(folder.path().join("elsewhere"), &path).expect("a copy");
            }
            assert_eq!(ready(&serving).await, (503, "the database file was deleted or replaced".to_owned()));
            let written = call(&serving, "/order/record", order(1)).await;
            assert_eq!(written, (503, Some("1".to_owned())));
            let read = call(&serving, "/delivery/list", json!({})).await;
            assert_eq!(read, (503, Some("1".to_owned())));
        }
        // The same file again: nothing was lost.
        fs::rename(folder.path().join("elsewhere"), &path).expect("moved back");
        assert_eq!(ready(&serving).await, (200, "ready".to_owned()));
        assert_eq!(call(&serving, "/order/record", order(1)).await.0, 200);
        let said = fs::read_to_string(log.path().join("log")).expect("a log");
        assert!(said.contains("ERROR") && said.contains("was deleted or replaced while it was open"), "{said}");
    }
}

#[tokio::test]
async fn a_database_that_others_keep_busy_is_answered_503_and_never_409() {
    let (folder, log) = (Folder::new("busy"), Folder::new("busy-log"));
    let serving = serving(&folder, &log).await;
    let db = Db::open(&folder.database(), 1).await.expect("the database");
    let taken = db.transaction().await.expect("a transaction");
    let busy = timeout(Duration::from_secs(40), call(&serving, "/order/record", order(1))).await.expect("in time");
    assert_eq!(busy, (503, Some("1".to_owned())));
    drop(taken);
    while call(&serving, "/order/record", order(1)).await.0 != 200 {
        sleep(Duration::from_millis(100)).await;
    }
}
