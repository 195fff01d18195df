use polaris::backend::{
    db::{Engine, sql},
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
async fn no_entry_of_the_audit_log_can_be_changed_or_taken_away() {
    on_both_engines(|bench| async move {
        let db = bench.backend.db();
        let mut session = db.session().await.expect("a session");
        let entry = "INSERT INTO audit (id, at, operation, entity) VALUES (1, 1, 'tankUpdate', 'tank TK0001')";
        session.execute(sql(entry)).await.expect("an entry");
        let count = "SELECT COUNT(*) AS value FROM audit";
        let mut entries = async || -> i64 {
            let row = session.first(sql(count)).await.expect("a count").expect("a row");
            row.get("value").expect("a number")
        };
        let before = entries().await;
        let mut attempts = vec!["UPDATE audit SET operator = 'OP1'", "DELETE FROM audit"];
        match db.engine() {
            Engine::Postgres => attempts.push("TRUNCATE audit"),
            Engine::Sqlite => {
                attempts
                    .push("INSERT OR REPLACE INTO audit (id, at, operation, entity) SELECT id, 0, '', '' FROM audit");
            }
        }
        for attempt in attempts {
            let mut other = db.session().await.expect("a session");
            let refusal = other.execute(sql(attempt)).await.expect_err(attempt).to_string();
            assert!(refusal.contains("append-only"), "{attempt}: {refusal}");
        }
        assert_eq!(entries().await, before);
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
