use std::time::{Duration, Instant};

use polaris::backend::db::{Db, sql};
use tokio::process::Command;

use crate::support::{Binary, Folder, Serving, fresh_database};

const NOBODY: &str = "http://127.0.0.1:9/weichuang";

/// Runs `test` with the URL of a SQLite file and with that of a PostgreSQL database, at the same time: leases take theirs.
async fn on_both_engines<F: Future<Output = ()>>(name: &str, test: impl Fn(String) -> F) {
    let folder = Folder::new(name);
    let postgres = async {
        if let Some(url) = fresh_database().await {
            test(url).await;
        }
    };
    tokio::join!(test(folder.database()), postgres);
}

/// `polaris serve` with a number of its own.
fn numbered(database: &str, number: &str) -> Command {
    let mut command = Serving::command(database, NOBODY);
    command.env("POLARIS_SERVER__INSTANCE", number);
    command
}

async fn numbers(database: &str) -> Vec<i64> {
    let db = Db::open(database, 1).await.expect("the database");
    let rows = db.session().await.expect("a session").all(sql("SELECT number FROM instance ORDER BY number")).await;
    rows.expect("rows").iter().map(|row| row.get("number").expect("a number")).collect()
}

/// Runs `test` with the URL of a PostgreSQL database, which several processes may serve.
async fn on_postgresql<F: Future<Output = ()>>(test: impl Fn(String) -> F) {
    if let Some(url) = fresh_database().await {
        test(url).await;
    }
}

#[tokio::test]
async fn a_second_server_with_the_number_of_one_that_lives_is_refused_and_may_have_it_afterwards() {
    on_postgresql(async |database| {
        let first = Serving::of(numbered(&database, "3")).await;
        let second = Binary::spawn(numbered(&database, "3")).end().await;
        assert_eq!((second.code, second.stdout.as_str()), (Some(1), ""), "{second:?}");
        let said = "polaris: instance number 3 is in use by another process on this database: give each its own \
                    server.instance, or leave it unset\n";
        assert!(second.stderr.ends_with(said), "{second:?}");
        let other = Serving::of(numbered(&database, "4")).await;
        assert_eq!(numbers(&database).await, [3, 4]);

        first.binary.signal("TERM").await;
        assert_eq!(first.binary.end().await.code, Some(0));
        let started = Instant::now();
        let third = Serving::of(numbered(&database, "3")).await;
        assert!(started.elapsed() < Duration::from_secs(8), "a number that was given back is free at once");
        drop((third, other));
    })
    .await;
}

#[tokio::test]
async fn servers_without_a_number_take_free_ones() {
    on_postgresql(async |database| {
        let _servers = [
            Serving::start_on(&database, NOBODY).await,
            Serving::of(numbered(&database, "14")).await,
            Serving::start_on(&database, NOBODY).await,
        ];
        assert_eq!(numbers(&database).await, [13, 14, 15]);
    })
    .await;
}

#[tokio::test]
async fn after_a_crash_the_number_is_free_within_seconds_and_another_one_at_once() {
    on_postgresql(async |database| {
        let first = Serving::of(numbered(&database, "3")).await;
        first.binary.signal("KILL").await;
        let started = Instant::now();
        let _unset = Serving::start_on(&database, NOBODY).await;
        assert!(started.elapsed() < Duration::from_secs(8), "{:?}", started.elapsed());
        let _again = Serving::of(numbered(&database, "3")).await;
        assert!(started.elapsed() < Duration::from_secs(20), "{:?}", started.elapsed());
    })
    .await;
}

#[tokio::test]
async fn a_sqlite_file_has_one_server_beside_other_commands_and_another_one_at_once_when_that_was_killed() {
    let folder = Folder::new("one");
    let database = folder.database();
    let mut first = Serving::of(numbered(&database, "3")).await;
    for _ in 0..2 {
        let second = Binary::spawn(Serving::command(&database, NOBODY)).end().await;
        assert_eq!((second.code, second.stdout.as_str()), (Some(1), ""), "{second:?}");
        assert!(second.stderr.contains("polaris.db is served by another process"), "{second:?}");
        let seeded = Binary::start(&["seed", "--database-url", &database]).end().await;
        assert_eq!(seeded.code, Some(0), "{seeded:?}");

        first.binary.signal("KILL").await;
        let started = Instant::now();
        first = Serving::start_on(&database, NOBODY).await;
        assert!(started.elapsed() < Duration::from_secs(8), "another number is free at once: {:?}", started.elapsed());
    }
    // The number of one that was killed is free within seconds.
    first.binary.signal("KILL").await;
    let started = Instant::now();
    let _again = Serving::of(numbered(&database, "3")).await;
    assert!(started.elapsed() < Duration::from_secs(20), "{:?}", started.elapsed());
}

#[tokio::test]
async fn a_server_that_was_taken_for_dead_stops() {
    on_both_engines("lost", async |database| {
        let server = Serving::start_on(&database, NOBODY).await;
        let db = Db::open(&database, 1).await.expect("the database");
        let mut session = db.transaction().await.expect("a transaction");
        session.execute(sql("DELETE FROM instance")).await.expect("deleted");
        session.commit().await.expect("committed");
        let ended = server.binary.end().await;
        assert_eq!(ended.code, Some(1), "{ended:?}");
        assert!(ended.stderr.contains("taken for dead"), "{ended:?}");
    })
    .await;
}
