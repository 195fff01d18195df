use std::{
    sync::{Arc, Mutex},
    time::Instant,
};

use contracts::internal::RetryDeliveryRequest;
use polaris::backend::db::Engine;

use super::*;

/// How long Weichuang takes to answer.
const ANSWER: Duration = Duration::from_millis(60);

/// Makes PostgreSQL take its time between choosing a row and the commit that leases it.
const SLOW_LEASES: &str = "CREATE FUNCTION slow_lease() RETURNS trigger LANGUAGE plpgsql AS \
    'BEGIN IF NEW.state = ''delivering'' THEN PERFORM pg_sleep(0.05); END IF; RETURN NEW; END'; \
    CREATE TRIGGER slow_lease BEFORE UPDATE ON delivery FOR EACH ROW EXECUTE FUNCTION slow_lease()";

#[tokio::test(flavor = "multi_thread")]
async fn a_parked_row_that_is_retried_while_a_later_one_is_being_taken_is_not_sent_beside_it() {
    on_both_engines(|bench| async move {
        let calls = Arc::new(Mutex::new(Vec::new()));
        let heard = Arc::clone(&calls);
        let partner = Partner::new(&bench, move |path, body| {
            if path == USER {
                return no(404, "没有该用户");
            }
            let mut calls = heard.lock().expect("calls");
            calls.push((body["userPhone"].to_string(), Instant::now()));
            if calls.len() == 1 { no(409, "已绑定") } else { yes().set_delay(ANSWER) }
        })
        .await;
        let parked = enqueue(&partner.backend, bound("BT0001", member(&bench, 1).await)).await;
        outbox::deliver_now(&partner.backend, &[parked]).await;
        assert_eq!(state(&partner.backend, parked).await, "parked");
        if bench.backend.db().engine() == Engine::Postgres {
            let mut session = bench.backend.db().session().await.expect("a session");
            session.script(SLOW_LEASES).await.expect("a trigger");
        }

        let later = enqueue(&partner.backend, bound("BT0001", member(&bench, 2).await)).await;
        let other = partner.instance(&bench, 1);
        let taking = tokio::spawn(async move { outbox::deliver_now(&other, &[later]).await });
        a_moment().await;
        partner.backend.retry_delivery(RetryDeliveryRequest { id: parked }).await.expect("pending again");
        outbox::deliver_now(&partner.backend, &[parked]).await;
        taking.await.expect("delivered");
        settle(&partner.backend).await;

        let calls = calls.lock().expect("calls");
        assert_eq!(calls.len(), 3, "{calls:?}");
        assert!(calls[2].1 - calls[1].1 >= ANSWER, "one after the other's answer: {calls:?}");
    })
    .await;
}
