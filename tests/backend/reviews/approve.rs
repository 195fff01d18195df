use contracts::{
    internal::{BindBatteryRequest, InternalApi, SubmitAccessReviewRequest},
    polaris::ApproveAccessReviewRequest,
    weichuang::QueryBatteriesRequest,
};
use polaris::backend::deposits::Holder;

use super::{PHONE, approval, approve, deposits, holder, reject, reviews, submission, submit, submit_with_battery};
use crate::backend::{
    Bench, on_both_engines,
    rows::{audited, integers, texts},
};

const OTHER: &str = "13900000002";
const MERCHANT: &str = "SELECT merchant_id AS value FROM member ORDER BY id";

#[tokio::test]
async fn an_approval_makes_the_member_the_merchants_and_records_the_deposits() {
    on_both_engines(|bench| async move {
        let vehicle_id = Some("VH0001".to_owned());
        let id = submit(&bench, SubmitAccessReviewRequest { vehicle_id, ..submission("RV1") }).await;
        let (discount_price, offline_price) = (Some(9_900), Some(10_000));
        let request = ApproveAccessReviewRequest { discount_price, offline_price, ..approval(id) };
        assert_eq!(approve(&bench, request).await, Ok(()));
        assert_eq!(integers(&bench, MERCHANT).await, [1001]);
        assert_eq!(deposits(&bench).await, [19_900, 9_900, 10_000]);
        assert_eq!(integers(&bench, "SELECT kind AS value FROM deposit ORDER BY id").await, [1, 2, 2]);
        let holders = integers(&bench, "SELECT holder AS value FROM deposit").await;
        assert_eq!(holders, [Holder::Polaris as i64; 3], "they are in our own ledger");
        assert_eq!(audited(&bench, "approveAccessReview").await, 1);
    })
    .await;
}

#[tokio::test]
async fn the_members_of_both_merchants_stay_counted() {
    on_both_engines(|bench| async move {
        let first = submit(&bench, submission("RV1")).await;
        let second = submit(&bench, submission("RV2")).await;
        approve(&bench, approval(first)).await.expect("approved");
        let share_code = "ABC002".to_owned();
        approve(&bench, ApproveAccessReviewRequest { share_code, ..approval(second) }).await.expect("approved");
        let counted = "SELECT merchant_id AS value FROM member_count WHERE total = 1 AND state = 0";
        assert_eq!(integers(&bench, counted).await, [1002]);
    })
    .await;
}

