use contracts::weichuang::{QueryBatteriesRequest, WeichuangApi};
use serde_json::json;

use super::*;

const SYNC: &str = "/asset/binding/sync";

/// So many members with a battery each, S1 and on.
async fn bindings(bench: &Bench, count: usize) {
    let mut session = bench.backend.db().transaction().await.expect("a transaction");
    let range = 1..=count;
    let member = |n: usize| format!("({n}, '{}', 1, 0)", 13_900_000_000 + n);
    let battery = |n: usize| format!("('S{n}')");
    let binding = |n: usize| format!("({n}, {n}, 'S{n}', 1630634400000)");
    let list = |row: &dyn Fn(usize) -> String| range.clone().map(row).collect::<Vec<_>>().join(", ");
    let script = format!(
        "INSERT INTO member (id, phone, state, registered_at) VALUES {}; UPDATE member SET weichuang_user_id = 'U' || id; \
         INSERT INTO battery (code) VALUES {}; \
         INSERT INTO battery_binding (id, member_id, battery_code, bound_at) VALUES {};",
        list(&member),
        list(&battery),
        list(&binding)
    );
    session.script(&script).await.expect("the bindings");
    session.commit().await.expect("committed");
}

#[tokio::test]
async fn all_current_bindings_go_in_batches_of_500() {
    on_both_engines(|bench| async move {
        bindings(&bench, 1100).await;
        let partner = Partner::new(&bench, |_, _| with(json!({"results": []}))).await;
        let report = outbox::sync_bindings(&partner.backend).await.expect("a report");
        assert_eq!((report.bindings, report.batches, report.refused.len()), (1100, 3, 0));
        assert!(report.undelivered.is_empty());
        let heard = partner.heard(SYNC).await;
        let sizes: Vec<_> = heard.iter().map(|call| call["bindings"].as_array().expect("bindings").len()).collect();
        assert_eq!(sizes, [500, 500, 100]);
        let first = json!({"assetType": 2, "assetCode": "S1", "userId": "U1", "userPhone": "13900000001", "state": 1,
            "operateTime": "2021-09-03 10:00:00"});
        assert_eq!(heard[0]["bindings"][0], first);
        assert_ne!(heard[0]["batchNo"], heard[1]["batchNo"]);
    })
    .await;
}

#[tokio::test]
async fn what_weichuang_refuses_is_reported_and_the_rest_is_kept_there() {
    on_both_engines(|bench| async move {
        // BT0001 is free there, BT0003 is bound to somebody else, S1 is unknown.
        bindings(&bench, 3).await;
        let mut session = bench.backend.db().transaction().await.expect("a transaction");
        let script = "UPDATE battery_binding SET battery_code = 'BT0001' WHERE id = 2; \
                      UPDATE battery_binding SET battery_code = 'BT0003' WHERE id = 3; \
                      UPDATE member SET weichuang_user_id = NULL;";
        session.script(script).await.expect("changed");
        session.commit().await.expect("committed");
        let report = outbox::sync_bindings(&bench.backend).await.expect("a report");
        let refused: Vec<_> = report.refused.iter().map(|one| (one.battery_code.as_str(), one.result)).collect();
        assert_eq!((report.bindings, refused), (3, vec![("S1", 404), ("BT0003", 409)]));
        assert!(report.refused.iter().all(|one| one.msg.is_some()));
        let request = QueryBatteriesRequest { battery_code: "BT0001".into() };
        let battery = bench.mock.weichuang().query_batteries(request).await.expect("the battery");
        assert_eq!(battery.battery_list[0].user_id.as_deref(), Some("2"));
    })
    .await;
}

#[tokio::test]
async fn a_batch_without_an_answer_stays_in_the_outbox_with_its_number_and_later_changes_wait_for_it() {
    on_both_engines(|bench| async move {
        bindings(&bench, 2).await;
        let broken = Partner::new(&bench, |_, _| wiremock::ResponseTemplate::new(502)).await;
        let report = outbox::sync_bindings(&broken.backend).await.expect("a report");
        assert_eq!((report.batches, report.undelivered.len()), (1, 1));
        let unbound = Message::Binding { battery_code: "S2".into(), member_id: 2, bound: false };
        let later = enqueue(&broken.backend, unbound).await;
        outbox::deliver_now(&broken.backend, &[later]).await;
        assert_eq!(delivery(&broken.backend, later).await.attempts, 0);

        let mended = Partner::new(&bench, |_, _| yes()).await;
        settle(&mended.backend).await;
        assert_eq!(state(&bench.backend, later).await, "done");
        assert_eq!(broken.heard(SYNC).await[0], mended.heard(SYNC).await[0]);
    })
    .await;
}
