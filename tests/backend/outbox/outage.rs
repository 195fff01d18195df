use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Instant,
};

use contracts::{
    internal::{BindBatteryRequest, StartMigrationRequest},
    polaris::{ListMembersRequest, PolarisApi},
};
use polaris::backend::{Settings, partner::Limits};
use serde_json::json;
use tokio::task::JoinSet;

use super::*;

/// A Weichuang that hangs until it is told to answer.
struct Hanging {
    partner: Partner,
    answers: Arc<AtomicBool>,
    calls: Arc<AtomicUsize>,
}

async fn hanging(bench: &Bench) -> Hanging {
    let (answers, calls) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let (is_back, counted) = (answers.clone(), calls.clone());
    let partner = Partner::new(bench, move |path, _| {
        counted.fetch_add(1, Ordering::Relaxed);
        let answer = if path == USER { with(json!({"userId": "U1"})) } else { yes() };
        if is_back.load(Ordering::Relaxed) { answer } else { answer.set_delay(TOO_LONG) }
    })
    .await;
    Hanging { partner, answers, calls }
}

/// `backend` with other limits.
fn limited(bench: &Bench, backend: &Backend, partner: Limits) -> Backend {
    let settings = Settings { partner, ..backend.settings().clone() };
    let now = bench.backend.now();
    let clock = polaris::backend::Clock::of(move || now);
    Backend::new(bench.backend.db().clone(), clock, backend.weichuang().client().clone(), settings)
}

#[tokio::test]
async fn a_caller_does_not_wait_for_a_weichuang_that_hangs_and_it_hears_of_the_change_later() {
    on_both_engines(|bench| async move {
        let hanging = hanging(&bench).await;
        let limits = Limits { concurrency: 2, patience: Duration::from_millis(50), ..Limits::default() };
        let backend = limited(&bench, &hanging.partner.backend, limits);
        for number in 1..=9 {
            member(&bench, number).await;
        }
        let begun = Instant::now();
        let mut calls = JoinSet::new();
        for number in 1..=9 {
            let backend = backend.clone();
            calls.spawn(async move {
                let phone_no = (13_900_000_000_i64 + number).to_string();
                backend.bind_battery(BindBatteryRequest { phone_no, battery_code: format!("BT000{number}") }).await
            });
        }
        for answer in calls.join_all().await {
            answer.expect("bound here");
        }
        let members = backend.list_members(ListMembersRequest::default()).await.expect("members");
        assert_eq!(members.result.len(), 9);
        assert!(begun.elapsed() < Duration::from_millis(900), "before any call has ended: {:?}", begun.elapsed());
        assert!(hanging.calls.load(Ordering::Relaxed) <= 2, "no more at a time than it may cost");

        hanging.answers.store(true, Ordering::Relaxed);
        settle(&hanging.partner.backend).await;
        assert_eq!(hanging.partner.heard(BIND).await.len(), 9);
    })
    .await;
}

#[tokio::test]
async fn an_outage_parks_nothing_and_ends_by_itself() {
    on_both_engines(|bench| async move {
        let nobody = backend(&bench, "http://127.0.0.1:9", 0);
        let pause = Duration::from_millis(20);
        let nobody = limited(&bench, &nobody, Limits { pause, ..Limits::default() });
        let mut ids = Vec::new();
        for number in 1..=7 {
            ids.push(enqueue(&nobody, bound(&format!("BT000{number}"), member(&bench, number).await)).await);
        }
        // Many more than a row has attempts.
        let mut attempts = 0;
        while attempts < 40 {
            attempts += outbox::deliver_due(&nobody).await;
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        for id in &ids {
            let waiting = delivery(&nobody, *id).await;
            assert_eq!(waiting.state, "pending", "{waiting:?}");
            assert!(waiting.attempts < 4, "{waiting:?}");
        }
        let partner = Partner::new(&bench, |_, _| yes()).await;
        settle(&partner.backend).await;
        assert_eq!(partner.heard(BIND).await.len(), 7);
    })
    .await;
}

#[tokio::test]
async fn while_weichuang_is_left_alone_nobody_calls_it_and_who_needs_it_hears_so_at_once() {
    on_both_engines(|bench| async move {
        let hanging = hanging(&bench).await;
        let pause = Duration::from_secs(3600);
        let backend = limited(&bench, &hanging.partner.backend, Limits { pause, ..Limits::default() });
        let start = || backend.start_migration(StartMigrationRequest { phone_no: "13333111222".to_owned() });
        let mut starts = JoinSet::new();
        for number in 0..5 {
            let backend = backend.clone();
            let phone_no = format!("1333311122{number}");
            starts.spawn(async move { backend.start_migration(StartMigrationRequest { phone_no }).await });
        }
        for answer in starts.join_all().await {
            assert_eq!(answer.expect_err("no answer").code, 502);
        }
        let calls = hanging.calls.load(Ordering::Relaxed);
        let begun = Instant::now();
        for _ in 0..5 {
            assert_eq!(start().await.expect_err("held back").code, 502);
        }
        let id = enqueue(&backend, bound("BT0001", member(&bench, 1).await)).await;
        outbox::deliver_now(&backend, &[id]).await;
        assert_eq!(outbox::deliver_due(&backend).await, 0);
        assert!(begun.elapsed() < Duration::from_millis(900), "{:?}", begun.elapsed());
        assert_eq!(hanging.calls.load(Ordering::Relaxed), calls, "nobody has called it");
        let waiting = delivery(&backend, id).await;
        assert_eq!((waiting.state.as_str(), waiting.attempts), ("pending", 0));
    })
    .await;
}

#[tokio::test]
async fn a_delivery_that_its_caller_does_not_wait_for_goes_on() {
    on_both_engines(|bench| async move {
        let hanging = hanging(&bench).await;
        hanging.answers.store(true, Ordering::Relaxed);
        let limits = Limits { patience: Duration::ZERO, ..Limits::default() };
        let backend = limited(&bench, &hanging.partner.backend, limits);
        let id = enqueue(&backend, bound("BT0001", member(&bench, 1).await)).await;
        outbox::deliver_now(&backend, &[id]).await;
        // No worker runs here: what was begun goes on.
        while state(&backend, id).await != "done" {
            a_moment().await;
        }
    })
    .await;
}
