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

#[tokio::test]
async fn gifts_of_before_belong_to_the_apps_that_have_granted_them() {
    on_both_engines(|bench| async move {
        let db = bench.backend.db();
        let mut session = db.transaction().await.expect("a transaction");
        // As the first step has left it.
        let before = "DROP TABLE package_gift; DROP TABLE accepted_ahead; DELETE FROM accepted_sign;
            DELETE FROM schema_step WHERE number >= 2;
            CREATE TABLE package_gift (id BIGINT PRIMARY KEY, gift_no TEXT NOT NULL UNIQUE,
                member_id BIGINT NOT NULL REFERENCES member (id), package_name TEXT NOT NULL, package_type TEXT NOT NULL,
                amount BIGINT NOT NULL, status BIGINT NOT NULL, operator_id TEXT, operator_name TEXT,
                granted_at BIGINT NOT NULL, remark TEXT);
            CREATE INDEX package_gift_by_member ON package_gift (member_id, id);
            CREATE INDEX package_gift_by_status ON package_gift (status, id);
            INSERT INTO member (id, phone, state, registered_at) VALUES (1, '13900000001', 1, 0);
            INSERT INTO audit (id, at, operation, app, entity) VALUES
                (1, 1, 'grantPackageGift', 'one', 'gift 1'), (2, 1, 'revokePackageGift', 'two', 'gift 1'),
                (3, 1, 'grantPackageGift', NULL, 'gift 2');
            INSERT INTO package_gift VALUES (1, 'G1', 1, 'p', '月卡', 1, 2, 'OP1', 'op', 5, 'r'),
                (2, 'G2', 1, 'p', '月卡', 1, 1, NULL, NULL, 5, NULL), (3, 'G3', 1, 'p', '次卡', 1, 1, NULL, NULL, 5, NULL);";
        session.script(before).await.expect("the first schema");
        session.commit().await.expect("committed");
        assert_eq!(migrations::state(db).await.expect("a state"), State::Behind(1));
        assert_eq!(migrations::run(db).await.expect("upgraded"), 1);
        let mut session = db.session().await.expect("a session");
        let select = "SELECT app || ' ' || gift_no || ' ' || status || ' ' || COALESCE(operator_id, '-') AS value \
                      FROM package_gift ORDER BY id";
        let rows = session.all(sql(select)).await.expect("rows");
        let rows: Vec<String> = rows.iter().map(|row| row.get("value").expect("a text")).collect();
        assert_eq!(rows, ["one G1 2 OP1", " G2 1 -", " G3 1 -"]);
        let again = "INSERT INTO package_gift (id, app, gift_no, member_id, package_name, package_type, amount, status, \
                     granted_at) VALUES (4, 'two', 'G1', 1, 'p', '月卡', 1, 1, 5)";
        session.execute(sql(again)).await.expect("another app's number");
        assert!(session.execute(sql(&again.replace("(4,", "(5,"))).await.is_err(), "the same app's");
    })
    .await;
}
