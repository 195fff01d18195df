use contracts::internal::RetryDeliveryRequest;
use serde_json::json;
use wiremock::ResponseTemplate;

use super::*;
use crate::backend::rows::audited;

#[tokio::test]
async fn deliveries_are_listed_newest_first_by_state_and_kind() {
    on_both_engines(|bench| async move {
        let partner = Partner::new(&bench, |path, body| match (path, body["batteryCode"].as_str()) {
            (USER, _) => no(404, "没有该用户"),
            (_, Some("BT0002")) => no(409, "已绑定"),
            _ => yes(),
        })
        .await;
        let one = member(&bench, 1).await;
        let mut ids = Vec::new();
        for code in ["BT0001", "BT0002", "BT0003"] {
            ids.push(enqueue(&partner.backend, bound(code, one)).await);
        }
        ids.push(enqueue(&partner.backend, Message::MigrationComplete { member_id: one }).await);
        outbox::deliver_now(&partner.backend, &ids[..2]).await;
        let list = async |state: &str, kind: &str| {
            let request = ListDeliveriesRequest {
                state: Some(state.to_owned()),
                kind: Some(kind.to_owned()),
                ..ListDeliveriesRequest::default()
            };
            let page = bench.backend.list_deliveries(request).await.expect("deliveries");
            page.result.into_iter().map(|delivery| delivery.id).collect::<Vec<_>>()
        };
        assert_eq!(list("", "").await, [ids[3], ids[2], ids[1], ids[0]]);
        assert_eq!(list("pending", "").await, [ids[3], ids[2]]);
        assert_eq!(list("parked", "").await, [ids[1]]);
        assert_eq!(list("done", "updateBatteryBinding").await, [ids[0]]);
        assert_eq!(list("", "completeMigration").await, [ids[3]]);
        assert!(list("", "refundDeposit").await.is_empty());
        let done = delivery(&bench.backend, ids[0]).await;
        assert_eq!((done.subject.as_str(), done.create_time.as_str()), ("BT0001", "2021-09-03 10:00:00"));
        assert_eq!(done.done_time.0.as_deref(), Some("2021-09-03 10:00:00"));
        assert_eq!(delivery(&bench.backend, ids[3]).await.subject, one.to_string());
    })
    .await;
}

#[tokio::test]
async fn a_parked_delivery_waits_again_and_others_are_left_as_they_are() {
    on_both_engines(|bench| async move {
        let broken = Partner::new(&bench, |path, _| match path {
            USER => with(json!({"userId": "U1"})),
            _ => ResponseTemplate::new(500),
        })
        .await;
        let id = enqueue(&broken.backend, bound("BT0001", member(&bench, 1).await)).await;
        let retry = || broken.backend.retry_delivery(RetryDeliveryRequest { id });
        outbox::deliver_now(&broken.backend, &[id]).await;
        let before = delivery(&broken.backend, id).await;
        retry().await.expect("pending: nothing to do");
        assert_eq!(delivery(&broken.backend, id).await, before);

        settle(&broken.backend).await;
        assert_eq!(state(&broken.backend, id).await, "parked");
        retry().await.expect("waiting again");
        assert_eq!(state(&broken.backend, id).await, "pending");
        assert_eq!(audited(&bench, "retryDelivery").await, 1);
        let waiting = enqueue(&broken.backend, bound("BT0001", member(&bench, 2).await)).await;
        outbox::deliver_now(&broken.backend, &[waiting]).await;
        assert_eq!(delivery(&broken.backend, waiting).await.attempts, 0, "it has its old place again");

        let mended = Partner::new(&bench, |_, _| yes()).await;
        settle(&mended.backend).await;
        assert_eq!(state(&broken.backend, id).await, "done");
        assert_eq!(broken.heard(BIND).await[0], mended.heard(BIND).await[0]);
        assert_eq!(retry().await.expect_err("delivered").code, 409);
        let unknown = broken.backend.retry_delivery(RetryDeliveryRequest { id: 1 }).await;
        assert_eq!(unknown.expect_err("unknown").code, 404);
    })
    .await;
}
