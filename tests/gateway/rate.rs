use std::{num::NonZeroU32, time::Duration};

use contracts::runtime::signature::Method;
use polaris::gateway::{Credentials, Rate};
use serde_json::json;

use super::{
    Front, everything,
    front::{ORDERS, orders, signed},
    now,
};
use crate::{backend::Bench, support::SIDES};

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
