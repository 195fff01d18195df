use contracts::polaris::{
    GrantPackageGiftRequest, ListPackageGiftsRequest, PackageGift, PolarisApi, RevokePackageGiftRequest,
};
use polaris::backend::db::sql;

use super::{OTHER, PHONE, register};
use crate::backend::{
    Bench, on_both_engines,
    rows::{audited, integers},
};

#[tokio::test]
async fn a_gift_shows_what_was_granted() {
    on_both_engines(|bench| async move {
        register(&bench, PHONE, "张三").await;
        let id = grant(&bench, gift("G1")).await.expect("a gift");
        let gifts = list(&bench, ListPackageGiftsRequest::default()).await;
        let expected = PackageGift {
            id,
            phone_no: PHONE.to_owned(),
            user_name: "张三".into(),
            package_name: "畅行月卡".to_owned(),
            package_type: "月卡".to_owned(),
            amount: 7,
            status: 1,
            operator_name: "陈静".into(),
            grant_time: "2021-09-03 10:00:00".to_owned(),
            remark: "活动补偿".into(),
        };
        assert_eq!(gifts, [expected]);
        assert_eq!(audited(&bench, "grantPackageGift").await, 1);
    })
    .await;
}

#[tokio::test]
async fn a_gift_for_an_unknown_member_is_not_found() {
    on_both_engines(|bench| async move { assert_eq!(grant(&bench, gift("G1")).await, Err(404)) }).await;
}

#[tokio::test]
async fn the_same_gift_number_and_content_is_the_same_gift() {
    on_both_engines(|bench| async move {
        register(&bench, PHONE, "张三").await;
        let id = grant(&bench, gift("G1")).await.expect("a gift");
        assert_eq!(grant(&bench, gift("G1")).await, Ok(id));
        let spaced = GrantPackageGiftRequest { remark: Some(" 活动补偿 ".to_owned()), ..gift("G1") };
        assert_eq!(grant(&bench, spaced).await, Ok(id), "remarks are trimmed");
        revoke(&bench, id).await.expect("revoked");
        assert_eq!(grant(&bench, gift("G1")).await, Ok(id), "and it stays revoked");
        assert_eq!(integers(&bench, "SELECT status AS value FROM package_gift").await, [2]);
        assert_eq!(audited(&bench, "grantPackageGift").await, 1);
    })
    .await;
}

