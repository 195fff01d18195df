use contracts::{
    polaris::{
        ConfirmDepositRefundRequest, ListMembersRequest, MemberStatisticsRequest, PolarisApi, QueryOrdersRequest,
    },
    runtime::Nullable,
};
use mocks::world::polaris::{
    BatteryBinding, Deposit, DepositRefund, Member, Merchant, Migration, PackageGift, Rental, SwapOrder,
};
use polaris::backend::intake::Refused;
use serde_json::{Value, json};

use super::{count, import, import_all, on_both_engines, rows::integers};

const PHONE: &str = "13300000001";

fn member(phone: &str, state: i64) -> Value {
    json!({"phoneNo": phone, "userName": "张三丰", "state": state, "merchantId": "1001", "registerTime": "2021-08-01 09:00"})
}

fn order(number: &str, phone: &str) -> Value {
    json!({"externalNo": number, "phoneNo": phone, "deviceId": "TK0001", "orderType": 1, "orderState": 1,
        "startTime": "2021-09-01 08:30", "newBattery": "BT0001", "payStatus": 1, "price": 300})
}

fn refused(line: u64, reason: &str) -> Refused {
    Refused { line, reason: reason.to_owned() }
}

#[tokio::test]
async fn members_are_counted_by_merchant_and_state() {
    on_both_engines(|bench| async move {
        let phones: Vec<_> = (0..7).map(|state| member(&format!("1330000000{state}"), state)).collect();
        import_all::<Member>(&bench, &phones).await;
        let statistics = bench.backend.member_statistics(MemberStatisticsRequest {}).await.expect("statistics");
        let total = statistics.total_member;
        assert_eq!((total.member_sum, total.new_member_sum, total.canceled_member_sum), (7, 1, 1));
    })
    .await;
}

#[tokio::test]
async fn completed_orders_are_counted_at_their_member_and_show_its_name_and_merchant() {
    on_both_engines(|bench| async move {
        import_all::<Member>(&bench, &[member(PHONE, 1)]).await;
        let mut cancelled = order("O3", PHONE);
        cancelled["orderState"] = 4.into();
        import_all::<SwapOrder>(&bench, &[order("O1", PHONE), order("O2", PHONE), cancelled]).await;
        let request = QueryOrdersRequest { page_no: 1, page_size: 20, ..Default::default() };
        let page = bench.backend.query_orders(request).await.expect("orders");
        assert_eq!(page.result.len(), 3);
        let first = &page.result[0];
        assert_eq!((&first.user_name.0, &first.merchant_code.0), (&Some("张三丰".into()), &Some("BCD001".into())));
        let members = bench.backend.list_members(ListMembersRequest::default()).await.expect("members");
        let member = &members.result[0];
        assert_eq!((&member.assets_order_num, &member.use_day_num), (&Nullable(Some(2)), &Nullable(Some(2))));
    })
    .await;
}

#[tokio::test]
async fn an_order_keeps_the_id_that_its_number_and_time_make() {
    on_both_engines(|bench| async move {
        import_all::<Member>(&bench, &[member(PHONE, 1)]).await;
        import_all::<SwapOrder>(&bench, &[order("O1", PHONE), order("O2", PHONE)]).await;
        let ids = integers(&bench, "SELECT id AS value FROM swap_order ORDER BY external_no").await;
        let second =
            polaris::backend::ids::first_id_at(polaris::backend::time::parse("2021-09-01 08:30").expect("a time"));
        let next =
            polaris::backend::ids::first_id_at(polaris::backend::time::parse("2021-09-01 08:30:01").expect("a time"));
        assert!(ids.iter().all(|id| (second..next).contains(id)) && ids[0] != ids[1], "{ids:?}");
    })
    .await;
}

#[tokio::test]
async fn one_bad_row_and_nothing_is_kept_unless_it_may_be_skipped() {
    on_both_engines(|bench| async move {
        let mut wrong = member("13300000003", 1);
        wrong["state"] = 7.into();
        let rows = [member("13300000001", 1), wrong, member("13300000002", 1), member("13300000001", 0)];
        let report = import::<Member>(&bench, &rows, false).await;
        assert_eq!((report.new, report.refused, count(&bench, "member").await), (0, 2, 0));
        let reasons = [refused(2, "expected a number from 0 to 6"), refused(4, "it stands twice among the members")];
        assert_eq!(report.reasons, reasons);
        let report = import::<Member>(&bench, &rows, true).await;
        assert_eq!((report.new, report.refused, count(&bench, "member").await), (2, 2, 2));
        assert_eq!(report.reasons, reasons);
    })
    .await;
}

