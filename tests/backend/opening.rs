//! Opening a database that several processes may open.

use futures_util::future::join_all;
use polaris::backend::{db::Db, migrations};

use crate::support::Folder;

#[tokio::test(flavor = "multi_thread")]
async fn a_new_file_may_be_opened_and_migrated_by_many_at_once() {
    for _ in 0..50 {
        let folder = Folder::new("opening");
        let opened = (0..8).map(|_| {
            let url = folder.database();
            tokio::spawn(async move { migrations::run(&Db::open(&url, 4).await?).await })
        });
        let steps = join_all(opened).await.into_iter().map(|steps| steps.expect("no panic").expect("a database"));
        assert_eq!(steps.sum::<usize>(), 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn opening_a_new_file_never_meets_itself() {
    for _ in 0..2000 {
        let folder = Folder::new("opening");
        let db = Db::open(&folder.database(), 4).await.expect("a database");
        db.close().await;
    }
}
