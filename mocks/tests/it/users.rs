use std::sync::Arc;

use contracts::{runtime::Refusal, weichuang::*};
use mocks::{Mock, Time};

use crate::mock;

/// Not migrated, with a deposit.
const ZHANG: &str = "13333111222";
/// Migrated, with a deposit of 299.00.
const GAO: &str = "13810020017";
/// Migrated, the deposit paid back.
const ZENG: &str = "13510020029";
/// Not migrated, never paid a deposit, without a package.
const SUN: &str = "17710020011";

async fn user(mock: &Mock, phone: &str) -> Result<QueryUserSuccess, Refusal> {
    mock.weichuang().query_user(QueryUserRequest { phone_no: phone.to_owned() }).await
}

async fn held(mock: &Mock, phone: &str) -> Option<String> {
    let request = QueryUserDepositRequest { phone_no: phone.to_owned() };
    mock.weichuang().query_user_deposit(request).await.unwrap().deposit_amount
}

async fn migrate(mock: &Mock, phone: &str, user_id: &str) -> i32 {
    let request = CompleteMigrationRequest {
        phone_no: phone.to_owned(),
        user_id: user_id.to_owned(),
        migrate_time: "2021-09-03 10:00".to_owned(),
    };
    mock.weichuang().complete_migration(request).await.map_or_else(|refusal| refusal.result, |_| 200)
}

async fn refund(mock: &Mock, no: &str, phone: &str, amount: &str) -> Result<RefundDepositSuccess, i32> {
    let request = RefundDepositRequest {
        refund_no: no.to_owned(),
        phone_no: phone.to_owned(),
        refund_amount: amount.to_owned(),
        reason: Some(String::new()),
    };
    mock.weichuang().refund_deposit(request).await.map_err(|refusal| refusal.result)
}

#[tokio::test]
async fn an_unknown_phone_is_404_everywhere() {
    let mock = mock();
    let phone_no = "10000000000".to_owned();
    let weichuang = mock.weichuang();
    assert_eq!(user(&mock, &phone_no).await.unwrap_err().result, 404);
    let deposit = weichuang.query_user_deposit(QueryUserDepositRequest { phone_no: phone_no.clone() }).await;
    assert_eq!(deposit.unwrap_err().result, 404);
    let package = weichuang.query_user_package(QueryUserPackageRequest { phone_no: phone_no.clone() }).await;
    assert_eq!(package.unwrap_err().result, 404);
    assert_eq!(migrate(&mock, &phone_no, "1").await, 404);
    assert_eq!(refund(&mock, "RF1", &phone_no, "299.00").await.unwrap_err(), 404);
}

#[tokio::test]
async fn the_example_of_the_page_is_there() {
    let mock = mock();
    let zhang = user(&mock, ZHANG).await.unwrap();
    assert_eq!(zhang.user_name.as_deref(), Some("张三"));
    assert_eq!((zhang.vehicle_id.as_deref(), zhang.battery_code.as_deref()), (Some("VH0001"), Some("BT0002")));
    assert_eq!((zhang.share_code.as_deref(), zhang.migrated), (Some("ABC001"), Some(false)));
    assert_eq!(held(&mock, ZHANG).await.as_deref(), Some("299.00"));
    assert!(user(&mock, "11221212212").await.is_err());
}

#[tokio::test]
async fn a_package_tells_what_is_left_by_the_clock_of_the_world() {
    let mock = mock();
    let left = async |phone: &str| {
        let request = QueryUserPackageRequest { phone_no: phone.to_owned() };
        mock.weichuang().query_user_package(request).await.unwrap().package_effective_content
    };
    assert_eq!(left(ZHANG).await.as_deref(), Some("还剩18天"));
    assert_eq!(left("13810020002").await.as_deref(), Some("还剩7次"));
    assert_eq!(left(SUN).await, None);
    mock.clock().set(Time { now: "2021-09-21 09:00".parse().unwrap(), frozen: true });
    assert_eq!(left(ZHANG).await.as_deref(), Some("已到期"));
}

#[tokio::test]
async fn a_migration_is_told_once_and_for_one_polaris_user() {
    let mock = mock();
    assert_eq!(migrate(&mock, ZHANG, "216081701767168").await, 200);
    assert_eq!(user(&mock, ZHANG).await.unwrap().migrated, Some(true));
    assert_eq!(migrate(&mock, ZHANG, "216081701767168").await, 200);
    assert_eq!(migrate(&mock, ZHANG, "1").await, 409);
}

#[tokio::test]
async fn a_migration_allows_the_refund_which_shows_in_the_deposit() {
    let mock = mock();
    assert_eq!(refund(&mock, "RF1", ZHANG, "299.00").await.unwrap_err(), 409);
    assert_eq!(held(&mock, ZHANG).await.as_deref(), Some("299.00"));
    migrate(&mock, ZHANG, "1").await;
    let first = refund(&mock, "RF1", ZHANG, "299.00").await.unwrap();
    assert_eq!(first.refund_time.as_deref(), Some("2021-09-03 10:00:00"));
    assert_eq!(held(&mock, ZHANG).await.as_deref(), Some("0.00"));
}

#[tokio::test]
async fn the_same_refund_again_answers_as_the_first_time() {
    let mock = mock();
    let first = refund(&mock, "RF1", GAO, "299.00").await.unwrap();
    mock.clock().set(Time { now: "2021-10-01 00:00".parse().unwrap(), frozen: true });
    assert_eq!(refund(&mock, "RF1", GAO, "299.00").await.unwrap(), first);
    assert_eq!(refund(&mock, "RF1", GAO, "299.01").await.unwrap_err(), 409);
    assert_eq!(refund(&mock, "RF1", ZENG, "299.00").await.unwrap_err(), 409);
    assert_eq!(refund(&mock, "RF2", GAO, "299.00").await.unwrap_err(), 409);
}

#[tokio::test]
async fn a_refund_must_be_of_the_deposit_that_is_held() {
    let mock = mock();
    assert_eq!(refund(&mock, "RF1", GAO, "298.00").await.unwrap_err(), 409);
    assert_eq!(refund(&mock, "RF1", ZENG, "299.00").await.unwrap_err(), 409);
    migrate(&mock, SUN, "1").await;
    assert_eq!(refund(&mock, "RF1", SUN, "0.00").await.unwrap_err(), 409);
    assert_eq!(held(&mock, GAO).await.as_deref(), Some("299.00"));
    assert_eq!(held(&mock, SUN).await, None);
    // None of the refused ones has used the number up.
    assert!(refund(&mock, "RF1", GAO, "299.00").await.is_ok());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_refunds_at_once_one_is_carried_out() {
    let mock = mock();
    let calls: Vec<_> = (0..32)
        .map(|number| {
            let mock = Arc::clone(&mock);
            tokio::spawn(async move { refund(&mock, &format!("RF{number}"), GAO, "299.00").await })
        })
        .collect();
    let mut carried_out = 0;
    for call in calls {
        carried_out += i32::from(call.await.unwrap().is_ok());
    }
    assert_eq!(carried_out, 1);
}
