use contracts::{
    polaris::{CorrectMemberBatteryAssetRequest, PolarisApi},
    runtime::{Failure, NoData},
};
use polaris::backend::{Backend, db::sql};

use super::{
    Bench, LI, WANG, at_weichuang, bind, code, deliveries, holders, on_both_engines, relations, texts, two_members,
    unbind,
};

pub async fn correct(backend: &Backend, id: &str, battery_code: &str) -> Result<NoData, Failure> {
    let request = CorrectMemberBatteryAssetRequest { id: id.into(), battery_code: battery_code.into() };
    backend.correct_member_battery_asset(request).await
}

/// 王小明 has BT0024; the relation's id.
async fn bound(bench: &Bench) -> String {
    two_members(bench).await;
    bind(&bench.backend, "BT0024", WANG).await.expect("bound");
    relations(bench).await.remove(0).id
}

#[tokio::test]
async fn a_corrected_relation_keeps_its_id_and_has_the_other_battery_on_both_sides() {
    on_both_engines(|bench| async move {
        let id = bound(&bench).await;
        let holder = at_weichuang(&bench, "BT0024").await;
        correct(&bench.backend, &id, "BT0030").await.expect("corrected");
        let relations = relations(&bench).await;
        assert_eq!(relations.len(), 1);
        assert_eq!((&relations[0].id, relations[0].battery_code.as_str()), (&id, "BT0030"));
        assert_eq!(at_weichuang(&bench, "BT0024").await, None);
        assert_eq!(at_weichuang(&bench, "BT0030").await, holder);
    })
    .await;
}

#[tokio::test]
async fn weichuang_is_told_of_the_old_battery_first_and_then_of_the_new_one() {
    on_both_engines(|bench| async move {
        let id = bound(&bench).await;
        correct(&bench.backend, &id, "BT0030").await.expect("corrected");
        assert_eq!(deliveries(&bench).await, ["+BT0024", "-BT0024", "+BT0030"]);
    })
    .await;
}

#[tokio::test]
async fn a_correction_is_audited_with_the_old_and_the_new_battery() {
    on_both_engines(|bench| async move {
        let id = bound(&bench).await;
        correct(&bench.backend, &id, "BT0030").await.expect("corrected");
        let columns = "operation || ' ' || entity || ' ' || before || ' ' || after";
        let entries = texts(
            &bench,
            sql("SELECT ").push(columns).push(" AS text FROM audit WHERE operation = 'correctMemberBatteryAsset'"),
        )
        .await;
        let batteries = r#"{"batteryCode":"BT0024"} {"batteryCode":"BT0030"}"#;
        assert_eq!(entries, [Some(format!("correctMemberBatteryAsset binding {id} {batteries}"))]);
    })
    .await;
}

#[tokio::test]
async fn the_same_battery_changes_nothing_and_tells_nobody() {
    on_both_engines(|bench| async move {
        let id = bound(&bench).await;
        correct(&bench.backend, &id, "BT0024").await.expect("as it is");
        assert_eq!(deliveries(&bench).await, ["+BT0024"]);
        assert!(
            texts(&bench, sql("SELECT entity AS text FROM audit WHERE operation = 'correctMemberBatteryAsset'"))
                .await
                .is_empty()
        );
    })
    .await;
}

#[tokio::test]
async fn an_unknown_or_ended_relation_and_an_unknown_battery_are_not_found() {
    on_both_engines(|bench| async move {
        let id = bound(&bench).await;
        assert_eq!(code(&correct(&bench.backend, "4711", "BT0030").await), 404);
        assert_eq!(code(&correct(&bench.backend, "0", "BT0030").await), 404);
        assert_eq!(code(&correct(&bench.backend, &id, "BT9999").await), 404);
        unbind(&bench.backend, "BT0024", WANG).await.expect("unbound");
        assert_eq!(code(&correct(&bench.backend, &id, "BT0030").await), 404);
        assert!(holders(&bench).await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_battery_of_another_member_is_a_conflict_and_nothing_changes() {
    on_both_engines(|bench| async move {
        let id = bound(&bench).await;
        bind(&bench.backend, "BT0030", LI).await.expect("bound");
        assert_eq!(code(&correct(&bench.backend, &id, "BT0030").await), 409);
        let expected = [(LI.to_owned(), "BT0030".to_owned()), (WANG.to_owned(), "BT0024".to_owned())];
        assert_eq!(holders(&bench).await, expected);
        assert_eq!(deliveries(&bench).await, ["+BT0024", "+BT0030"]);
    })
    .await;
}
