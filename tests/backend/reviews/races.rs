use contracts::polaris::ApproveAccessReviewRequest;

use super::{PHONE, approval, approve, deposits, holder, reject, reviews, submission, submit, submit_with_battery};
use crate::backend::{
    on_both_engines,
    rows::{integers, texts},
};

const ROUNDS: usize = 10;

#[tokio::test(flavor = "multi_thread")]
async fn of_two_different_approvals_at_once_one_wins_and_the_other_is_refused() {
    on_both_engines(|bench| async move {
        for round in 0..ROUNDS {
            let id = submit(&bench, submission(&format!("RV{round}"))).await;
            let share_code = "ABC002".to_owned();
            let other = ApproveAccessReviewRequest { share_code, deposit: 29_900, ..approval(id) };
            let answers = tokio::join!(approve(&bench, approval(id)), approve(&bench, other));
            let (merchant, deposit) = match answers {
                (Ok(()), Err(409)) => (1001, 19_900),
                (Err(409), Ok(())) => (1002, 29_900),
                answers => panic!("{answers:?}"),
            };
            let member = integers(&bench, "SELECT merchant_id AS value FROM member").await;
            assert_eq!(member, [merchant]);
            assert_eq!(deposits(&bench).await.len(), round + 1);
            assert_eq!(deposits(&bench).await.last(), Some(&deposit));
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_identical_approvals_at_once_both_succeed_and_count_once() {
    on_both_engines(|bench| async move {
        for round in 0..ROUNDS {
            let id = submit(&bench, submission(&format!("RV{round}"))).await;
            let answers = tokio::join!(approve(&bench, approval(id)), approve(&bench, approval(id)));
            assert_eq!(answers, (Ok(()), Ok(())));
            assert_eq!(deposits(&bench).await.len(), round + 1);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_an_approval_and_a_rejection_at_once_one_wins_and_the_other_is_refused() {
    on_both_engines(|bench| async move {
        for round in 0..ROUNDS {
            let id = submit(&bench, submission(&format!("RV{round}"))).await;
            let before = deposits(&bench).await.len();
            let answers = tokio::join!(approve(&bench, approval(id)), reject(&bench, id));
            let (label, count) = match answers {
                (Ok(()), Err(409)) => ("已确认", before + 1),
                (Err(409), Ok(())) => ("已驳回", before),
                answers => panic!("{answers:?}"),
            };
            assert_eq!(reviews(&bench, "", 1).await[0].state_str.0.as_deref(), Some(label));
            assert_eq!(deposits(&bench).await.len(), count);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_reviews_for_one_battery_one_wins_and_the_other_stays_pending() {
    on_both_engines(|bench| async move {
        let one = submit_with_battery(&bench, "RV1", PHONE, "BT0001").await;
        let two = submit_with_battery(&bench, "RV2", "13900000002", "BT0001").await;
        let answers = tokio::join!(approve(&bench, approval(one)), approve(&bench, approval(two)));
        let (winner, loser) = match answers {
            (Ok(()), Err(409)) => (PHONE, two),
            (Err(409), Ok(())) => ("13900000002", one),
            answers => panic!("{answers:?}"),
        };
        assert_eq!(holder(&bench, "BT0001").await.as_deref(), Some(winner));
        let pending: Vec<_> = reviews(&bench, "", 0).await.iter().map(|review| review.id).collect();
        assert_eq!(pending, [loser]);
        assert_eq!(deposits(&bench).await, [19_900]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_submission_many_times_at_once_is_one_review_of_one_member() {
    on_both_engines(|bench| async move {
        let same = || submit(&bench, submission("RV1"));
        let ids = tokio::join!(same(), same(), same(), same());
        assert_eq!((ids.0, ids.0, ids.0), (ids.1, ids.2, ids.3));
        assert_eq!(texts(&bench, "SELECT phone AS value FROM member").await, [PHONE]);
        assert_eq!(reviews(&bench, "", 0).await.len(), 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_reviews_of_an_unknown_phone_at_once_register_one_member() {
    on_both_engines(|bench| async move {
        let ids = tokio::join!(submit(&bench, submission("RV1")), submit(&bench, submission("RV2")));
        assert_ne!(ids.0, ids.1);
        assert_eq!(texts(&bench, "SELECT phone AS value FROM member").await, [PHONE]);
        assert_eq!(integers(&bench, "SELECT total AS value FROM member_count").await, [1]);
    })
    .await;
}