#[tokio::test]
async fn a_deposit_of_nothing_is_no_deposit() {
    on_both_engines(|bench| async move {
        let id = submit(&bench, submission("RV1")).await;
        let request = ApproveAccessReviewRequest { deposit: 0, discount_price: Some(0), ..approval(id) };
        assert_eq!(approve(&bench, request).await, Ok(()));
        assert!(deposits(&bench).await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn the_battery_of_the_review_becomes_the_members_here_and_at_weichuang() {
    on_both_engines(|bench| async move {
        let id = submit_with_battery(&bench, "RV1", PHONE, "BT0001").await;
        assert_eq!(holder(&bench, "BT0001").await, None, "a review alone binds nothing");
        assert_eq!(approve(&bench, approval(id)).await, Ok(()));
        assert_eq!(holder(&bench, "BT0001").await.as_deref(), Some(PHONE));
        assert_eq!(at_weichuang(&bench, "BT0001").await.as_deref(), Some(PHONE));
        assert_eq!(integers(&bench, "SELECT kind AS value FROM deposit").await, [2], "there is no vehicle");
    })
    .await;
}

#[tokio::test]
async fn a_battery_that_takes_another_ones_place_is_told_in_order() {
    on_both_engines(|bench| async move {
        bind(&bench, "BT0001", PHONE).await;
        let id = submit_with_battery(&bench, "RV1", PHONE, "BT0002").await;
        assert_eq!(approve(&bench, approval(id)).await, Ok(()));
        assert_eq!(holder(&bench, "BT0001").await, None);
        assert_eq!(holder(&bench, "BT0002").await.as_deref(), Some(PHONE));
        assert_eq!(at_weichuang(&bench, "BT0001").await, None);
        let told = texts(&bench, "SELECT subject AS value FROM delivery ORDER BY id").await;
        assert_eq!(told, ["BT0001", "BT0001", "BT0002"]);
    })
    .await;
}

#[tokio::test]
async fn the_battery_that_the_member_has_already_is_told_once() {
    on_both_engines(|bench| async move {
        bind(&bench, "BT0001", PHONE).await;
        let id = submit_with_battery(&bench, "RV1", PHONE, "BT0001").await;
        assert_eq!(approve(&bench, approval(id)).await, Ok(()));
        assert_eq!(holder(&bench, "BT0001").await.as_deref(), Some(PHONE));
        assert_eq!(integers(&bench, "SELECT id AS value FROM delivery").await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_battery_that_is_bound_elsewhere_refuses_the_approval_and_nothing_changes() {
    on_both_engines(|bench| async move {
        let id = submit_with_battery(&bench, "RV1", PHONE, "BT0001").await;
        bind(&bench, "BT0001", OTHER).await;
        assert_eq!(approve(&bench, approval(id)).await, Err(409));
        assert_eq!(holder(&bench, "BT0001").await.as_deref(), Some(OTHER));
        assert!(integers(&bench, MERCHANT).await.is_empty(), "nobody belongs to a merchant");
        assert!(deposits(&bench).await.is_empty());
        assert_eq!(audited(&bench, "approveAccessReview").await, 0);
        assert_eq!(reviews(&bench, "", 0).await.len(), 2, "the review is pending as before");
    })
    .await;
}

#[tokio::test]
async fn an_unknown_share_code_or_review_is_not_found_and_nothing_changes() {
    on_both_engines(|bench| async move {
        let id = submit(&bench, submission("RV1")).await;
        let unknown = ApproveAccessReviewRequest { share_code: "ABC999".to_owned(), ..approval(id) };
        assert_eq!(approve(&bench, unknown).await, Err(404));
        let merchant_code = ApproveAccessReviewRequest { share_code: "BCD001".to_owned(), ..approval(id) };
        assert_eq!(approve(&bench, merchant_code).await, Err(404), "only a shareCode will do");
        assert_eq!(approve(&bench, approval(1)).await, Err(404));
        assert_eq!(reviews(&bench, "", 0).await.len(), 1);
        assert!(deposits(&bench).await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn the_identical_approval_again_changes_nothing() {
    on_both_engines(|bench| async move {
        let id = submit_with_battery(&bench, "RV1", PHONE, "BT0001").await;
        assert_eq!(approve(&bench, approval(id)).await, Ok(()));
        assert_eq!(approve(&bench, approval(id)).await, Ok(()));
        assert_eq!(deposits(&bench).await, [19_900]);
        assert_eq!(audited(&bench, "approveAccessReview").await, 1);
        assert_eq!(integers(&bench, "SELECT id AS value FROM delivery").await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn any_other_second_decision_is_refused() {
    on_both_engines(|bench| async move {
        let id = submit(&bench, submission("RV1")).await;
        approve(&bench, approval(id)).await.expect("approved");
        let share_code = "ABC002".to_owned();
        let others = [
            ApproveAccessReviewRequest { share_code, ..approval(id) },
            ApproveAccessReviewRequest { deposit: 29_900, ..approval(id) },
            ApproveAccessReviewRequest { discount_price: Some(1), ..approval(id) },
            ApproveAccessReviewRequest { offline_price: Some(1), ..approval(id) },
        ];
        for other in others {
            assert_eq!(approve(&bench, other).await, Err(409));
        }
        let rejected = submit(&bench, submission("RV2")).await;
        reject(&bench, rejected).await.expect("rejected");
        assert_eq!(approve(&bench, approval(rejected)).await, Err(409));
        assert_eq!(deposits(&bench).await, [19_900]);
        assert_eq!(integers(&bench, MERCHANT).await, [1001]);
    })
    .await;
}

async fn bind(bench: &Bench, battery_code: &str, phone: &str) {
    let register = SubmitAccessReviewRequest { phone_no: phone.to_owned(), ..submission(&format!("RV-{phone}")) };
    submit(bench, register).await;
    let request = BindBatteryRequest { battery_code: battery_code.to_owned(), phone_no: phone.to_owned() };
    bench.backend.bind_battery(request).await.expect("bound");
}

/// The phone of the user who has the battery at Weichuang.
async fn at_weichuang(bench: &Bench, battery_code: &str) -> Option<String> {
    let request = QueryBatteriesRequest { battery_code: battery_code.to_owned() };
    let answer = bench.backend.weichuang().client().query_batteries(&request).await.expect("an answer");
    answer.data.battery_list.into_iter().next().and_then(|battery| battery.user_phone)
}
