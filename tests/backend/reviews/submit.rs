use contracts::{
    internal::{InternalApi, SubmitAccessReviewRequest},
    runtime::Failure,
};

use super::{PHONE, approval, approve, reviews, submission, submit};
use crate::backend::{
    Bench, on_both_engines,
    rows::{integers, texts},
};

#[tokio::test]
async fn a_review_is_pending_and_shows_what_was_submitted() {
    on_both_engines(|bench| async move {
        let id = submit(&bench, full("RV1")).await;
        let reviews = reviews(&bench, "", 0).await;
        let [review] = reviews.as_slice() else { panic!("{} reviews", reviews.len()) };
        let text = |value: &str| Some(value.to_owned());
        assert_eq!(review.id, id);
        assert_eq!(review.user_name.0, text("张三"));
        assert_eq!((&review.vehicle_id.0, &review.vehicle_model.0), (&text("VH0001"), &text("TDT01Z")));
        assert_eq!((&review.battery_code.0, &review.battery_model.0), (&text("BT0001"), &text("60V20Ah")));
        assert_eq!((review.order_type.0, &review.order_type_str.0), (Some(1), &text("新增接入")));
        assert_eq!((review.deposit.0, review.old_deposit.0), (Some(29_900), None));
        assert_eq!((&review.online_price.0, &review.offline_price.0), (&text("299.00"), &text("0.00")));
        assert_eq!((&review.share_code.0, &review.rent_type.0), (&text("ABC001"), &text("车电同租")));
        assert_eq!((&review.state_str.0, &review.bind_date.0), (&text("待确认"), &None));
    })
    .await;
}

#[tokio::test]
async fn the_same_number_and_content_is_the_same_review() {
    on_both_engines(|bench| async move {
        let id = submit(&bench, full("RV1")).await;
        let spaced = SubmitAccessReviewRequest { user_name: " 张三 ".to_owned(), ..full("RV1") };
        assert_eq!(submit(&bench, spaced).await, id, "names are trimmed");
        approve(&bench, approval(id)).await.expect("approved");
        assert_eq!(submit(&bench, full("RV1")).await, id, "a decision is no other content");
        assert_eq!(reviews(&bench, "", 0).await.len() + reviews(&bench, "", 1).await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn absent_null_and_blank_are_the_same_content() {
    on_both_engines(|bench| async move {
        let id = submit(&bench, submission("RV1")).await;
        let blank = Some(String::new());
        let blank = SubmitAccessReviewRequest { vehicle_id: blank.clone(), share_code: blank, ..submission("RV1") };
        assert_eq!(submit(&bench, blank).await, id);
    })
    .await;
}

#[tokio::test]
async fn the_same_number_with_any_other_content_is_refused() {
    on_both_engines(|bench| async move {
        submit(&bench, full("RV1")).await;
        let others: [fn(&mut SubmitAccessReviewRequest); 9] = [
            |request| request.phone_no = "13900000002".to_owned(),
            |request| request.user_name = "李四".to_owned(),
            |request| request.vehicle_id = None,
            |request| request.battery_code = Some("BT0002".to_owned()),
            |request| request.rent_type = None,
            |request| request.order_type = Some(2),
            |request| request.deposit = Some(1),
            |request| request.online_price = None,
            |request| request.share_code = Some("ABC002".to_owned()),
        ];
        for change in others {
            let mut other = full("RV1");
            change(&mut other);
            assert_eq!(refusal(&bench, other).await, 409);
        }
        assert_eq!(texts(&bench, "SELECT phone AS value FROM member").await, [PHONE], "nobody is registered");
    })
    .await;
}

#[tokio::test]
async fn an_unknown_phone_becomes_a_new_member_and_a_known_one_stays_as_it_is() {
    on_both_engines(|bench| async move {
        submit(&bench, submission("RV1")).await;
        submit(&bench, SubmitAccessReviewRequest { user_name: "张三丰".to_owned(), ..submission("RV2") }).await;
        let members = "SELECT phone || ' ' || name || ' ' || CAST(state AS TEXT) AS value FROM member";
        assert_eq!(texts(&bench, members).await, [format!("{PHONE} 张三 0")]);
    })
    .await;
}

#[tokio::test]
async fn an_unknown_vehicle_or_battery_is_not_found_and_nobody_is_registered() {
    on_both_engines(|bench| async move {
        let unknown = || Some("XX0001".to_owned());
        let vehicle = SubmitAccessReviewRequest { vehicle_id: unknown(), ..submission("RV1") };
        let battery = SubmitAccessReviewRequest { battery_code: unknown(), ..submission("RV1") };
        assert_eq!(refusal(&bench, vehicle).await, 404);
        assert_eq!(refusal(&bench, battery).await, 404);
        assert!(integers(&bench, "SELECT id AS value FROM member").await.is_empty());
    })
    .await;
}

fn full(external_no: &str) -> SubmitAccessReviewRequest {
    let text = |value: &str| Some(value.to_owned());
    SubmitAccessReviewRequest {
        vehicle_id: text("VH0001"),
        battery_code: text("BT0001"),
        rent_type: text("车电同租"),
        order_type: Some(1),
        deposit: Some(29_900),
        online_price: text("299.00"),
        offline_price: text("0.00"),
        share_code: text("ABC001"),
        ..submission(external_no)
    }
}

async fn refusal(bench: &Bench, request: SubmitAccessReviewRequest) -> u16 {
    let failure: Failure = bench.backend.submit_access_review(request).await.expect_err("a refusal");
    failure.code
}
