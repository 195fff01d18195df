use polaris::backend::{
    db::sql,
    migrations::{self, State},
};

use super::on_both_engines;

#[tokio::test]
async fn a_migrated_database_is_current_and_migrating_again_changes_nothing() {
    on_both_engines(|bench| async move {
        let db = bench.backend.db();
        assert_eq!(migrations::state(db).await.expect("a state"), State::Current);
        assert_eq!(migrations::run(db).await.expect("no step"), 0);
    })
    .await;
}

#[tokio::test]
async fn a_database_that_a_later_binary_has_migrated_is_ahead() {
    on_both_engines(|bench| async move {
        let mut session = bench.backend.db().transaction().await.expect("a transaction");
        session.execute(sql("INSERT INTO schema_step (number) VALUES (1000)")).await.expect("a step");
        session.commit().await.expect("committed");
        assert_eq!(migrations::state(bench.backend.db()).await.expect("a state"), State::Ahead(1));
    })
    .await;
}
