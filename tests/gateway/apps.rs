use std::time::Duration;

use contracts::runtime::signature::Method;
use polaris::{
    backend::db::{Cell, sql},
    gateway::{
        Credentials, SealingKey,
        apps::{self, NewApp},
    },
};
use serde_json::json;

use super::{
    Front, everything,
    front::{ORDERS, orders, signed},
    now, on_both_engines,
};

async fn status(front: &Front, app: &Credentials) -> u16 {
    front.call(app, ORDERS, &json!({"pageNo": 1, "pageSize": 20})).await.status
}

#[tokio::test]
async fn an_app_may_call_at_once() {
    on_both_engines(|front| async move {
        for _ in 0..3 {
            let app = front.app(everything()).await;
            assert_eq!(status(&front, &app).await, 200);
        }
    })
    .await;
}

#[tokio::test]
async fn during_a_rotation_both_secrets_are_valid_and_never_a_third() {
    on_both_engines(|front| async move {
        let first = front.app(everything()).await;
        let rotate = async |grace| {
            let day = Duration::from_secs(grace);
            apps::rotate(&front.bench.backend, &front.key, &first.app_key, day).await.expect("a secret")
        };
        let second = rotate(86_400).await;
        assert_eq!((status(&front, &first).await, status(&front, &second).await), (200, 200));
        let third = rotate(86_400).await;
        soon(&front, &first, 401).await;
        assert_eq!((status(&front, &second).await, status(&front, &third).await), (200, 200));
        let fourth = rotate(0).await;
        soon(&front, &third, 401).await;
        assert_eq!((status(&front, &second).await, status(&front, &fourth).await), (401, 200));
    })
    .await;
}

/// The gateway knows within a second or two.
async fn soon(front: &Front, app: &Credentials, wanted: u16) {
    for _ in 0..30 {
        if status(front, app).await == wanted {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("not {wanted} after three seconds");
}

#[tokio::test]
async fn a_disabled_app_calls_no_more() {
    on_both_engines(|front| async move {
        let app = front.app(everything()).await;
        assert_eq!(status(&front, &app).await, 200);
        apps::disable(&front.bench.backend, &app.app_key).await.expect("disabled");
        soon(&front, &app, 401).await;
        let reply = front.call(&app, ORDERS, &json!({})).await;
        assert_eq!(reply.json()["msg"], "签名校验失败：应用已停用");
        assert!(apps::disable(&front.bench.backend, "nobody").await.is_err());
    })
    .await;
}

#[tokio::test]
async fn no_secret_stands_in_the_database() {
    on_both_engines(|front| async move {
        let app = front.app(everything()).await;
        let mut session = front.bench.backend.db().session().await.expect("a session");
        for table in ["app", "app_merchant", "app_secret", "accepted_sign", "audit"] {
            let rows = session.all(sql("SELECT * FROM ").push(table)).await.expect("rows");
            for (column, cell) in rows.iter().flat_map(|row| row.cells().expect("cells")) {
                let shown = matches!(&cell, Cell::Text(text) if text.contains(&app.secret.0));
                assert!(!shown, "{table}.{column}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn under_another_sealing_key_an_app_cannot_call() {
    on_both_engines(|front| async move {
        let elsewhere = apps::create(&front.bench.backend, &SealingKey::random(), &everything()).await.expect("an app");
        let query = signed(&elsewhere, Method::HmacSha256, ORDERS, now(), &orders()).to_query();
        assert_eq!(front.post(&format!("/kop/{ORDERS}?{query}"), &orders()).await.status, 401);
    })
    .await;
}

#[tokio::test]
async fn merchants_are_named_by_any_of_their_codes_and_must_be_there() {
    on_both_engines(|front| async move {
        let of = |merchants: &[&str]| NewApp {
            merchants: Some(merchants.iter().map(|name| (*name).to_owned()).collect()),
            ..everything()
        };
        front.app(of(&["1001", "BCD001", "ABC001"])).await;
        front.app(of(&["ABC002", "1001"])).await;
        let mut session = front.bench.backend.db().session().await.expect("a session");
        let listed = apps::list(&mut session).await.expect("apps");
        let mut merchants: Vec<_> = listed.iter().map(|app| app.merchants.clone().expect("merchants")).collect();
        merchants.sort_by_key(Vec::len);
        assert_eq!(merchants, [vec!["BCD001"], vec!["BCD001", "BCD002"]]);
        for named in [&["BCD009"][..], &["9999"], &["1001", ""], &[]] {
            assert!(apps::create(&front.bench.backend, &front.key, &of(named)).await.is_err(), "{named:?}");
        }
    })
    .await;
}
