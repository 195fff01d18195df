use std::future::Future;

use contracts::{
    internal::{InternalApi, RecordRentalRequest},
    runtime::{Failure, NoData},
};
use polaris::backend::{Backend, db::sql};
use tokio::task::JoinSet;

use super::{
    Bench, LI, WANG, at_weichuang, bind, code, correction::correct, deliveries, holders, on_both_engines, relations,
    rental, settled, texts, two_members, unbind,
};

/// Often enough that both orders occur.
const ROUNDS: usize = 6;

/// What `send` is answered for each of `requests`, all at once and each in a task of its own; in ascending order.
async fn at_once<R, F>(bench: &Bench, requests: Vec<R>, send: impl Fn(Backend, R) -> F) -> Vec<u16>
where
    F: Future<Output = Result<NoData, Failure>> + Send + 'static,
{
    let mut tasks = JoinSet::new();
    for request in requests {
        tasks.spawn(send(bench.backend.clone(), request));
    }
    let mut codes: Vec<_> = tasks.join_all().await.iter().map(code).collect();
    codes.sort_unstable();
    codes
}

async fn bind_as(backend: Backend, (battery_code, phone): (&'static str, &'static str)) -> Result<NoData, Failure> {
    bind(&backend, battery_code, phone).await
}

async fn unbind_as(backend: Backend, (battery_code, phone): (&'static str, &'static str)) -> Result<NoData, Failure> {
    unbind(&backend, battery_code, phone).await
}

