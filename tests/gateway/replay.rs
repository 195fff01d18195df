use contracts::runtime::signature::Method;
use polaris::backend::{
    db::{Db, Engine, sql},
    migrations,
};
use tokio::task::JoinSet;

use super::{
    everything,
    front::{Front, ORDERS, orders, signed},
    now, on_both_engines,
};
use crate::{
    backend::Bench,
    support::{Around, Cluster},
};

const REPLAYED: &str = "签名校验失败：该签名已使用过";

#[tokio::test]
async fn a_signature_is_accepted_once_in_any_case_of_its_digits() {
    on_both_engines(|front| async move {
        let app = front.app(everything()).await;
        for method in Method::ALL {
            let mut parameters = signed(&app, method, ORDERS, now(), &orders());
            let path = format!("/kop/{ORDERS}?{}", parameters.to_query());
            assert_eq!(front.post(&path, &orders()).await.status, 200);
            let again = front.post(&path, &orders()).await;
            assert_eq!((again.status, &again.json()["msg"]), (401, &REPLAYED.into()), "{method}");
            let shouted = parameters.get("sign").expect("a signature").to_ascii_uppercase();
            parameters.set("sign", shouted);
            let shouted = front.post(&format!("/kop/{ORDERS}?{}", parameters.to_query()), &orders()).await;
            assert_eq!(shouted.status, 401, "{shouted:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn of_many_at_once_one_is_accepted_across_instances_too() {
    on_both_engines(|front| async move {
        let app = front.app(everything()).await;
        // On SQLite one process faces the callers.
        let shared = front.bench.backend.db().engine() == Engine::Postgres;
        let another = if shared { Some(front.another().await) } else { None };
        let urls = [front.url(), another.as_ref().map_or_else(|| front.url(), |another| another.url())];
        for _ in 0..5 {
            let query = signed(&app, Method::HmacSha256, ORDERS, now(), &orders()).to_query();
            let mut calls = JoinSet::new();
            for number in 0..12 {
                let call = reqwest::Client::new().post(format!("{}/kop/{ORDERS}?{query}", urls[number % 2]));
                let call = call.header("content-type", "application/json").body(orders());
                calls.spawn(async move { call.send().await.expect("an answer").status().as_u16() });
            }
            let statuses = calls.join_all().await;
            assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
            assert_eq!(statuses.iter().filter(|status| **status == 401).count(), 11, "{statuses:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_restart_does_not_let_a_call_pass_again() {
    on_both_engines(|mut front| async move {
        let app = front.app(everything()).await;
        let of = |offset: i64| {
            format!("/kop/{ORDERS}?{}", signed(&app, Method::HmacSha256, ORDERS, now() + offset, &orders()).to_query())
        };
        // One of now, and one of a caller whose clock is ahead.
        let accepted = [of(0), of(200_000)];
        let later = of(201_000);
        for call in accepted.iter().chain([&later]) {
            assert_eq!(front.post(call, &orders()).await.status, 200);
        }
        front.bench.set_clock("2021-09-03 10:00:02");
        front.restarted().await;
        for call in &accepted {
            assert_eq!(front.post(call, &orders()).await.status, 401, "{call}");
        }
        assert_eq!(front.post(&of(2_000), &orders()).await.status, 200);
        // Once its time has come, it is not dated ahead any more.
        front.bench.set_clock("2021-09-03 10:03:30");
        assert_eq!(front.post(&later, &orders()).await.status, 401);
    })
    .await;
}

#[tokio::test]
async fn a_crash_of_postgresql_does_not_let_a_call_pass_again_and_refuses_new_ones_for_a_second_alone() {
    // Unlike those of other tests, what it has committed is not lost with a crash.
    let around = Around { settings: "-c synchronous_commit=on".to_owned(), ..Around::default() };
    let Some(cluster) = Cluster::own(around) else { return };
    let db = Db::open(&cluster.url("postgres"), 4).await.expect("a database");
    migrations::run(&db).await.expect("the schema");
    let front = Front::of(Bench::new(db).await, false).await;
    let app = front.app(everything()).await;
    let of = |offset: i64| {
        format!("/kop/{ORDERS}?{}", signed(&app, Method::HmacSha256, ORDERS, now() + offset, &orders()).to_query())
    };
    // One of now, and one of a caller whose clock is ahead.
    let accepted = [of(0), of(200_000)];
    for call in &accepted {
        assert_eq!(front.post(call, &orders()).await.status, 200);
    }
    cluster.crash().await;
    front.bench.set_clock("2021-09-03 10:00:02");
    let another = front.another().await;
    for url in [front.url(), another.url()] {
        for call in &accepted {
            // Connections from before the crash may still have to be closed.
            let refused = loop {
                let reply = front.post_to(&url, call, &orders()).await;
                if reply.status != 503 {
                    break reply;
                }
            };
            assert_eq!(refused.status, 401, "{refused:?}");
        }
    }
    front.bench.set_clock("2021-09-03 10:00:04");
    assert_eq!(front.post(&of(3_900), &orders()).await.status, 200);
    front.bench.set_clock("2021-09-03 10:03:30");
    assert_eq!(front.post(&accepted[1], &orders()).await.status, 401);
}

#[tokio::test]
async fn a_signature_that_does_not_hold_uses_nothing_up() {
    on_both_engines(|front| async move {
        let app = front.app(everything()).await;
        let query = signed(&app, Method::HmacSha256, ORDERS, now(), &orders()).to_query();
        let path = format!("/kop/{ORDERS}?{query}");
        assert_eq!(front.post(&path, "{}").await.status, 401);
        assert_eq!(front.post(&path, &orders()).await.status, 200);
    })
    .await;
}

#[tokio::test]
async fn two_apps_may_have_the_same_signature() {
    on_both_engines(|front| async move {
        let (one, two) = (front.app(everything()).await, front.app(everything()).await);
        for app in [one, two] {
            let query = signed(&app, Method::HmacSha256, ORDERS, now(), &orders()).to_query();
            assert_eq!(front.post(&format!("/kop/{ORDERS}?{query}"), &orders()).await.status, 200);
        }
    })
    .await;
}

#[tokio::test]
async fn what_no_timestamp_could_bring_back_is_removed_from_the_database() {
    on_both_engines(|front| async move {
        let app = front.app(everything()).await;
        let kept = async || {
            let mut session = front.bench.backend.db().session().await.expect("a session");
            session.all(sql("SELECT sign FROM accepted_ahead")).await.expect("rows").len()
        };
        // Dated ahead, so that the database remembers for good.
        for (clock, offset, rows) in
            [("10:00:00", 1, 1), ("10:00:30", 31, 2), ("10:10:02", 603, 2), ("10:30:00", 1801, 1)]
        {
            front.bench.set_clock(&format!("2021-09-03 {clock}"));
            let timestamp = now() + offset * 1000;
            let query = signed(&app, Method::HmacSha256, ORDERS, timestamp, &orders()).to_query();
            assert_eq!(front.post(&format!("/kop/{ORDERS}?{query}"), &orders()).await.status, 200);
            assert_eq!(kept().await, rows, "{clock}");
        }
    })
    .await;
}
