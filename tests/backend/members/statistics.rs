use contracts::polaris::{MemberCounts, MemberStatisticsData, MemberStatisticsRequest, PolarisApi};
use polaris::backend::{members::State, time};

use super::{Bench, NewMember, STATES, member, member_in, on_both_engines, phone, registered};

async fn statistics(bench: &Bench) -> MemberStatisticsData {
    bench.backend.member_statistics(MemberStatisticsRequest {}).await.expect("statistics")
}

fn by_state(counts: &MemberCounts) -> [i32; 7] {
    [
        counts.new_member_sum,
        counts.use_member_sum,
        counts.frozen_member_sum,
        counts.blockade_member_sum,
        counts.overdue_member_sum,
        counts.refund_member_sum,
        counts.canceled_member_sum,
    ]
}

#[tokio::test]
async fn the_seven_counts_partition_the_members() {
    on_both_engines(|bench| async move {
        let mut number = 0;
        // One new member, two who use, and so on.
        for (index, state) in STATES.into_iter().enumerate() {
            for _ in 0..=index {
                number += 1;
                member_in(&bench, number, state).await;
            }
        }
        let total = statistics(&bench).await.total_member;
        assert_eq!(by_state(&total), [1, 2, 3, 4, 5, 6, 7]);
        assert_eq!(total.member_sum, by_state(&total).iter().sum::<i32>());
    })
    .await;
}

#[tokio::test]
async fn members_without_a_merchant_count_as_all_others() {
    on_both_engines(|bench| async move {
        member(&bench, 1).await;
        registered(&bench, NewMember { phone: phone(2), ..NewMember::default() }).await;
        let statistics = statistics(&bench).await;
        assert_eq!((statistics.total_member.member_sum, statistics.increased_member.member_sum), (2, 2));
    })
    .await;
}

#[tokio::test]
async fn the_new_members_are_those_of_today_in_shanghai_by_their_state_now() {
    on_both_engines(|bench| async move {
        for (number, registered_at) in
            [(1, "2021-09-02 23:59:59"), (2, "2021-09-03 00:00:00"), (3, "2021-09-03 07:59:59")]
        {
            let registered_at = time::parse(registered_at);
            registered(&bench, NewMember { phone: phone(number), registered_at, ..NewMember::default() }).await;
        }
        member_in(&bench, 4, State::Frozen).await;
        let now = statistics(&bench).await;
        assert_eq!(by_state(&now.increased_member), [2, 0, 1, 0, 0, 0, 0]);
        assert_eq!(now.increased_member.member_sum, 3);
        assert_eq!(by_state(&now.total_member), [3, 0, 1, 0, 0, 0, 0]);

        bench.set_clock("2021-09-04 00:00:00");
        let tomorrow = statistics(&bench).await;
        assert_eq!(tomorrow.increased_member, MemberCounts::default());
        assert_eq!(tomorrow.total_member, now.total_member);
    })
    .await;
}

#[tokio::test]
async fn without_members_every_count_is_zero() {
    on_both_engines(|bench| async move {
        let statistics = statistics(&bench).await;
        assert_eq!(statistics.total_member, MemberCounts::default());
        assert_eq!(statistics.increased_member, MemberCounts::default());
    })
    .await;
}