async fn correct_as(backend: Backend, (id, battery_code): (String, &'static str)) -> Result<NoData, Failure> {
    correct(&backend, &id, battery_code).await
}

async fn record(backend: Backend, request: RecordRentalRequest) -> Result<NoData, Failure> {
    backend.record_rental(request).await
}

/// Both sides agree on who has the batteries.
async fn assert_agreed(bench: &Bench) {
    for code in ["BT0024", "BT0030"] {
        let here = sql("SELECT CAST(member_id AS TEXT) AS text FROM battery_binding WHERE unbound_at IS NULL");
        let here = texts(bench, here.push(" AND battery_code = ").bind(code)).await.into_iter().flatten().next();
        assert_eq!(here, at_weichuang(bench, code).await, "{code}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_members_who_bind_one_battery_at_once_one_wins() {
    on_both_engines(|bench| async move {
        two_members(&bench).await;
        for _ in 0..ROUNDS {
            let codes = at_once(&bench, vec![("BT0024", WANG), ("BT0024", LI)], bind_as).await;
            assert_eq!(codes, [200, 409]);
            let holders = holders(&bench).await;
            assert_eq!(holders.len(), 1);
            settled(&bench).await;
            assert_agreed(&bench).await;
            unbind(&bench.backend, "BT0024", &holders[0].0).await.expect("unbound");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_member_who_binds_two_batteries_at_once_gets_one() {
    on_both_engines(|bench| async move {
        two_members(&bench).await;
        for _ in 0..ROUNDS {
            let codes = at_once(&bench, vec![("BT0024", WANG), ("BT0030", WANG)], bind_as).await;
            assert_eq!(codes, [200, 409]);
            let holders = holders(&bench).await;
            assert_eq!(holders.len(), 1);
            settled(&bench).await;
            assert_agreed(&bench).await;
            unbind(&bench.backend, &holders[0].1, WANG).await.expect("unbound");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_binding_at_once_is_made_once_and_answered_alike() {
    on_both_engines(|bench| async move {
        two_members(&bench).await;
        let same = [("BT0024", WANG); 4].to_vec();
        assert_eq!(at_once(&bench, same.clone(), bind_as).await, [200; 4]);
        assert_eq!(deliveries(&bench).await, ["+BT0024"]);
        assert_eq!(at_once(&bench, same, unbind_as).await, [200; 4]);
        assert_eq!(deliveries(&bench).await, ["+BT0024", "-BT0024"]);
        assert!(holders(&bench).await.is_empty());
        settled(&bench).await;
        assert_agreed(&bench).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_relations_corrected_to_one_battery_at_once_one_gets_it() {
    on_both_engines(|bench| async move {
        two_members(&bench).await;
        for _ in 0..ROUNDS {
            // Weichuang has these for users of its own; this is about our side.
            bind(&bench.backend, "BT0002", WANG).await.expect("bound");
            bind(&bench.backend, "BT0003", LI).await.expect("bound");
            let wishes = relations(&bench).await.into_iter().map(|relation| (relation.id, "BT0024")).collect();
            assert_eq!(at_once(&bench, wishes, correct_as).await, [200, 409]);
            let holders = holders(&bench).await;
            assert_eq!(holders.iter().filter(|(_, battery)| battery == "BT0024").count(), 1);
            settled(&bench).await;
            assert_agreed(&bench).await;
            for (phone, battery) in holders {
                unbind(&bench.backend, &battery, &phone).await.expect("unbound");
            }
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn corrections_of_one_relation_at_once_leave_one_battery_that_both_sides_know() {
    on_both_engines(|bench| async move {
        two_members(&bench).await;
        for _ in 0..ROUNDS {
            bind(&bench.backend, "BT0001", WANG).await.expect("bound");
            let id = relations(&bench).await.remove(0).id;
            let codes = at_once(&bench, vec![(id.clone(), "BT0024"), (id, "BT0030")], correct_as).await;
            // One after the other is two corrections; at the same moment the second is a conflict.
            assert!(codes == [200, 200] || codes == [200, 409], "{codes:?}");
            let holders = holders(&bench).await;
            assert_eq!(holders.len(), 1);
            assert_ne!(holders[0].1, "BT0001");
            settled(&bench).await;
            assert_agreed(&bench).await;
            assert_eq!(at_weichuang(&bench, "BT0001").await, None);
            unbind(&bench.backend, &holders[0].1, WANG).await.expect("unbound");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_battery_that_is_bound_and_corrected_to_at_once_goes_to_one_member() {
    on_both_engines(|bench| async move {
        two_members(&bench).await;
        for _ in 0..ROUNDS {
            bind(&bench.backend, "BT0030", WANG).await.expect("bound");
            let id = relations(&bench).await.remove(0).id;
            let other = bench.backend.clone();
            let bound = tokio::spawn(async move { bind(&other, "BT0024", LI).await });
            let corrected = correct(&bench.backend, &id, "BT0024").await;
            let mut codes = [code(&bound.await.expect("no panic")), code(&corrected)];
            codes.sort_unstable();
            assert_eq!(codes, [200, 409]);
            settled(&bench).await;
            assert_agreed(&bench).await;
            for (phone, battery) in holders(&bench).await {
                unbind(&bench.backend, &battery, &phone).await.expect("unbound");
            }
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_members_who_rent_one_vehicle_at_once_one_wins() {
    on_both_engines(|bench| async move {
        two_members(&bench).await;
        let by_li = RecordRentalRequest { phone_no: LI.into(), ..rental("R2") };
        assert_eq!(at_once(&bench, vec![rental("R1"), by_li], record).await, [200, 409]);
        assert_eq!(texts(&bench, sql("SELECT external_no AS text FROM rental")).await.len(), 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_rental_and_the_same_return_at_once_are_recorded_once_and_answered_alike() {
    on_both_engines(|bench| async move {
        two_members(&bench).await;
        assert_eq!(at_once(&bench, vec![rental("R1"); 4], record).await, [200; 4]);
        let returned = RecordRentalRequest { return_time: Some("2021-09-03 09:00:00".into()), ..rental("R1") };
        assert_eq!(at_once(&bench, vec![returned; 4], record).await, [200; 4]);
        assert_eq!(texts(&bench, sql("SELECT external_no AS text FROM rental")).await.len(), 1);
    })
    .await;
}
