/// §2.2.10, one call at a time.
mod approve;
/// §2.2.9 and §2.2.12.
mod list_and_reject;
/// Decisions that meet.
mod races;
/// How reviews come in.
mod submit;

use super::{
    Bench,
    rows::{integers, texts},
};
use contracts::{
    internal::{InternalApi, SubmitAccessReviewRequest},
    polaris::{
        AccessReview, ApproveAccessReviewRequest, ListAccessReviewsRequest, PolarisApi, RejectAccessReviewRequest,
    },
    runtime::Failure,
};

pub const PHONE: &str = "13900000001";

/// A review of 张三 with nothing but its number.
pub fn submission(external_no: &str) -> SubmitAccessReviewRequest {
    SubmitAccessReviewRequest {
        external_no: external_no.to_owned(),
        phone_no: PHONE.to_owned(),
        user_name: "张三".to_owned(),
        ..SubmitAccessReviewRequest::default()
    }
}

/// The approval of `id` for merchant 1001 with a deposit of 199 元.
pub fn approval(id: i64) -> ApproveAccessReviewRequest {
    let share_code = "ABC001".to_owned();
    ApproveAccessReviewRequest { id, share_code, deposit: 19_900, state: 1, discount_price: None, offline_price: None }
}

pub async fn submit(bench: &Bench, request: SubmitAccessReviewRequest) -> i64 {
    bench.backend.submit_access_review(request).await.expect("a review").id
}

pub async fn submit_with_battery(bench: &Bench, external_no: &str, phone: &str, battery_code: &str) -> i64 {
    let (phone_no, battery_code) = (phone.to_owned(), Some(battery_code.to_owned()));
    submit(bench, SubmitAccessReviewRequest { phone_no, battery_code, ..submission(external_no) }).await
}

pub async fn approve(bench: &Bench, request: ApproveAccessReviewRequest) -> Result<(), u16> {
    bench.backend.approve_access_review(request).await.map(drop).map_err(code)
}

pub async fn reject(bench: &Bench, id: i64) -> Result<(), u16> {
    bench.backend.reject_access_review(RejectAccessReviewRequest { id }).await.map(drop).map_err(code)
}

pub async fn reviews(bench: &Bench, user_name: &str, state: i32) -> Vec<AccessReview> {
    let user_name = user_name.to_owned();
    let request = ListAccessReviewsRequest { user_name, state, ..ListAccessReviewsRequest::default() };
    bench.backend.list_access_reviews(request).await.expect("a page").result
}

/// Who has which battery now, by phone.
pub async fn holder(bench: &Bench, battery_code: &str) -> Option<String> {
    let query = "SELECT m.phone AS value FROM battery_binding b JOIN member m ON m.id = b.member_id \
                 WHERE b.unbound_at IS NULL AND b.battery_code = ";
    texts(bench, &format!("{query}'{battery_code}'")).await.pop()
}

/// The amounts of the deposits that are held.
pub async fn deposits(bench: &Bench) -> Vec<i64> {
    integers(bench, "SELECT amount AS value FROM deposit ORDER BY id").await
}

fn code(failure: Failure) -> u16 {
    failure.code
}