#[tokio::test]
async fn a_row_that_is_known_is_left_as_it_is() {
    on_both_engines(|bench| async move {
        import_all::<Member>(&bench, &[member(PHONE, 1)]).await;
        import_all::<SwapOrder>(&bench, &[order("O1", PHONE)]).await;
        let mut other = order("O1", PHONE);
        other["price"] = 900.into();
        let report = import::<SwapOrder>(&bench, &[other, order("O2", PHONE)], false).await;
        assert_eq!((report.new, report.known, report.refused), (1, 1, 0));
        let price = "SELECT price AS value FROM swap_order WHERE external_no = 'O1'";
        assert_eq!(integers(&bench, price).await, [300]);
        let swaps = "SELECT swap_count AS value FROM member";
        assert_eq!(integers(&bench, swaps).await, [2]);
    })
    .await;
}

#[tokio::test]
async fn a_file_of_many_batches_is_taken_up_where_it_was_left() {
    on_both_engines(|bench| async move {
        let rows: Vec<_> = (0..2_500).map(|number| member(&format!("1331{number:07}"), 0)).collect();
        import_all::<Member>(&bench, &rows[..1_200]).await;
        let report = import::<Member>(&bench, &rows, false).await;
        assert_eq!((report.new, report.known), (1_300, 1_200));
        let counted = "SELECT total AS value FROM member_count WHERE merchant_id = 1001 AND state = 0";
        assert_eq!(integers(&bench, counted).await, [2_500]);
    })
    .await;
}

#[tokio::test]
async fn what_a_row_refers_to_must_be_there_and_what_one_has_no_other_gets() {
    on_both_engines(|bench| async move {
        import_all::<Member>(&bench, &[member("13300000001", 1), member("13300000002", 1)]).await;
        let bound = |phone: &str, battery: &str| {
            json!({"phoneNo": phone, "batteryCode": battery, "bindTime": "2021-09-01 08:00"})
        };
        import_all::<BatteryBinding>(&bench, &[bound("13300000001", "BT0001")]).await;
        let rows = [
            bound("13300000009", "BT0002"),
            bound("13300000002", "BT9999"),
            json!({"phoneNo": "13300000002", "batteryCode": "BT0001", "bindTime": "2021-09-02 08:00"}),
            bound("13300000001", "BT0002"),
            bound("13300000002", "BT0002"),
        ];
        let report = import::<BatteryBinding>(&bench, &rows, true).await;
        assert_eq!(
            report.reasons,
            [
                refused(1, "phoneNo is no member here"),
                refused(2, "batteryCode is no battery here"),
                refused(3, "the battery is with another member"),
                refused(4, "the member has another battery"),
            ]
        );
        assert_eq!(report.new, 1);
        let initial = "SELECT COUNT(*) AS value FROM member WHERE initial_battery IS NOT NULL";
        assert_eq!(integers(&bench, initial).await, [2]);

        let merchant = json!({"merchantId": "1009", "merchantCode": "ABC001", "shareCode": "ABC009", "merchantName": "又一家"});
        let report = import::<Merchant>(&bench, &[merchant], true).await;
        let taken = "another merchant has the merchantCode or shareCode already; the two are one code space";
        assert_eq!(report.reasons, [refused(1, taken)]);

        let rental = |number: &str| {
            json!({"externalNo": number, "phoneNo": "13300000001", "vehicleId": "VH0001", "startTime": "2021-08-01 09:00",
                "dueTime": "2021-09-01 09:00"})
        };
        import_all::<Rental>(&bench, &[rental("R1")]).await;
        let report = import::<Rental>(&bench, &[rental("R2")], true).await;
        assert_eq!(report.reasons, [refused(1, "the vehicle has not been returned from another rental")]);

        let same_id = json!({"id": 77, "phoneNo": "13300000005", "state": 0, "registerTime": "2021-08-01 09:00"});
        import_all::<Member>(&bench, std::slice::from_ref(&same_id)).await;
        let mut other = same_id;
        other["phoneNo"] = "13300000006".into();
        let report = import::<Member>(&bench, &[other], true).await;
        assert_eq!(report.reasons, [refused(1, "another member has the id already")]);
    })
    .await;
}

