use polaris::backend::db::sql;

use super::{LI, WANG, at_weichuang, bind, code, deliveries, holders, on_both_engines, texts, two_members, unbind};

#[tokio::test]
async fn a_bound_battery_is_the_members_here_and_at_weichuang() {
    on_both_engines(|bench| async move {
        let (wang, _) = two_members(&bench).await;
        bind(&bench.backend, "BT0024", WANG).await.expect("bound");
        assert_eq!(holders(&bench).await, [(WANG.to_owned(), "BT0024".to_owned())]);
        assert_eq!(at_weichuang(&bench, "BT0024").await, Some(wang.to_string()));
    })
    .await;
}

#[tokio::test]
async fn the_first_battery_is_remembered_and_a_battery_alone_makes_no_new_member_one_who_uses() {
    on_both_engines(|bench| async move {
        two_members(&bench).await;
        bind(&bench.backend, "BT0024", WANG).await.expect("bound");
        unbind(&bench.backend, "BT0024", WANG).await.expect("unbound");
        bind(&bench.backend, "BT0030", WANG).await.expect("bound");
        let columns = "initial_battery || ' ' || CAST(state AS TEXT)";
        let row = sql("SELECT ").push(columns).push(" AS text FROM member WHERE phone = ").bind(WANG);
        assert_eq!(texts(&bench, row).await, [Some("BT0024 0".to_owned())]);
    })
    .await;
}

#[tokio::test]
async fn binding_again_changes_nothing_and_tells_nobody() {
    on_both_engines(|bench| async move {
        two_members(&bench).await;
        for _ in 0..3 {
            bind(&bench.backend, "BT0024", WANG).await.expect("bound");
        }
        assert_eq!(holders(&bench).await.len(), 1);
        assert_eq!(deliveries(&bench).await, ["+BT0024"]);
    })
    .await;
}

#[tokio::test]
async fn a_battery_of_somebody_else_is_a_conflict_and_nothing_changes() {
    on_both_engines(|bench| async move {
        two_members(&bench).await;
        bind(&bench.backend, "BT0024", WANG).await.expect("bound");
        assert_eq!(code(&bind(&bench.backend, "BT0024", LI).await), 409);
        assert_eq!(code(&unbind(&bench.backend, "BT0024", LI).await), 409);
        assert_eq!(holders(&bench).await, [(WANG.to_owned(), "BT0024".to_owned())]);
        assert_eq!(deliveries(&bench).await, ["+BT0024"]);
    })
    .await;
}

#[tokio::test]
async fn a_second_battery_for_one_member_is_a_conflict() {
    on_both_engines(|bench| async move {
        two_members(&bench).await;
        bind(&bench.backend, "BT0024", WANG).await.expect("bound");
        assert_eq!(code(&bind(&bench.backend, "BT0030", WANG).await), 409);
        assert_eq!(holders(&bench).await, [(WANG.to_owned(), "BT0024".to_owned())]);
        assert_eq!(at_weichuang(&bench, "BT0030").await, None);
    })
    .await;
}

#[tokio::test]
async fn an_unknown_member_or_battery_is_not_found() {
    on_both_engines(|bench| async move {
        two_members(&bench).await;
        assert_eq!(code(&bind(&bench.backend, "BT0024", "13999999999").await), 404);
        assert_eq!(code(&bind(&bench.backend, "BT9999", WANG).await), 404);
        assert_eq!(code(&unbind(&bench.backend, "BT0024", "13999999999").await), 404);
        assert_eq!(code(&unbind(&bench.backend, "BT9999", WANG).await), 404);
        assert!(deliveries(&bench).await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn an_unbound_battery_is_free_here_and_at_weichuang() {
    on_both_engines(|bench| async move {
        let (_, li) = two_members(&bench).await;
        bind(&bench.backend, "BT0024", WANG).await.expect("bound");
        unbind(&bench.backend, "BT0024", WANG).await.expect("unbound");
        assert!(holders(&bench).await.is_empty());
        assert_eq!(at_weichuang(&bench, "BT0024").await, None);
        bind(&bench.backend, "BT0024", LI).await.expect("bound");
        assert_eq!(at_weichuang(&bench, "BT0024").await, Some(li.to_string()));
    })
    .await;
}

#[tokio::test]
async fn unbinding_a_free_battery_changes_nothing_and_tells_nobody() {
    on_both_engines(|bench| async move {
        two_members(&bench).await;
        unbind(&bench.backend, "BT0024", WANG).await.expect("free before");
        bind(&bench.backend, "BT0024", WANG).await.expect("bound");
        unbind(&bench.backend, "BT0024", WANG).await.expect("unbound");
        unbind(&bench.backend, "BT0024", WANG).await.expect("free again");
        assert_eq!(deliveries(&bench).await, ["+BT0024", "-BT0024"]);
    })
    .await;
}

#[tokio::test]
async fn a_refusal_by_weichuang_does_not_change_the_answer() {
    on_both_engines(|bench| async move {
        two_members(&bench).await;
        // There it belongs to a user of theirs.
        bind(&bench.backend, "BT0002", WANG).await.expect("bound");
        assert_eq!(holders(&bench).await, [(WANG.to_owned(), "BT0002".to_owned())]);
        assert_eq!(at_weichuang(&bench, "BT0002").await.as_deref(), Some("U10001"));
    })
    .await;
}
