use mocks::World;
use polaris::backend::{
    db::{Plan, explained},
    intake::{self, WorldRefused},
};

use super::{Bench, count, on_both_engines};

/// A world whose side of Polaris has merchant 1009, a member of it, and `more`.
fn world(more: &str) -> World {
    let text = format!(
        "weichuang: {{}}\npolaris:\n  merchants: [{{merchantId: '1009', merchantCode: BCD009, shareCode: ABC009, \
         merchantName: 望京}}]\n  members: [{{phoneNo: '13300000001', state: 1, merchantId: '1009', registerTime: \
         2021-09-01 08:00}}]\n{more}"
    );
    World::from_yaml("my.yaml", &text).expect("a world")
}

#[tokio::test]
async fn a_world_is_brought_in_whole_and_once() {
    on_both_engines(|bench| async move {
        let world = world("  gifts: [{giftNo: G1, phoneNo: '13300000001', packageName: 月卡, packageType: 月卡, amount: 3, status: 1, grantTime: 2021-09-01 09:00}]\n");
        for _ in 0..2 {
            intake::load(&bench.backend, &world.polaris).await.expect("loaded");
            assert_eq!((count(&bench, "member").await, count(&bench, "package_gift").await), (1, 1));
        }
    })
    .await;
}

#[tokio::test]
async fn a_world_that_does_not_fit_to_what_is_stored_changes_nothing() {
    on_both_engines(|bench| async move {
        let text = "weichuang: {}\npolaris:\n  vehicles: [{vehicleId: VH0008}]\n  merchants: [{merchantId: '1009', \
                    merchantCode: BCD001, shareCode: ABC009, merchantName: 望京}]\n";
        let world = World::from_yaml("my.yaml", text).expect("a world");
        let refused = intake::load(&bench.backend, &world.polaris).await.expect_err("a refusal");
        assert!(matches!(&refused, WorldRefused::Record { kind: "merchants", number: 1, .. }), "{refused}");
        assert_eq!(count(&bench, "merchant").await, 2);
    })
    .await;
}

#[tokio::test]
async fn whatever_kind_a_record_is_nothing_stored_is_read_through_to_bring_it_in() {
    let bench = Bench::in_memory().await;
    let world = World::default_world().expect("the built-in world");
    let (loaded, plans) = explained(intake::load(&bench.backend, &world.polaris)).await;
    loaded.expect("loaded");
    assert!(plans.len() > 50, "{}", plans.len());
    // The plan of an insertion names tables that refer to the new rows, which are only looked at where they could be there
    // before these.
    for Plan { statement, steps } in plans.into_iter().filter(|plan| !plan.statement.starts_with("INSERT")) {
        let scans = steps.lines().filter(|step| step.starts_with("SCAN") && !step.contains("json_each"));
        assert_eq!(scans.count(), 0, "{statement}\n{steps}");
    }
}
