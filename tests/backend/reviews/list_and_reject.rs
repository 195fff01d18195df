use contracts::{
    internal::SubmitAccessReviewRequest,
    polaris::{AccessReview, ListAccessReviewsRequest, PolarisApi},
};

use polaris::backend::db::sql;

use super::{approval, approve, reject, reviews, submission, submit};
use crate::backend::{Bench, on_both_engines, rows::audited};

#[tokio::test]
async fn state_0_lists_the_pending_and_state_1_approved_and_rejected_alike_newest_first() {
    on_both_engines(|bench| async move {
        let ids = three(&bench).await;
        approve(&bench, approval(ids[0])).await.expect("approved");
        reject(&bench, ids[1]).await.expect("rejected");
        assert_eq!(states(&reviews(&bench, "", 0).await), [(ids[2], "待确认")]);
        assert_eq!(states(&reviews(&bench, "", 1).await), [(ids[1], "已驳回"), (ids[0], "已确认")]);
        let approved = reviews(&bench, "", 1).await.remove(1);
        assert_eq!(approved.bind_date.0.as_deref(), Some("2021-09-03 10:00:00"));
    })
    .await;
}

#[tokio::test]
async fn an_empty_user_name_lists_all_and_any_other_is_a_prefix() {
    on_both_engines(|bench| async move {
        let ids = three(&bench).await;
        let of =
            async |prefix| -> Vec<i64> { reviews(&bench, prefix, 0).await.iter().map(|review| review.id).collect() };
        assert_eq!(of("").await, [ids[2], ids[1], ids[0]]);
        assert_eq!(of("张三").await, [ids[1], ids[0]]);
        assert_eq!(of(" 张三丰 ").await, [ids[1]]);
        assert!(of("三").await.is_empty());
        assert!(of("张_").await.is_empty() && of("%").await.is_empty(), "no wildcards");
    })
    .await;
}

#[tokio::test]
async fn a_page_has_as_many_reviews_as_asked_for_and_tells_of_more() {
    on_both_engines(|bench| async move {
        let ids = three(&bench).await;
        let page = async |page_no| {
            let (page_no, page_size) = (Some(page_no), Some(2));
            let request = ListAccessReviewsRequest { user_name: String::new(), state: 0, page_no, page_size };
            bench.backend.list_access_reviews(request).await.expect("a page")
        };
        let first = page(1).await;
        assert_eq!((first.total.0, first.page_no, first.page_size, first.has_more), (Some(3), 1, 2, true));
        let second = page(2).await;
        assert_eq!((states(&second.result), second.has_more), (vec![(ids[0], "待确认")], false));
        assert!(page(3).await.result.is_empty(), "past the end is empty");
    })
    .await;
}

#[tokio::test]
async fn a_deposit_paid_before_that_came_by_import_is_shown_beside_the_new_one() {
    on_both_engines(|bench| async move {
        let request = SubmitAccessReviewRequest { deposit: Some(29_900), ..submission("RV1") };
        let id = submit(&bench, request).await;
        let mut session = bench.backend.db().transaction().await.expect("a transaction");
        let statement = sql("UPDATE access_review SET old_deposit = 19900 WHERE id = ").bind(id);
        session.execute(statement).await.expect("imported");
        session.commit().await.expect("committed");
        for state in [0, 1] {
            let review = reviews(&bench, "", state).await.remove(0);
            assert_eq!((review.deposit.0, review.old_deposit.0), (Some(29_900), Some(19_900)));
            let _ = reject(&bench, id).await;
        }
    })
    .await;
}

#[tokio::test]
async fn a_pending_review_is_rejected_and_again_changes_nothing() {
    on_both_engines(|bench| async move {
        let id = submit(&bench, submission("RV1")).await;
        assert_eq!(reject(&bench, id).await, Ok(()));
        assert_eq!(reject(&bench, id).await, Ok(()));
        assert_eq!(states(&reviews(&bench, "", 1).await), [(id, "已驳回")]);
        assert_eq!(audited(&bench, "rejectAccessReview").await, 1);
    })
    .await;
}

#[tokio::test]
async fn an_approved_review_cannot_be_rejected() {
    on_both_engines(|bench| async move {
        let id = submit(&bench, submission("RV1")).await;
        approve(&bench, approval(id)).await.expect("approved");
        assert_eq!(reject(&bench, id).await, Err(409));
        assert_eq!(states(&reviews(&bench, "", 1).await), [(id, "已确认")]);
    })
    .await;
}

#[tokio::test]
async fn an_unknown_review_cannot_be_rejected() {
    on_both_engines(|bench| async move { assert_eq!(reject(&bench, 1).await, Err(404)) }).await;
}

/// Reviews of 张三, 张三丰 and 李四.
async fn three(bench: &Bench) -> Vec<i64> {
    let mut ids = Vec::new();
    for (number, name) in ["张三", "张三丰", "李四"].into_iter().enumerate() {
        let phone_no = format!("1390000000{number}");
        let external_no = format!("RV{number}");
        let request = SubmitAccessReviewRequest { phone_no, user_name: name.to_owned(), ..submission(&external_no) };
        ids.push(submit(bench, request).await);
    }
    ids
}

fn states(reviews: &[AccessReview]) -> Vec<(i64, &str)> {
    reviews.iter().map(|review| (review.id, review.state_str.0.as_deref().unwrap_or_default())).collect()
}
