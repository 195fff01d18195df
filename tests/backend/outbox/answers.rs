use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use polaris::backend::{Clock, Settings};
use serde_json::json;
use tokio::{io::AsyncReadExt, net::TcpListener};
use wiremock::ResponseTemplate;

use super::*;

/// A partner whose first answer to a binding is `first`, and whose second is yes.
async fn once(bench: &Bench, first: ResponseTemplate) -> Partner {
    let calls = AtomicUsize::new(0);
    Partner::new(bench, move |path, _| match path {
        USER => with(json!({"userId": "U1"})),
        _ if calls.fetch_add(1, Ordering::Relaxed) == 0 => first.clone(),
        _ => yes(),
    })
    .await
}

#[tokio::test]
async fn what_may_not_have_arrived_is_sent_again_just_the_same() {
    for (first, reason) in [
        (ResponseTemplate::new(500), "结果未知（HTTP 500）"),
        (ResponseTemplate::new(503).set_body_string("busy"), "结果未知（HTTP 503）"),
        (yes().set_delay(TOO_LONG), "结果未知（没有及时答复）"),
        (
            ResponseTemplate::new(200).set_body_string("<html>"),
            "微创的答复不合契约（HTTP 200）：不是有效的 JSON（第 1 行第 1 列）",
        ),
        (
            ResponseTemplate::new(200).set_body_json(json!({"result": "ok"})),
            "微创的答复不合契约（HTTP 200）：/result 不在允许的取值之内",
        ),
        (no(429, "慢一点"), "微创暂不受理（429）"),
        (no(401, "token"), "微创暂不受理（401）"),
    ] {
        on_both_engines(|bench| {
            let first = first.clone();
            async move {
                let partner = once(&bench, first).await;
                let id = enqueue(&partner.backend, bound("BT0001", member(&bench, 1).await)).await;
                outbox::deliver_now(&partner.backend, &[id]).await;
                let failed = delivery(&partner.backend, id).await;
                assert_eq!((failed.state.as_str(), failed.attempts), ("pending", 1), "{reason}");
                assert_eq!(failed.last_error.0.as_deref(), Some(reason));
                assert!(failed.next_attempt_time.0.is_some() && failed.done_time.0.is_none());

                settle(&partner.backend).await;
                let done = delivery(&partner.backend, id).await;
                assert_eq!((done.state.as_str(), done.attempts), ("done", 2), "{reason}");
                assert!(done.last_error.0.is_none() && done.done_time.0.is_some());
                let heard = partner.heard(BIND).await;
                assert_eq!(heard.len(), 2);
                assert_eq!(heard[0], heard[1]);
            }
        })
        .await;
    }
}

#[tokio::test]
async fn a_slow_answer_that_comes_in_time_counts() {
    on_both_engines(|bench| async move {
        let partner = once(&bench, yes().set_delay(Duration::from_millis(60))).await;
        let id = enqueue(&partner.backend, bound("BT0001", member(&bench, 1).await)).await;
        outbox::deliver_now(&partner.backend, &[id]).await;
        assert_eq!(state(&partner.backend, id).await, "done");
    })
    .await;
}

#[tokio::test]
async fn a_connection_that_breaks_or_is_refused_leaves_the_row_to_the_next_attempt() {
    on_both_engines(|bench| async move {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let calls = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&calls);
        let server = tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                counted.fetch_add(1, Ordering::Relaxed);
                // Some of the request is read, and the connection is gone.
                let _ = stream.read(&mut [0; 16]).await;
                let _ = stream.set_zero_linger();
            }
        });
        let broken = backend(&bench, &url, 0);
        let id = enqueue(&broken, bound("BT0001", member(&bench, 1).await)).await;
        outbox::deliver_now(&broken, &[id]).await;
        assert!(calls.load(Ordering::Relaxed) > 0);
        let failed = delivery(&broken, id).await;
        assert_eq!(failed.last_error.0.as_deref(), Some("结果未知（连接中断）"));
        server.abort();
        let _ = server.await;
        outbox::deliver_now(&broken, &[id]).await;
        let failed = delivery(&broken, id).await;
        assert_eq!((failed.state.as_str(), failed.attempts), ("pending", 2));
        assert_eq!(failed.last_error.0.as_deref(), Some("微创无法连接（连接被拒绝）"));
        outbox::deliver_now(&bench.backend, &[id]).await;
        assert_eq!(state(&broken, id).await, "done");
    })
    .await;
}

