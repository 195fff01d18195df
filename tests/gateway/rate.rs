use std::{num::NonZeroU32, time::Duration};

use contracts::runtime::signature::Method;
use polaris::{
    backend::db::{Engine, sql},
    gateway::{Credentials, Rate},
};
use serde_json::json;

use super::{
    Front, everything,
    front::{ORDERS, orders, signed},
    now,
};
use crate::{
    backend::{self, Bench},
    support::SIDES,
};

#[tokio::test]
async fn an_app_that_calls_too_often_hears_when_to_come_again_and_others_call_on() {
    let number = |number| NonZeroU32::new(number).expect("a number");
    let rate = Rate { per_second: number(1), burst: number(3) };
    let front = Front::limited(Bench::in_memory().await, rate).await;
    let (busy, quiet) = (front.app(everything()).await, front.app(everything()).await);
    let body = json!({"pageNo": 1, "pageSize": 20});
    let mut replies = Vec::new();
    for _ in 0..6 {
        replies.push(front.call(&busy, ORDERS, &body).await);
    }
    let refused: Vec<_> = replies.iter().filter(|reply| reply.status != 200).collect();
    assert!((2..=3).contains(&refused.len()), "{replies:?}");
    for reply in refused {
        assert_eq!((reply.status, reply.header("retry-after")), (429, Some("1")), "{reply:?}");
        SIDES[1].assert_failure(429, &reply.json(), "too often");
    }
    assert_eq!(front.call(&quiet, ORDERS, &body).await.status, 200);
}

#[tokio::test]
async fn whoever_cannot_sign_uses_up_nobodys_calls_and_one_that_came_too_often_may_come_again_as_it_is() {
    let one = NonZeroU32::MIN;
    let front = Front::limited(Bench::in_memory().await, Rate { per_second: one, burst: one }).await;
    let app = front.app(everything()).await;
    let stranger = Credentials { secret: Credentials::random().secret, ..app.clone() };
    for _ in 0..5 {
        assert_eq!(front.call(&stranger, ORDERS, &json!({})).await.status, 401);
    }
    let path = |app| format!("/kop/{ORDERS}?{}", signed(app, Method::HmacSha256, ORDERS, now(), &orders()).to_query());
    assert_eq!(front.post(&path(&app), &orders()).await.status, 200);
    let second = path(&app);
    assert_eq!(front.post(&second, &orders()).await.status, 429);
    tokio::time::sleep(Duration::from_millis(1100)).await;
    assert_eq!(front.post(&second, &orders()).await.status, 200);
}

#[tokio::test]
async fn a_captured_call_in_a_loop_uses_up_nothing_of_its_apps_calls_and_asks_the_database_but_once() {
    let slow = Rate { per_second: NonZeroU32::MIN, burst: NonZeroU32::new(3).expect("a number") };
    backend::on_both_engines(|bench| async move {
        let front = Front::limited(bench, slow).await;
        let app = front.app(everything()).await;
        let call =
            || format!("/kop/{ORDERS}?{}", signed(&app, Method::HmacSha256, ORDERS, now(), &orders()).to_query());
        let captured = call();
        assert_eq!(front.post(&captured, &orders()).await.status, 200);
        // Instances that share a PostgreSQL know of each other's calls.
        let another = front.another_limited(slow).await;
        let shared = front.bench.backend.db().engine() == Engine::Postgres;
        let servers = if shared { vec![front.url(), another.url()] } else { vec![front.url()] };
        for server in &servers {
            assert_eq!(front.post_to(server, &captured, &orders()).await.status, 401);
        }
        rename(&front, "accepted_sign", "away").await;
        for server in &servers {
            for _ in 0..20 {
                let replayed = front.post_to(server, &captured, &orders()).await;
                assert_eq!(replayed.status, 401, "{replayed:?}");
            }
        }
        let fresh = call();
        if shared {
            // What fails here may come again as it is.
            assert_eq!(front.post(&fresh, &orders()).await.status, 503);
        }
        rename(&front, "away", "accepted_sign").await;
        for (index, server) in servers.iter().enumerate() {
            // The first process has taken two calls, and the other none.
            let left = if index == 0 { vec![fresh.clone()] } else { vec![call(), call(), call()] };
            for call in left {
                assert_eq!(front.post_to(server, &call, &orders()).await.status, 200, "{server}");
            }
        }
    })
    .await;
}

async fn rename(front: &Front, from: &str, to: &str) {
    let mut session = front.bench.backend.db().transaction().await.expect("a transaction");
    session.execute(sql(&format!("ALTER TABLE {from} RENAME TO {to}"))).await.expect("renamed");
    session.commit().await.expect("committed");
}
