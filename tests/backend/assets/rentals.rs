use contracts::internal::{InternalApi, RecordRentalRequest};
use polaris::backend::db::sql;

use super::{Bench, LI, WANG, code, member, on_both_engines, rental, texts, two_members};

/// The rentals' numbers, in order of their ids.
async fn numbers(bench: &Bench) -> Vec<String> {
    let rows = texts(bench, sql("SELECT external_no AS text FROM rental ORDER BY id")).await;
    rows.into_iter().flatten().collect()
}

async fn record(bench: &Bench, request: RecordRentalRequest) -> u16 {
    code(&bench.backend.record_rental(request).await)
}

fn returned(external_no: &str, time: &str) -> RecordRentalRequest {
    RecordRentalRequest { return_time: Some(time.into()), ..rental(external_no) }
}

#[tokio::test]
async fn the_same_rental_again_is_answered_alike_and_recorded_once() {
    on_both_engines(|bench| async move {
        member(&bench, WANG, "王小明").await;
        assert_eq!(record(&bench, rental("R1")).await, 200);
        assert_eq!(record(&bench, rental("R1")).await, 200);
        // Seconds may be left out, and an empty returnTime is none.
        let spelled = RecordRentalRequest {
            start_time: "2021-09-01 12:00".into(),
            return_time: Some(String::new()),
            ..rental("R1")
        };
        assert_eq!(record(&bench, spelled).await, 200);
        assert_eq!(numbers(&bench).await, ["R1"]);
    })
    .await;
}

#[tokio::test]
async fn other_content_under_a_known_number_is_a_conflict() {
    on_both_engines(|bench| async move {
        two_members(&bench).await;
        assert_eq!(record(&bench, rental("R1")).await, 200);
        let others = [
            RecordRentalRequest { phone_no: LI.into(), ..rental("R1") },
            RecordRentalRequest { vehicle_id: "VH0002".into(), ..rental("R1") },
            RecordRentalRequest { start_time: "2021-09-01 12:00:01".into(), ..rental("R1") },
            RecordRentalRequest { due_time: "2021-09-03 12:00:01".into(), ..rental("R1") },
            RecordRentalRequest { deposit: Some(19_901), ..rental("R1") },
            RecordRentalRequest { deposit: None, ..rental("R1") },
        ];
        for other in others {
            assert_eq!(record(&bench, other).await, 409);
        }
        assert_eq!(numbers(&bench).await, ["R1"]);
    })
    .await;
}

#[tokio::test]
async fn a_return_may_be_added_once() {
    on_both_engines(|bench| async move {
        member(&bench, WANG, "王小明").await;
        assert_eq!(record(&bench, rental("R1")).await, 200);
        assert_eq!(record(&bench, returned("R1", "2021-09-03 09:00:00")).await, 200);
        assert_eq!(record(&bench, returned("R1", "2021-09-03 09:00:00")).await, 200);
        assert_eq!(record(&bench, returned("R1", "2021-09-03 09:30:00")).await, 409);
        // The first report, delivered once more, takes nothing back.
        assert_eq!(record(&bench, rental("R1")).await, 200);
        let rows = sql("SELECT external_no AS text FROM rental WHERE returned_at IS NOT NULL");
        assert_eq!(texts(&bench, rows).await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn an_unknown_member_or_vehicle_is_not_found() {
    on_both_engines(|bench| async move {
        member(&bench, WANG, "王小明").await;
        assert_eq!(record(&bench, RecordRentalRequest { phone_no: "13999999999".into(), ..rental("R1") }).await, 404);
        assert_eq!(record(&bench, RecordRentalRequest { vehicle_id: "VH9999".into(), ..rental("R1") }).await, 404);
        assert!(numbers(&bench).await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_rented_vehicle_cannot_be_rented_again_until_it_is_returned() {
    on_both_engines(|bench| async move {
        two_members(&bench).await;
        let by_li = || RecordRentalRequest { phone_no: LI.into(), ..rental("R2") };
        assert_eq!(record(&bench, rental("R1")).await, 200);
        assert_eq!(record(&bench, by_li()).await, 409);
        assert_eq!(record(&bench, returned("R1", "2021-09-03 09:00:00")).await, 200);
        assert_eq!(record(&bench, by_li()).await, 200);
        assert_eq!(numbers(&bench).await, ["R1", "R2"]);
    })
    .await;
}

#[tokio::test]
async fn who_rents_uses_our_service_and_the_first_vehicle_is_remembered() {
    on_both_engines(|bench| async move {
        member(&bench, WANG, "王小明").await;
        assert_eq!(record(&bench, rental("R1")).await, 200);
        assert_eq!(record(&bench, RecordRentalRequest { vehicle_id: "VH0002".into(), ..rental("R2") }).await, 200);
        let columns = "initial_vehicle || ' ' || CAST(state AS TEXT)";
        let row = sql("SELECT ").push(columns).push(" AS text FROM member WHERE phone = ").bind(WANG);
        assert_eq!(texts(&bench, row).await, [Some("VH0001 1".to_owned())]);
    })
    .await;
}
