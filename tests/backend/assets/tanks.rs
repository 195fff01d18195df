use contracts::polaris::{PolarisApi, TankUpdateRequest};
use futures_util::future::join_all;
use polaris::backend::db::sql;
use serde_json::{Value, json};

use super::{Bench, code, on_both_engines, texts};

fn moved(tank_code: &str, address: &str) -> TankUpdateRequest {
    TankUpdateRequest {
        tank_code: tank_code.into(),
        latitude: "39.92187".into(),
        longitude: "116.437105".into(),
        address: address.into(),
    }
}

/// The column of every audit entry of this operation, in order.
async fn audited(bench: &Bench, column: &str) -> Vec<Value> {
    let statement = sql("SELECT ").push(column).push(" AS text FROM audit WHERE operation = 'tankUpdate' ORDER BY id");
    let rows = texts(bench, statement).await;
    rows.into_iter().map(|text| serde_json::from_str(&text.expect("text")).expect("JSON")).collect()
}

#[tokio::test]
async fn a_tank_gets_its_new_place_and_the_audit_log_has_old_and_new() {
    on_both_engines(|bench| async move {
        bench.backend.tank_update(moved("TK0001", "北京市东城区朝阳门南小街18号")).await.expect("an update");
        let columns = "latitude || ' ' || longitude || ' ' || address";
        let place = sql("SELECT ").push(columns).push(" AS text FROM tank WHERE code = 'TK0001'");
        let place = texts(&bench, place).await;
        assert_eq!(place, [Some("39.92187 116.437105 北京市东城区朝阳门南小街18号".to_owned())]);
        let old = json!({"latitude": "39.924412", "longitude": "116.433617", "address": "北京市东城区朝阳门北大街8号"});
        assert_eq!(audited(&bench, "before").await, [old]);
        let new = json!({"latitude": "39.92187", "longitude": "116.437105", "address": "北京市东城区朝阳门南小街18号"});
        assert_eq!(audited(&bench, "after").await, [new]);
        let entities = texts(&bench, sql("SELECT entity AS text FROM audit WHERE operation = 'tankUpdate'")).await;
        assert_eq!(entities, [Some("tank TK0001".to_owned())]);
    })
    .await;
}

#[tokio::test]
async fn a_tank_without_a_place_yet_gets_one() {
    on_both_engines(|bench| async move {
        bench.backend.tank_update(moved("TK0002", "北京市东城区朝阳门南小街18号")).await.expect("an update");
        assert_eq!(audited(&bench, "before").await, [json!({"latitude": null, "longitude": null, "address": null})]);
    })
    .await;
}

#[tokio::test]
async fn the_same_place_again_changes_nothing_and_is_not_audited() {
    on_both_engines(|bench| async move {
        for _ in 0..3 {
            bench.backend.tank_update(moved("TK0001", "望京街10号")).await.expect("an update");
        }
        assert_eq!(audited(&bench, "after").await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn an_unknown_tank_is_not_found() {
    on_both_engines(|bench| async move {
        let answer = bench.backend.tank_update(moved("TK9999", "望京街10号")).await;
        assert_eq!(code(&answer), 404);
        assert!(audited(&bench, "after").await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn updates_of_one_tank_at_once_take_turns_and_the_audit_log_is_a_chain() {
    on_both_engines(|bench| async move {
        let requests = (0..8).map(|number| bench.backend.tank_update(moved("TK0001", &format!("望京街{number}号"))));
        for answer in join_all(requests).await {
            answer.expect("an update");
        }
        let (before, after) = (audited(&bench, "before").await, audited(&bench, "after").await);
        assert_eq!(after.len(), 8);
        assert_eq!(before[1..], after[..7]);
    })
    .await;
}
