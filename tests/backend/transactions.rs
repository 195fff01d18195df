//! What becomes of a connection when its transaction ends in another way than it should.

use std::{panic::AssertUnwindSafe, time::Duration};

use futures_util::FutureExt;
use polaris::backend::{
    db::{Db, DbError, Engine, sql},
    migrations,
};
use tokio::time::timeout;

use crate::support::{Folder, fresh_database};

const INSERT: &str = "INSERT INTO instance (number, owner, lease_until) VALUES ";

/// Runs `test` on a SQLite file and on PostgreSQL, each with one connection.
async fn with_one_connection<F: Future<Output = ()>>(test: impl Fn(Db) -> F) {
    let folder = Folder::new("transactions");
    for url in [Some(folder.database()), fresh_database().await].into_iter().flatten() {
        let db = Db::open(&url, 1).await.expect("a database");
        migrations::run(&db).await.expect("the schema");
        test(db).await;
    }
}

async fn insert(db: &Db, number: i64) -> Result<(), DbError> {
    let mut session = db.transaction().await?;
    session.execute(sql(INSERT).list([number, 1, 1])).await?;
    session.commit().await
}

async fn numbers(db: &Db) -> Vec<i64> {
    let mut session = db.session().await.expect("a session");
    let rows = session.all(sql("SELECT number FROM instance ORDER BY number")).await.expect("rows");
    rows.iter().map(|row| row.get("number").expect("a number")).collect()
}

#[tokio::test]
async fn an_error_a_panic_or_a_call_that_was_given_up_leaves_no_transaction_behind() {
    with_one_connection(|db| async move {
        insert(&db, 0).await.expect("an insert");
        // An error of the statement, and one that the transaction goes on after.
        assert!(matches!(insert(&db, 0).await, Err(DbError::Duplicate)));
        let panicking = async {
            let mut session = db.transaction().await.expect("a transaction");
            session.execute(sql(INSERT).list([7, 1, 1])).await.expect("an insert");
            panic!("a fault in an operation");
        };
        assert!(AssertUnwindSafe(panicking).catch_unwind().await.is_err());
        insert(&db, 1).await.expect("an insert after a panic");
        // Given up at whichever moment: while it begins, writes or commits, or not at all.
        for step in 0..200 {
            let _ =
                timeout(Duration::from_micros(step * 20), insert(&db, 100 + i64::try_from(step).expect("few"))).await;
        }
        insert(&db, 2).await.expect("an insert after all that");
        assert_eq!(numbers(&db).await[..3], [0, 1, 2]);
    })
    .await;
}

#[tokio::test]
async fn a_transaction_that_ended_by_itself_closes_its_connection_and_the_next_one_has_another() {
    with_one_connection(|db| async move {
        let session = async || db.transaction().await.expect("a transaction");
        match db.engine() {
            Engine::Sqlite => {
                // As SQLite does when the disk is full.
                let mut session = session().await;
                session.execute(sql(INSERT).list([7, 1, 1])).await.expect("an insert");
                session.script("ROLLBACK").await.expect("the end of the transaction");
                assert!(session.execute(sql("nonsense")).await.is_err());
            }
            Engine::Postgres => {
                let mut session = session().await;
                let ended = session.script("SELECT pg_terminate_backend(pg_backend_pid())").await;
                assert!(matches!(ended, Err(DbError::Unavailable(_))), "{ended:?}");
            }
        }
        insert(&db, 1).await.expect("an insert");
        assert_eq!(numbers(&db).await, [1]);
    })
    .await;
}

#[tokio::test]
async fn a_full_sqlite_file_refuses_writes_says_so_and_takes_them_again_once_there_is_room() {
    let folder = Folder::new("full");
    let db = Db::open(&folder.database(), 1).await.expect("a database");
    migrations::run(&db).await.expect("the schema");
    let limit = async |pages: &str| {
        let mut session = db.session().await.expect("a session");
        session.script(&format!("PRAGMA max_page_count = {pages}")).await.expect("a limit");
    };
    limit("1").await;
    let mut accepted = Vec::new();
    let refusal = loop {
        let number = i64::try_from(accepted.len()).expect("few");
        match insert(&db, number).await {
            Ok(()) => accepted.push(number),
            Err(refusal) => break refusal,
        }
    };
    assert!(matches!(&refusal, DbError::Unavailable(text) if text.contains("full")), "{refusal:?}");
    assert!(db.write_failed());
    // The limit belongs to the connection: one that had to be closed would not have it.
    limit("1").await;
    assert!(migrations::try_write(&db).await.is_err() && db.write_failed());
    limit("1000000").await;
    migrations::try_write(&db).await.expect("a write");
    assert!(!db.write_failed());
    insert(&db, 100_000).await.expect("an insert");
    accepted.push(100_000);
    assert_eq!(numbers(&db).await, accepted);
}