#[tokio::test]
async fn a_refund_that_was_under_way_waits_for_an_operator_and_is_then_carried_out() {
    on_both_engines(|bench| async move {
        // 高翔 has moved, and Weichuang holds 299.00 of his.
        let (phone, id) = ("13810020017", 215_556_218_880_000_i64);
        let mut row = member(phone, 1);
        row["id"] = id.into();
        import_all::<Member>(&bench, &[row]).await;
        let deposit = json!({"phoneNo": phone, "assetType": 2, "amount": 29900, "holder": "微创", "depositTime": "2021-03-22 09:48:33"});
        import_all::<Deposit>(&bench, &[deposit]).await;
        let refund = json!({"phoneNo": phone, "reason": "换城市", "status": 3, "applyTime": "2021-09-02 10:00"});
        import_all::<DepositRefund>(&bench, &[refund]).await;
        let confirm = ConfirmDepositRefundRequest { phone_no: phone.to_owned() };
        let waiting = bench.backend.confirm_deposit_refund(confirm).await.expect("an answer");
        assert_eq!((waiting.data.success, waiting.msg.as_deref()), (true, Some("退款处理中")));
        let parked = integers(&bench, "SELECT id AS value FROM delivery WHERE state = 'parked'").await;
        let request = contracts::internal::RetryDeliveryRequest { id: parked[0] };
        contracts::internal::InternalApi::retry_delivery(&bench.backend, request).await.expect("retried");
        polaris::backend::outbox::deliver_due(&bench.backend).await;
        assert_eq!(integers(&bench, "SELECT status AS value FROM refund").await, [4]);
    })
    .await;
}

#[tokio::test]
async fn gifts_that_are_used_up_and_ended_migrations_come_by_import() {
    on_both_engines(|bench| async move {
        import_all::<Member>(&bench, &[member(PHONE, 1)]).await;
        let gift = json!({"giftNo": "G1", "phoneNo": PHONE, "packageName": "月卡", "packageType": "月卡", "amount": 30,
            "status": 3, "grantTime": "2021-08-01 10:00"});
        import_all::<PackageGift>(&bench, &[gift]).await;
        let gifts = bench.backend.list_package_gifts(Default::default()).await.expect("gifts");
        assert_eq!(gifts.result[0].status, 3);
        let rows = [
            json!({"phoneNo": PHONE, "state": "completed", "startTime": "2021-08-01 10:00", "completeTime": "2021-08-01 10:01"}),
            json!({"phoneNo": "13300000009", "state": "failed", "reason": "微创没有这个用户", "startTime": "2021-08-01 10:00"}),
        ];
        import_all::<Migration>(&bench, &rows).await;
        let of = |phone: &str| contracts::internal::GetMigrationRequest { phone_no: phone.to_owned() };
        let internal = &bench.backend;
        let done = contracts::internal::InternalApi::get_migration(internal, of(PHONE)).await.expect("one");
        let failed = contracts::internal::InternalApi::get_migration(internal, of("13300000009")).await.expect("one");
        assert_eq!((done.state.as_str(), failed.state.as_str()), ("completed", "failed"));
    })
    .await;
}

#[tokio::test]
async fn texts_come_in_as_they_are_whatever_they_hold() {
    on_both_engines(|bench| async move {
        let odd = "tab\t, line\n, return\r, \\N, \\., 'quote', \u{1f50b}";
        let mut row = member(PHONE, 1);
        row["userName"] = odd.into();
        import_all::<Member>(&bench, &[row]).await;
        let members = bench.backend.list_members(ListMembersRequest::default()).await.expect("members");
        assert_eq!(members.result[0].user_name.0.as_deref(), Some(odd));
        assert_eq!(members.result[0].vehicle_id.0, None);
    })
    .await;
}
