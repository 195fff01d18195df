use std::sync::Arc;

use contracts::{runtime::Refusal, weichuang::*};
use mocks::Mock;

use crate::mock;

const ANYBODY: &str = "18600000001";

async fn update(mock: &Mock, battery: &str, user: &str, state: i32) -> i32 {
    let request = UpdateBatteryBindingRequest {
        battery_code: battery.to_owned(),
        user_id: user.to_owned(),
        user_phone: ANYBODY.to_owned(),
        state,
    };
    result(&mock.weichuang().update_battery_binding(request).await)
}

fn result<T>(reply: &Result<T, Refusal>) -> i32 {
    reply.as_ref().map_or_else(|refusal| refusal.result, |_| 200)
}

async fn battery(mock: &Mock, code: &str) -> BatteryInfo {
    let request = QueryBatteriesRequest { battery_code: code.to_owned() };
    mock.weichuang().query_batteries(request).await.unwrap().battery_list.remove(0)
}

#[tokio::test]
async fn a_free_battery_can_be_bound_and_the_list_shows_it() {
    let mock = mock();
    assert_eq!(battery(&mock, "BT0001").await.state, Some(0));
    assert_eq!(update(&mock, "BT0001", "P1", 1).await, 200);
    let bound = battery(&mock, "BT0001").await;
    assert_eq!((bound.user_id.as_deref(), bound.user_phone.as_deref()), (Some("P1"), Some(ANYBODY)));
    assert_eq!((bound.user_name, bound.state), (None, Some(1)));
}

#[tokio::test]
async fn a_known_user_is_shown_by_name_and_by_the_phone_that_was_sent() {
    let mock = mock();
    let known = battery(&mock, "BT0002").await;
    assert_eq!((known.user_name.as_deref(), known.user_phone.as_deref()), (Some("张三"), Some("13333111222")));
    update(&mock, "BT0001", "U10001", 1).await;
    assert_eq!(battery(&mock, "BT0001").await.user_phone.as_deref(), Some(ANYBODY));
}

#[tokio::test]
async fn binding_and_unbinding_follow_the_table_of_the_contract() {
    let mock = mock();
    for (user, state, expected) in [
        ("A", 0, 200),
        ("A", 1, 200),
        ("A", 1, 200),
        ("B", 1, 409),
        ("B", 0, 409),
        ("A", 0, 200),
        ("A", 0, 200),
        ("B", 1, 200),
    ] {
        assert_eq!(update(&mock, "BT0001", user, state).await, expected, "{user} {state}");
    }
    assert_eq!(update(&mock, "NO", "A", 1).await, 404);
    assert_eq!(update(&mock, "NO", "A", 0).await, 404);
}

#[tokio::test]
async fn an_unknown_battery_gives_an_empty_list() {
    let request = QueryBatteriesRequest { battery_code: "NO".to_owned() };
    assert!(mock().weichuang().query_batteries(request).await.unwrap().battery_list.is_empty());
}

#[tokio::test]
async fn a_user_shows_the_battery_that_was_bound_last() {
    let mock = mock();
    let shown = async || {
        let request = QueryUserRequest { phone_no: "13333111222".to_owned() };
        mock.weichuang().query_user(request).await.unwrap().battery_code
    };
    assert_eq!(shown().await.as_deref(), Some("BT0002"));
    update(&mock, "BT0001", "U10001", 1).await;
    assert_eq!(shown().await.as_deref(), Some("BT0001"));
    update(&mock, "BT0001", "U10001", 0).await;
    assert_eq!(shown().await.as_deref(), Some("BT0002"));
    update(&mock, "BT0002", "U10001", 0).await;
    assert_eq!(shown().await, None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_users_who_bind_one_battery_at_once_one_wins() {
    let mock = mock();
    for round in 0..20 {
        let calls: Vec<_> = (0..32)
            .map(|user| {
                let mock = Arc::clone(&mock);
                tokio::spawn(async move { update(&mock, "BT0001", &format!("P{user}"), 1).await })
            })
            .collect();
        let mut results = Vec::new();
        for call in calls {
            results.push(call.await.unwrap());
        }
        assert_eq!(results.iter().filter(|result| **result == 200).count(), 1, "round {round}");
        assert_eq!(results.iter().filter(|result| **result == 409).count(), 31, "round {round}");
        let winner = battery(&mock, "BT0001").await.user_id.unwrap();
        assert_eq!(update(&mock, "BT0001", &winner, 0).await, 200);
    }
}

fn item(asset_type: i32, code: &str, user: &str, state: i32) -> AssetBinding {
    AssetBinding {
        asset_type,
        asset_code: code.to_owned(),
        user_id: user.to_owned(),
        user_phone: ANYBODY.to_owned(),
        state,
        operate_time: "2021-09-02 08:30".to_owned(),
    }
}

async fn sync(mock: &Mock, batch_no: &str, bindings: Vec<AssetBinding>) -> Vec<i32> {
    let request = SyncAssetBindingsRequest { batch_no: batch_no.to_owned(), bindings };
    let results = mock.weichuang().sync_asset_bindings(request).await.unwrap().results.unwrap();
    results.iter().map(|item| item.result).collect()
}

#[tokio::test]
async fn a_batch_is_worked_item_by_item_for_batteries_and_vehicles() {
    let mock = mock();
    let bindings = vec![
        item(2, "BT0001", "A", 1),
        item(2, "BT0001", "B", 1),
        item(2, "NO", "A", 1),
        item(1, "VH0016", "A", 1),
        item(1, "VH0001", "A", 1),
        item(1, "BT0001", "A", 1),
        item(2, "BT0001", "A", 0),
    ];
    assert_eq!(sync(&mock, "S1", bindings).await, [200, 409, 404, 200, 409, 404, 200]);
    assert_eq!(battery(&mock, "BT0001").await.user_id, None);
}

#[tokio::test]
async fn the_same_batch_again_answers_as_the_first_time_and_changes_nothing() {
    let mock = mock();
    assert_eq!(sync(&mock, "S1", vec![item(2, "BT0001", "A", 1)]).await, [200]);
    update(&mock, "BT0001", "A", 0).await;
    assert_eq!(sync(&mock, "S1", vec![item(2, "BT0001", "A", 1)]).await, [200]);
    assert_eq!(battery(&mock, "BT0001").await.user_id, None);
    mock.reset();
    assert_eq!(sync(&mock, "S1", vec![item(2, "NO", "A", 1)]).await, [404]);
}