#[tokio::test]
async fn a_definite_refusal_parks_at_once_and_the_reason_is_visible() {
    on_both_engines(|bench| async move {
        let partner = once(&bench, no(409, "电池已绑定其他用户")).await;
        let one = member(&bench, 1).await;
        let ids = [
            enqueue(&partner.backend, bound("BT0001", one)).await,
            enqueue(&partner.backend, bound("BT0001", one)).await,
        ];
        outbox::deliver_now(&partner.backend, &ids).await;
        let parked = delivery(&partner.backend, ids[0]).await;
        assert_eq!((parked.state.as_str(), parked.attempts), ("parked", 1));
        assert_eq!(parked.last_error.0.as_deref(), Some("电池已绑定其他用户"));
        assert!(parked.next_attempt_time.0.is_none() && parked.done_time.0.is_none());
        assert_eq!(state(&partner.backend, ids[1]).await, "done", "a parked row blocks nobody");
    })
    .await;
}

#[tokio::test]
async fn the_last_failed_attempt_parks() {
    on_both_engines(|bench| async move {
        let partner = Partner::new(&bench, |path, _| match path {
            USER => with(json!({"userId": "U1"})),
            _ => ResponseTemplate::new(500),
        })
        .await;
        let id = enqueue(&partner.backend, bound("BT0001", member(&bench, 1).await)).await;
        settle(&partner.backend).await;
        let parked = delivery(&partner.backend, id).await;
        assert_eq!((parked.state.as_str(), parked.attempts), ("parked", 4));
        assert_eq!(partner.heard(BIND).await.len(), 4);
    })
    .await;
}

#[tokio::test]
async fn a_member_is_called_by_the_user_id_that_weichuang_tells_or_by_our_own_and_it_is_asked_once() {
    on_both_engines(|bench| async move {
        let partner = Partner::new(&bench, |path, body| match (path, body["phoneNo"].as_str()) {
            (USER, Some("13900000001")) => with(json!({"userId": "U77"})),
            (USER, _) => no(404, "没有该用户"),
            _ => yes(),
        })
        .await;
        let (known, unknown) = (member(&bench, 1).await, member(&bench, 2).await);
        for (battery, member) in [("BT0001", known), ("BT0002", unknown), ("BT0003", known), ("BT0004", unknown)] {
            let id = enqueue(&partner.backend, bound(battery, member)).await;
            outbox::deliver_now(&partner.backend, &[id]).await;
        }
        let told = partner.heard(BIND).await;
        let told: Vec<_> = told.iter().map(|call| call["userId"].as_str().expect("an id").to_owned()).collect();
        assert_eq!(told, ["U77".to_owned(), unknown.to_string(), "U77".to_owned(), unknown.to_string()]);
        assert_eq!(partner.heard(USER).await.len(), 2);
    })
    .await;
}

#[tokio::test]
async fn weichuang_is_not_told_of_a_binding_before_it_has_said_who_the_member_is() {
    on_both_engines(|bench| async move {
        let partner = Partner::new(&bench, |path, _| match path {
            USER => ResponseTemplate::new(500),
            _ => yes(),
        })
        .await;
        let id = enqueue(&partner.backend, bound("BT0001", member(&bench, 1).await)).await;
        outbox::deliver_now(&partner.backend, &[id]).await;
        assert_eq!(state(&partner.backend, id).await, "pending");
        assert!(partner.heard(BIND).await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn the_state_that_unbinds_is_a_setting() {
    on_both_engines(|bench| async move {
        let partner = Partner::new(&bench, |path, _| if path == USER { no(404, "没有该用户") } else { yes() }).await;
        let settings = Settings { unbind_state: 2, ..partner.backend.settings().clone() };
        let weichuang = partner.backend.weichuang().client().clone();
        let backend = Backend::new(bench.backend.db().clone(), Clock::real(), weichuang, settings);
        let unbound =
            Message::Binding { battery_code: "BT0001".to_owned(), member_id: member(&bench, 1).await, bound: false };
        for (backend, state) in [(&partner.backend, 0), (&backend, 2)] {
            let id = enqueue(backend, unbound.clone()).await;
            outbox::deliver_now(backend, &[id]).await;
            assert_eq!(partner.heard(BIND).await.last().expect("told")["state"], state);
        }
    })
    .await;
}
