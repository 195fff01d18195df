use std::{collections::HashSet, future::pending};

use polaris::backend::{
    db::sql,
    instance::{ClaimError, Lease},
};

use super::*;
use crate::backend::rows::integers;

async fn slow(bench: &Bench) -> Partner {
    Partner::new(bench, |path, _| match path {
        USER => no(404, "没有该用户"),
        _ => yes().set_delay(Duration::from_millis(20)),
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn several_instances_share_the_work_and_no_row_is_delivered_twice() {
    on_both_engines(|bench| async move {
        let partner = slow(&bench).await;
        for number in 1..=9 {
            let member = member(&bench, number).await;
            for code in ["A", "B", "C"] {
                enqueue(&partner.backend, bound(&format!("{code}{number}"), member)).await;
            }
        }
        let (stop, stopped) = tokio::sync::watch::channel(false);
        let workers: Vec<_> = (0..3)
            .map(|number| {
                let (backend, mut stopped) = (partner.instance(&bench, number), stopped.clone());
                tokio::spawn(async move {
                    outbox::run(backend, async move {
                        let _ = stopped.wait_for(|stop| *stop).await;
                    })
                    .await;
                })
            })
            .collect();
        settle(&partner.backend).await;
        stop.send(true).expect("workers");
        for worker in workers {
            worker.await.expect("a worker");
        }
        let heard = partner.heard(BIND).await;
        let different: HashSet<_> = heard.iter().map(|call| call["batteryCode"].to_string()).collect();
        assert_eq!((heard.len(), different.len()), (27, 27));
    })
    .await;
}

#[tokio::test]
async fn a_row_whose_instance_has_crashed_is_delivered_when_its_lease_ends_and_not_before() {
    on_both_engines(|bench| async move {
        let partner = slow(&bench).await;
        let id = enqueue(&partner.backend, bound("BT0001", member(&bench, 1).await)).await;
        let later = enqueue(&partner.backend, bound("BT0001", member(&bench, 2).await)).await;
        leased(&partner.backend, id, 7, 60_000).await;
        assert_eq!(outbox::deliver_due(&partner.backend).await, 0, "the other instance is at work");
        outbox::deliver_now(&partner.backend, &[id, later]).await;
        assert!(partner.heard(BIND).await.is_empty());
        leased(&partner.backend, id, 7, -1).await;
        settle(&partner.backend).await;
        assert_eq!(partner.heard(BIND).await.len(), 2);
        assert_eq!(state(&partner.backend, id).await, "done");
    })
    .await;
}

#[tokio::test]
async fn the_rows_of_an_instance_that_has_crashed_are_free_with_its_number_and_those_of_a_living_one_are_not() {
    on_both_engines(|bench| async move {
        let partner = slow(&bench).await;
        let db = bench.backend.db();
        let crashed = Lease::claim(db, Some(3)).await.expect("a lease");
        let living = Lease::claim(db, Some(4)).await.expect("a lease");
        let mut ids = Vec::new();
        for (number, lease) in [(1, &crashed), (2, &living)] {
            ids.push(enqueue(&partner.backend, bound(&format!("BT000{number}"), member(&bench, number).await)).await);
            leased(&partner.backend, ids[ids.len() - 1], lease.instance().owner, 60_000).await;
        }
        drop(crashed);
        let mut session = db.transaction().await.expect("a transaction");
        session.execute(sql("UPDATE instance SET lease_until = 0 WHERE number = 3")).await.expect("ended");
        session.commit().await.expect("committed");

        let again = Lease::claim(db, Some(3)).await.expect("a lease");
        assert_eq!(state(&partner.backend, ids[0]).await, "pending");
        assert_eq!(state(&partner.backend, ids[1]).await, "delivering");
        assert_eq!(outbox::deliver_due(&partner.backend).await, 1);
        living.release().await.expect("released");
        assert_eq!(state(&partner.backend, ids[1]).await, "pending", "what it gives up is free too");
        again.release().await.expect("released");
    })
    .await;
}

#[tokio::test]
async fn after_a_stall_that_kept_everybody_from_renewing_nobody_who_lives_is_taken_for_dead() {
    on_both_engines(|bench| async move {
        let db = bench.backend.db();
        let mut leases = Vec::new();
        for number in [3, 4, 5] {
            leases.push(Lease::claim(db, Some(number)).await.expect("a lease"));
        }
        drop(leases.remove(0));
        let mut session = db.transaction().await.expect("a transaction");
        session.execute(sql("UPDATE instance SET lease_until = 0")).await.expect("ended");
        session.commit().await.expect("committed");
        let (alive, dead) = tokio::join!(Lease::claim(db, Some(4)), Lease::claim(db, Some(3)));
        assert!(matches!(alive, Err(ClaimError::InUse(4))), "{alive:?}");
        let dead = dead.expect("nobody has it any more");
        assert_eq!(integers(&bench, "SELECT number AS value FROM instance ORDER BY number").await, [3, 4, 5]);
        for lease in leases.into_iter().chain([dead]) {
            lease.release().await.expect("released");
        }
    })
    .await;
}

#[tokio::test]
async fn a_second_worker_leaves_the_rows_of_one_with_the_same_number_alone() {
    on_both_engines(|bench| async move {
        let partner = slow(&bench).await;
        let id = enqueue(&partner.backend, bound("BT0001", member(&bench, 1).await)).await;
        let first = partner.backend.clone();
        let attempt = tokio::spawn(async move { outbox::deliver_now(&first, &[id]).await });
        while partner.heard(BIND).await.is_empty() {
            tokio::task::yield_now().await;
        }
        let second = outbox::run(partner.instance(&bench, 0), pending());
        let _ = tokio::time::timeout(Duration::from_millis(100), second).await;
        attempt.await.expect("an attempt");
        assert_eq!(partner.heard(BIND).await.len(), 1);
        assert_eq!(state(&partner.backend, id).await, "done");
    })
    .await;
}

#[tokio::test]
async fn an_instance_that_has_lost_its_lease_does_not_end_the_row() {
    on_both_engines(|bench| async move {
        let partner = slow(&bench).await;
        let id = enqueue(&partner.backend, bound("BT0001", member(&bench, 1).await)).await;
        let (backend, slow) = (partner.backend.clone(), partner.backend.clone());
        let attempt = tokio::spawn(async move { outbox::deliver_now(&slow, &[id]).await });
        while partner.heard(BIND).await.is_empty() {
            tokio::task::yield_now().await;
        }
        leased(&backend, id, 7, 60_000).await;
        attempt.await.expect("an attempt");
        assert_eq!(state(&backend, id).await, "delivering");
    })
    .await;
}

#[tokio::test]
async fn a_caller_that_goes_away_does_not_interrupt_an_attempt() {
    on_both_engines(|bench| async move {
        let partner = slow(&bench).await;
        let id = enqueue(&partner.backend, bound("BT0001", member(&bench, 1).await)).await;
        let ids = [id];
        tokio::select! {
            () = outbox::deliver_now(&partner.backend, &ids) => panic!("too fast"),
            () = a_moment() => {}
        }
        settle(&partner.backend).await;
        assert_eq!(partner.heard(BIND).await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_row_of_a_change_that_is_not_committed_is_not_delivered() {
    on_both_engines(|bench| async move {
        let partner = slow(&bench).await;
        let member = member(&bench, 1).await;
        let mut session = partner.backend.db().transaction().await.expect("a transaction");
        outbox::enqueue(&mut session, &partner.backend, bound("BT0001", member)).await.expect("enqueued");
        drop(session);
        let worker = outbox::run(partner.backend.clone(), pending());
        let _ = tokio::time::timeout(Duration::from_millis(50), worker).await;
        assert!(partner.heard(BIND).await.is_empty());
    })
    .await;
}

/// Makes `id` a row that `owner` delivers for so many milliseconds more.
async fn leased(backend: &Backend, id: i64, owner: i64, milliseconds: i64) {
    let end = jiff::Timestamp::now().as_millisecond() + milliseconds;
    let statement =
        sql("UPDATE delivery SET state = 'delivering', attempts = attempts + 1, lease_owner = ").bind(owner);
    let statement = statement.push(", next_at = ").bind(end).push(" WHERE id = ").bind(id);
    let mut session = backend.db().transaction().await.expect("a transaction");
    session.execute(statement).await.expect("leased");
    session.commit().await.expect("committed");
}
