use contracts::{internal::RecordPackageOrderRequest, polaris::MonthlyPackageOrder};

use super::{OTHER, PHONE, all, list, member_of, paid, record, register, unpaid};
use crate::backend::{on_both_engines, rows::integers};

const STATE: &str = "SELECT state AS value FROM member";

#[tokio::test]
async fn an_order_shows_what_was_recorded_and_who_the_member_was() {
    on_both_engines(|bench| async move {
        member_of(&bench, PHONE, "张三", 1001).await;
        let order_id = record(&bench, paid("PK1", "2021-08-22 08:58:16")).await.expect("an order");
        let expected = MonthlyPackageOrder {
            order_id,
            phone_no: PHONE.to_owned(),
            user_name: "张三".into(),
            merchant_code: "BCD001".into(),
            package_name: "畅行月卡".to_owned(),
            price: 29_900,
            pay_status: 1,
            pay_time: "2021-08-22 08:58:16".into(),
            effective_time: "2021-08-22 09:00:00".into(),
            expire_time: "2021-09-21 09:00:00".into(),
        };
        assert_eq!(list(&bench, all()).await, [expected]);
    })
    .await;
}

#[tokio::test]
async fn an_order_of_an_unknown_member_is_not_found() {
    on_both_engines(|bench| async move { assert_eq!(record(&bench, unpaid("PK1")).await, Err(404)) }).await;
}

#[tokio::test]
async fn the_first_paid_package_makes_a_new_member_one_who_uses() {
    on_both_engines(|bench| async move {
        register(&bench, PHONE, "张三").await;
        record(&bench, unpaid("PK1")).await.expect("an order");
        assert_eq!(integers(&bench, STATE).await, [0], "nothing has been bought yet");
        record(&bench, paid("PK1", "2021-08-22 08:58:16")).await.expect("paid");
        assert_eq!(integers(&bench, STATE).await, [1]);
        assert_eq!(integers(&bench, "SELECT first_used_at AS value FROM member").await, [bench.backend.now()]);
    })
    .await;
}

#[tokio::test]
async fn the_same_number_and_content_is_the_same_order() {
    on_both_engines(|bench| async move {
        register(&bench, PHONE, "张三").await;
        let id = record(&bench, paid("PK1", "2021-08-22 08:58:16")).await.expect("an order");
        assert_eq!(record(&bench, paid("PK1", "2021-08-22 08:58:16")).await, Ok(id));
        assert_eq!(list(&bench, all()).await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn the_payment_status_may_advance_and_never_goes_back() {
    on_both_engines(|bench| async move {
        register(&bench, PHONE, "张三").await;
        let id = record(&bench, unpaid("PK1")).await.expect("an order");
        assert_eq!(record(&bench, paid("PK1", "2021-08-22 08:58:16")).await, Ok(id));
        assert_eq!(record(&bench, unpaid("PK1")).await, Err(409));
        let refunded = RecordPackageOrderRequest { pay_status: 2, ..unpaid("PK1") };
        assert_eq!(record(&bench, refunded.clone()).await, Ok(id));
        assert_eq!(record(&bench, refunded).await, Ok(id), "again changes nothing");
        assert_eq!(record(&bench, paid("PK1", "2021-08-22 08:58:16")).await, Err(409));
        let orders = list(&bench, all()).await;
        assert_eq!((orders[0].pay_status, orders[0].pay_time.0.as_deref()), (2, Some("2021-08-22 08:58:16")));
    })
    .await;
}

#[tokio::test]
async fn the_same_number_with_any_other_content_is_refused() {
    on_both_engines(|bench| async move {
        register(&bench, PHONE, "张三").await;
        register(&bench, OTHER, "李四").await;
        record(&bench, paid("PK1", "2021-08-22 08:58:16")).await.expect("an order");
        let others: [fn(&mut RecordPackageOrderRequest); 6] = [
            |request| request.phone_no = OTHER.to_owned(),
            |request| request.package_name = "骑手无忧月卡".to_owned(),
            |request| request.price = 1,
            |request| request.pay_time = Some("2021-08-22 08:58:17".to_owned()),
            |request| request.effective_time = Some("2021-08-23 09:00:00".to_owned()),
            |request| request.expire_time = Some("2021-09-22 09:00:00".to_owned()),
        ];
        for pay_status in [1, 2] {
            for change in others {
                let mut other = paid("PK1", "2021-08-22 08:58:16");
                other.pay_status = pay_status;
                change(&mut other);
                assert_eq!(record(&bench, other).await, Err(409));
            }
        }
        assert_eq!(integers(&bench, "SELECT pay_status AS value FROM package_order").await, [1]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_order_at_once_is_one_order_and_different_ones_have_one_winner() {
    on_both_engines(|bench| async move {
        register(&bench, PHONE, "张三").await;
        for round in 0..10 {
            let number = format!("PK{round}");
            let same = || record(&bench, paid(&number, "2021-08-22 08:58:16"));
            let other = RecordPackageOrderRequest { price: 1, ..paid(&number, "2021-08-22 08:58:16") };
            let (one, two, other) = tokio::join!(same(), same(), record(&bench, other));
            assert_eq!(one, two);
            assert!(one == Err(409) && other.is_ok() || one.is_ok() && other == Err(409), "{one:?} {other:?}");
        }
        assert_eq!(list(&bench, all()).await.len(), 10);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_payment_at_once_counts_once() {
    on_both_engines(|bench| async move {
        register(&bench, PHONE, "张三").await;
        for round in 0..10 {
            let number = format!("PK{round}");
            let id = record(&bench, unpaid(&number)).await.expect("an order");
            let pay = || record(&bench, paid(&number, "2021-08-22 08:58:16"));
            assert_eq!(tokio::join!(pay(), pay()), (Ok(id), Ok(id)));
        }
        assert_eq!(integers(&bench, "SELECT id AS value FROM package_order WHERE pay_status = 1").await.len(), 10);
    })
    .await;
}
