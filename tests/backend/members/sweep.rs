use contracts::internal::{InternalApi, RecordRentalRequest};
use polaris::backend::members::{self, State};

use super::{Bench, Member, again, assert_counted, member, member_in, on_both_engines};

async fn rented_until(bench: &Bench, member: &Member, vehicle: &str, due: &str, returned: Option<&str>) {
    let rental = RecordRentalRequest {
        external_no: format!("R-{vehicle}"),
        phone_no: member.phone.clone(),
        vehicle_id: vehicle.into(),
        start_time: "2021-09-01 10:00:00".into(),
        due_time: due.into(),
        return_time: returned.map(str::to_owned),
        deposit: None,
    };
    bench.backend.record_rental(rental).await.expect("a rental");
}

#[tokio::test]
async fn a_member_is_overdue_while_a_rental_is_past_its_due_time() {
    on_both_engines(|bench| async move {
        let member = member(&bench, 1).await;
        for vehicle in ["VH0001", "VH0002"] {
            rented_until(&bench, &member, vehicle, "2021-09-03 10:00:00", None).await;
        }
        assert_eq!(members::sweep(&bench.backend).await.expect("swept"), 0, "due, and not past it");

        bench.set_clock("2021-09-03 10:00:01");
        assert_eq!(members::sweep(&bench.backend).await.expect("swept"), 1);
        assert_eq!(again(&bench, &member).await.state, State::Overdue);
        assert_eq!(members::sweep(&bench.backend).await.expect("swept"), 0);

        rented_until(&bench, &member, "VH0001", "2021-09-03 10:00:00", Some("2021-09-03 10:00:01")).await;
        assert_eq!(members::sweep(&bench.backend).await.expect("swept"), 0, "one vehicle is still out");
        rented_until(&bench, &member, "VH0002", "2021-09-03 10:00:00", Some("2021-09-03 10:00:01")).await;
        assert_eq!(members::sweep(&bench.backend).await.expect("swept"), 1);
        assert_eq!(again(&bench, &member).await.state, State::Using);
        assert_counted(&bench).await;
    })
    .await;
}

#[tokio::test]
async fn the_sweep_leaves_members_in_other_states_alone() {
    on_both_engines(|bench| async move {
        let frozen = member_in(&bench, 1, State::Frozen).await;
        let blocked = member_in(&bench, 2, State::Blocked).await;
        rented_until(&bench, &frozen, "VH0001", "2021-09-02 10:00:00", None).await;
        rented_until(&bench, &blocked, "VH0002", "2021-09-02 10:00:00", None).await;
        assert_eq!(members::sweep(&bench.backend).await.expect("swept"), 0);
        assert_eq!(again(&bench, &frozen).await.state, State::Frozen);
        assert_eq!(again(&bench, &blocked).await.state, State::Blocked);
    })
    .await;
}
