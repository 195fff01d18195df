use contracts::{
    internal::{InternalApi, RecordRentalRequest},
    polaris::{ListOverdueVehiclesRequest, OverdueVehicle, OverdueVehiclePage, PolarisApi},
    runtime::Failure,
};
use polaris::backend::db::sql;

use super::{Bench, code, member, on_both_engines, rental, run};
use crate::backend::assets::WANG;

async fn list(bench: &Bench, request: ListOverdueVehiclesRequest) -> Result<OverdueVehiclePage, Failure> {
    bench.backend.list_overdue_vehicles(request).await
}

fn of(merchants: &[i64]) -> ListOverdueVehiclesRequest {
    ListOverdueVehiclesRequest { user_type: 1, merchant_ids: merchants.to_vec(), ..Default::default() }
}

async fn codes(bench: &Bench, request: ListOverdueVehiclesRequest) -> Vec<String> {
    list(bench, request).await.expect("a page").result.into_iter().map(|vehicle| vehicle.code).collect()
}

/// 王小明 rents VH0001, VH0002 and VH0003, all overdue since 12:00.
async fn three_overdue(bench: &Bench) {
    member(bench, WANG, "王小明").await;
    for number in 1..=3 {
        let vehicle_id = format!("VH000{number}");
        let request = RecordRentalRequest { vehicle_id, ..rental(&format!("R{number}")) };
        bench.backend.record_rental(request).await.expect("rented");
    }
    bench.set_clock("2021-09-03 12:00:01");
}

#[tokio::test]
async fn an_overdue_vehicle_is_listed_with_its_merchant_renter_deposit_and_due_time() {
    on_both_engines(|bench| async move {
        member(&bench, WANG, "王小明").await;
        run(&bench, sql("UPDATE vehicle SET img_url = 'https://img.example.cn/VH0001.svg' WHERE code = 'VH0001'"))
            .await;
        bench.backend.record_rental(rental("R1")).await.expect("rented");
        bench.set_clock("2021-09-04 08:00:00");
        let page = list(&bench, of(&[1001])).await.expect("a page");
        assert_eq!((page.total.0, page.page_no, page.page_size, page.has_more), (Some(1), 1, 200, false));
        let text = |text: &str| Some(text.to_owned()).into();
        let expected = OverdueVehicle {
            img_url: text("https://img.example.cn/VH0001.svg"),
            code: "VH0001".into(),
            model: text("TDT01Z"),
            name: text("飞鸽"),
            spec: text("标准"),
            merchant_code: text("BCD001"),
            merchant_name: text("朝阳门骑手驿站"),
            region_name: text("东城区"),
            user_name: text("王小明"),
            phone_no: text(WANG),
            deposit: text("199.00"),
            overdue_time: text("2021-09-03 12:00"),
        };
        assert_eq!(page.result, [expected]);
    })
    .await;
}

#[tokio::test]
async fn a_vehicle_is_overdue_from_after_its_due_time_until_it_is_returned() {
    on_both_engines(|bench| async move {
        member(&bench, WANG, "王小明").await;
        bench.backend.record_rental(rental("R1")).await.expect("rented");
        bench.set_clock("2021-09-03 12:00:00");
        assert!(codes(&bench, of(&[1001])).await.is_empty());
        bench.set_clock("2021-09-03 12:00:01");
        assert_eq!(codes(&bench, of(&[1001])).await, ["VH0001"]);
        let returned = RecordRentalRequest { return_time: Some("2021-09-03 12:00:01".into()), ..rental("R1") };
        bench.backend.record_rental(returned).await.expect("returned");
        assert!(codes(&bench, of(&[1001])).await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn only_vehicles_of_the_given_merchants_are_listed() {
    on_both_engines(|bench| async move {
        three_overdue(&bench).await;
        run(&bench, sql("UPDATE vehicle SET merchant_id = 1002 WHERE code = 'VH0002'")).await;
        run(&bench, sql("UPDATE vehicle SET merchant_id = NULL WHERE code = 'VH0003'")).await;
        assert_eq!(codes(&bench, of(&[1001])).await, ["VH0001"]);
        assert_eq!(codes(&bench, of(&[1001, 1002])).await, ["VH0002", "VH0001"]);
        assert!(codes(&bench, of(&[9999])).await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn the_user_type_has_no_effect() {
    on_both_engines(|bench| async move {
        three_overdue(&bench).await;
        let as_user = ListOverdueVehiclesRequest { user_type: 2, ..of(&[1001]) };
        assert_eq!(codes(&bench, of(&[1001])).await, codes(&bench, as_user).await);
    })
    .await;
}

#[tokio::test]
async fn overdue_vehicles_come_in_pages_newest_rental_first() {
    on_both_engines(|bench| async move {
        three_overdue(&bench).await;
        let page = |page_no| ListOverdueVehiclesRequest { page_no: Some(page_no), page_size: Some(2), ..of(&[1001]) };
        assert_eq!(codes(&bench, page(1)).await, ["VH0003", "VH0002"]);
        assert_eq!(codes(&bench, page(2)).await, ["VH0001"]);
        assert!(codes(&bench, page(3)).await.is_empty());
        let first = list(&bench, page(1)).await.expect("a page");
        assert_eq!((first.total.0, first.has_more), (Some(3), true));
        let past = list(&bench, page(3)).await.expect("a page");
        assert_eq!((past.total.0, past.has_more), (Some(3), false));
        assert_eq!(code(&list(&bench, page(100_000)).await), 400);
    })
    .await;
}

#[tokio::test]
async fn a_deposit_that_is_not_known_is_null() {
    on_both_engines(|bench| async move {
        member(&bench, WANG, "王小明").await;
        let request = RecordRentalRequest { deposit: None, ..rental("R1") };
        bench.backend.record_rental(request).await.expect("rented");
        bench.set_clock("2021-09-04 08:00:00");
        let page = list(&bench, of(&[1001])).await.expect("a page");
        assert_eq!(page.result[0].deposit.0, None);
    })
    .await;
}