#[tokio::test]
async fn the_same_gift_number_with_any_other_content_is_refused() {
    on_both_engines(|bench| async move {
        register(&bench, PHONE, "张三").await;
        register(&bench, OTHER, "李四").await;
        grant(&bench, gift("G1")).await.expect("a gift");
        let others: [fn(&mut GrantPackageGiftRequest); 7] = [
            |request| request.phone_no = OTHER.to_owned(),
            |request| request.package_name = "轻享次卡".to_owned(),
            |request| request.package_type = "次卡".to_owned(),
            |request| request.amount = 8,
            |request| request.operator_id = "OP1002".to_owned(),
            |request| request.operator_name = "李雷".to_owned(),
            |request| request.remark = None,
        ];
        for change in others {
            let mut other = gift("G1");
            change(&mut other);
            assert_eq!(grant(&bench, other).await, Err(409));
        }
        assert_eq!(integers(&bench, "SELECT amount AS value FROM package_gift").await, [7]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_gift_many_times_at_once_is_granted_once_and_another_content_is_refused() {
    on_both_engines(|bench| async move {
        register(&bench, PHONE, "张三").await;
        for round in 0..10 {
            let number = format!("G{round}");
            let same = || grant(&bench, gift(&number));
            let other = GrantPackageGiftRequest { amount: 8, ..gift(&number) };
            let (one, two, other) = tokio::join!(same(), same(), grant(&bench, other));
            assert_eq!(one, two);
            assert!(one == Err(409) && other.is_ok() || one.is_ok() && other == Err(409), "{one:?} {other:?}");
        }
        assert_eq!(integers(&bench, "SELECT id AS value FROM package_gift").await.len(), 10);
    })
    .await;
}

#[tokio::test]
async fn gifts_are_listed_newest_first_by_phone_and_by_status() {
    on_both_engines(|bench| async move {
        register(&bench, PHONE, "张三").await;
        register(&bench, OTHER, "李四").await;
        let first = grant(&bench, gift("G1")).await.expect("a gift");
        let other = GrantPackageGiftRequest { phone_no: OTHER.to_owned(), ..gift("G2") };
        let second = grant(&bench, other).await.expect("a gift");
        let third = grant(&bench, gift("G3")).await.expect("a gift");
        revoke(&bench, third).await.expect("revoked");
        let ids = async |phone: &str, status| -> Vec<i64> {
            let phone_no = Some(phone.to_owned());
            let request = ListPackageGiftsRequest { phone_no, status, ..ListPackageGiftsRequest::default() };
            list(&bench, request).await.iter().map(|gift| gift.id).collect()
        };
        assert_eq!(ids("", None).await, [third, second, first]);
        assert_eq!(ids(PHONE, None).await, [third, first]);
        assert_eq!(ids(PHONE, Some(1)).await, [first]);
        assert_eq!(ids("", Some(2)).await, [third]);
        assert!(ids("", Some(3)).await.is_empty());
        assert!(ids("139", None).await.is_empty(), "phones match exactly");
    })
    .await;
}

#[tokio::test]
async fn a_page_of_gifts_has_as_many_as_asked_for_and_tells_of_more() {
    on_both_engines(|bench| async move {
        register(&bench, PHONE, "张三").await;
        for number in ["G1", "G2", "G3"] {
            grant(&bench, gift(number)).await.expect("a gift");
        }
        let request =
            ListPackageGiftsRequest { page_no: Some(1), page_size: Some(2), ..ListPackageGiftsRequest::default() };
        let page = bench.backend.list_package_gifts(request).await.expect("a page");
        assert_eq!((page.total.0, page.has_more, page.result.len()), (Some(3), true, 2));
    })
    .await;
}

#[tokio::test]
async fn a_revoked_gift_stays_revoked_and_again_changes_nothing() {
    on_both_engines(|bench| async move {
        register(&bench, PHONE, "张三").await;
        let id = grant(&bench, gift("G1")).await.expect("a gift");
        assert_eq!(revoke(&bench, id).await, Ok(()));
        assert_eq!(revoke(&bench, id).await, Ok(()));
        let gifts = list(&bench, ListPackageGiftsRequest::default()).await;
        assert_eq!((gifts[0].status, gifts[0].remark.0.as_deref()), (2, Some("活动补偿")));
        assert_eq!(audited(&bench, "revokePackageGift").await, 1);
    })
    .await;
}

#[tokio::test]
async fn a_gift_that_is_used_up_or_expired_cannot_be_revoked() {
    on_both_engines(|bench| async move {
        register(&bench, PHONE, "张三").await;
        let id = grant(&bench, gift("G1")).await.expect("a gift");
        let mut session = bench.backend.db().transaction().await.expect("a transaction");
        session.execute(sql("UPDATE package_gift SET status = 3")).await.expect("used up");
        session.commit().await.expect("committed");
        assert_eq!(revoke(&bench, id).await, Err(409));
        assert_eq!(integers(&bench, "SELECT status AS value FROM package_gift").await, [3]);
    })
    .await;
}

#[tokio::test]
async fn a_gift_that_is_used_up_or_expired_is_shown_and_found_by_its_status() {
    on_both_engines(|bench| async move {
        register(&bench, PHONE, "张三").await;
        let used_up = grant(&bench, gift("G1")).await.expect("a gift");
        grant(&bench, gift("G2")).await.expect("a gift");
        // It comes by import alone.
        let mut session = bench.backend.db().transaction().await.expect("a transaction");
        session.execute(sql("UPDATE package_gift SET status = 3 WHERE id = ").bind(used_up)).await.expect("used up");
        session.commit().await.expect("committed");
        let statuses: Vec<_> = list(&bench, Default::default()).await.iter().map(|gift| gift.status).collect();
        assert_eq!(statuses, [1, 3]);
        let found = list(&bench, ListPackageGiftsRequest { status: Some(3), ..Default::default() }).await;
        assert_eq!(found.iter().map(|gift| (gift.id, gift.amount)).collect::<Vec<_>>(), [(used_up, 7)]);
    })
    .await;
}

#[tokio::test]
async fn an_unknown_gift_cannot_be_revoked() {
    on_both_engines(|bench| async move { assert_eq!(revoke(&bench, 1).await, Err(404)) }).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_revocations_at_once_both_succeed_and_count_once() {
    on_both_engines(|bench| async move {
        register(&bench, PHONE, "张三").await;
        for round in 1..=10 {
            let id = grant(&bench, gift(&format!("G{round}"))).await.expect("a gift");
            assert_eq!(tokio::join!(revoke(&bench, id), revoke(&bench, id)), (Ok(()), Ok(())));
            assert_eq!(audited(&bench, "revokePackageGift").await, round);
        }
    })
    .await;
}

fn gift(gift_no: &str) -> GrantPackageGiftRequest {
    GrantPackageGiftRequest {
        gift_no: gift_no.to_owned(),
        phone_no: PHONE.to_owned(),
        package_name: "畅行月卡".to_owned(),
        package_type: "月卡".to_owned(),
        amount: 7,
        operator_id: "OP1001".to_owned(),
        operator_name: "陈静".to_owned(),
        remark: Some("活动补偿".to_owned()),
    }
}

async fn grant(bench: &Bench, request: GrantPackageGiftRequest) -> Result<i64, u16> {
    bench.backend.grant_package_gift(request).await.map(|gift| gift.id).map_err(|failure| failure.code)
}

async fn revoke(bench: &Bench, id: i64) -> Result<(), u16> {
    let (operator_id, operator_name) = ("OP1001".to_owned(), "陈静".to_owned());
    let request =
        RevokePackageGiftRequest { id, operator_id, operator_name, remark: Some("赠送对象有误".to_owned()) };
    bench.backend.revoke_package_gift(request).await.map(drop).map_err(|failure| failure.code)
}

async fn list(bench: &Bench, request: ListPackageGiftsRequest) -> Vec<PackageGift> {
    bench.backend.list_package_gifts(request).await.expect("a page").result
}
