use contracts::{
    polaris::{
        ListMemberBatteryAssetsRequest, ListMerchantBatteriesRequest, ListOperationBatteriesRequest,
        MemberBatteryAsset, MerchantBattery, OperationBattery, PolarisApi,
    },
    runtime::Nullable,
};
use polaris::backend::db::sql;

use super::{Bench, LI, WANG, bind, code, free_batteries, member, member_of, on_both_engines, run, unbind};

const ZHAO: &str = "13333110003";

fn text(text: &str) -> Nullable<String> {
    Some(text.to_owned()).into()
}

/// 王小明 and 王大锤 of merchant 1001 have BT0001 and BT0002, 赵四 of merchant 1002 has BT0003; 李雷, who belongs to
/// nobody, has BT0004.
async fn four_holders(bench: &Bench) {
    member(bench, WANG, "王小明").await;
    member(bench, "13333110004", "王大锤").await;
    member_of(bench, ZHAO, "赵四", Some(1002)).await;
    member_of(bench, LI, "李雷", None).await;
    for (battery, phone) in [("BT0001", WANG), ("BT0002", "13333110004"), ("BT0003", ZHAO), ("BT0004", LI)] {
        bind(&bench.backend, battery, phone).await.expect("bound");
    }
}

fn of(merchants: &[&str]) -> ListMerchantBatteriesRequest {
    let merchant_ids = merchants.iter().map(|&id| id.to_owned()).collect();
    ListMerchantBatteriesRequest { merchant_ids, ..Default::default() }
}

async fn of_merchants(bench: &Bench, request: ListMerchantBatteriesRequest) -> Vec<MerchantBattery> {
    bench.backend.list_merchant_batteries(request).await.expect("a page").result
}

async fn codes(bench: &Bench, request: ListMerchantBatteriesRequest) -> Vec<String> {
    of_merchants(bench, request).await.into_iter().map(|battery| battery.battery_code).collect()
}

#[tokio::test]
async fn merchant_batteries_are_what_the_merchants_members_have_now() {
    on_both_engines(|bench| async move {
        four_holders(&bench).await;
        unbind(&bench.backend, "BT0002", "13333110004").await.expect("unbound");
        let expected = MerchantBattery {
            merchant_id: "1001".into(),
            user_name: text("王小明"),
            phone_no: text(WANG),
            battery_code: "BT0001".into(),
            battery_model: text("60V20Ah"),
            bind_date: text("2021-09-03 10:00:00"),
        };
        assert_eq!(of_merchants(&bench, of(&["1001"])).await, [expected]);
        assert_eq!(codes(&bench, of(&["1002", "1001"])).await, ["BT0003", "BT0001"]);
        assert!(codes(&bench, of(&["9999", "0", "9999999999999999"])).await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn merchant_batteries_are_filtered_by_phone_name_prefix_and_code_together() {
    on_both_engines(|bench| async move {
        four_holders(&bench).await;
        let all = || of(&["1001", "1002"]);
        let by_name = |name: &str| ListMerchantBatteriesRequest { user_name: Some(name.into()), ..all() };
        assert_eq!(codes(&bench, by_name("王")).await, ["BT0002", "BT0001"]);
        assert_eq!(codes(&bench, by_name("王小")).await, ["BT0001"]);
        assert!(codes(&bench, by_name("小明")).await.is_empty());
        assert!(codes(&bench, by_name("%")).await.is_empty());
        let by_phone = |phone: &str| ListMerchantBatteriesRequest { phone_no: Some(phone.into()), ..all() };
        assert_eq!(codes(&bench, by_phone(ZHAO)).await, ["BT0003"]);
        let by_code = |code: &str| ListMerchantBatteriesRequest { battery_code: Some(code.into()), ..all() };
        assert_eq!(codes(&bench, by_code("BT0003")).await, ["BT0003"]);
        assert!(codes(&bench, by_code("BT000")).await.is_empty());
        let both = ListMerchantBatteriesRequest { phone_no: Some(ZHAO.into()), ..by_name("王") };
        assert!(codes(&bench, both).await.is_empty());
        let empty = Some(String::new());
        let blank = ListMerchantBatteriesRequest { phone_no: empty.clone(), battery_code: empty, ..by_name(" ") };
        assert_eq!(codes(&bench, blank).await, ["BT0003", "BT0002", "BT0001"]);
    })
    .await;
}

#[tokio::test]
async fn merchant_batteries_come_in_pages_newest_relation_first() {
    on_both_engines(|bench| async move {
        four_holders(&bench).await;
        let page = |number| ListMerchantBatteriesRequest {
            page_no: Some(number),
            page_size: Some(2),
            ..of(&["1001", "1002"])
        };
        assert_eq!(codes(&bench, page(1)).await, ["BT0003", "BT0002"]);
        assert_eq!(codes(&bench, page(2)).await, ["BT0001"]);
        let first = bench.backend.list_merchant_batteries(page(1)).await.expect("a page");
        assert_eq!((first.total.0, first.page_no, first.page_size, first.has_more), (Some(3), 1, 2, true));
        let all = bench.backend.list_merchant_batteries(of(&["1001", "1002"])).await.expect("a page");
        assert_eq!((all.total.0, all.page_no, all.page_size, all.has_more), (Some(3), 1, 200, false));
        assert_eq!(code(&bench.backend.list_merchant_batteries(page(100_000)).await), 400);
    })
    .await;
}

async fn operated(bench: &Bench, request: ListOperationBatteriesRequest) -> Vec<OperationBattery> {
    bench.backend.list_operation_batteries(request).await.expect("a page").result
}

fn operated_by(merchants: &[&str]) -> ListOperationBatteriesRequest {
    let merchant_ids = merchants.iter().map(|&id| id.to_owned()).collect();
    ListOperationBatteriesRequest { merchant_ids, ..Default::default() }
}

/// BT0001, BT0005 and BT0006 are in TK0001; 王小明 then takes BT0001.
async fn cabinet_and_user(bench: &Bench) {
    let full_at = polaris::backend::time::parse("2021-08-30 17:05").expect("a time");
    let statement = sql("UPDATE battery SET tank_code = 'TK0001', grid_pos = '3', charge = 86, distance = 52, ");
    let statement = statement.push("img_url = 'https://img.example.cn/b.svg', full_at = ").bind(full_at);
    run(bench, statement.push(" WHERE code IN ").list(["BT0001", "BT0005", "BT0006"])).await;
    member(bench, WANG, "王小明").await;
    bind(&bench.backend, "BT0001", WANG).await.expect("bound");
}

#[tokio::test]
async fn a_battery_in_a_cabinet_shows_the_cabinet_and_one_with_a_user_the_user() {
    on_both_engines(|bench| async move {
        cabinet_and_user(&bench).await;
        let in_cabinet = OperationBattery {
            img_url: text("https://img.example.cn/b.svg"),
            battery_code: "BT0005".into(),
            battery_model: text("48V24Ah"),
            merchant_name: text("朝阳门骑手驿站"),
            city_name: text("北京市"),
            user_name: None.into(),
            cabinet_code: text("TK0001"),
            grid_pos: text("3"),
            current_battery: text("86%"),
            charge_full_date: text("2021-08-30 17:05:00"),
            can_travel_distance: text("52km"),
        };
        let with_user = OperationBattery {
            battery_code: "BT0001".into(),
            battery_model: text("60V20Ah"),
            user_name: text("王小明"),
            cabinet_code: None.into(),
            grid_pos: None.into(),
            current_battery: None.into(),
            charge_full_date: None.into(),
            can_travel_distance: None.into(),
            ..in_cabinet.clone()
        };
        let also = OperationBattery { battery_code: "BT0006".into(), ..in_cabinet.clone() };
        assert_eq!(operated(&bench, operated_by(&["1001"])).await, [also, in_cabinet, with_user]);
    })
    .await;
}

#[tokio::test]
async fn a_battery_that_left_its_cabinet_is_not_back_there_when_it_is_unbound() {
    on_both_engines(|bench| async move {
        cabinet_and_user(&bench).await;
        unbind(&bench.backend, "BT0001", WANG).await.expect("unbound");
        let only = ListOperationBatteriesRequest { battery_code: Some("BT0001".into()), ..operated_by(&["1001"]) };
        assert!(operated(&bench, only).await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn operation_batteries_are_filtered_by_merchant_name_prefix_and_code() {
    on_both_engines(|bench| async move {
        cabinet_and_user(&bench).await;
        run(&bench, sql("UPDATE battery SET merchant_id = 1002 WHERE code = 'BT0006'")).await;
        let codes = async |request| {
            let rows: Vec<OperationBattery> = operated(&bench, request).await;
            rows.into_iter().map(|battery| battery.battery_code).collect::<Vec<_>>()
        };
        assert_eq!(codes(operated_by(&["1001"])).await, ["BT0005", "BT0001"]);
        assert_eq!(codes(operated_by(&["1002", "9999"])).await, ["BT0006"]);
        assert!(codes(operated_by(&["9999"])).await.is_empty());
        assert!(codes(operated_by(&["0"])).await.is_empty());
        let all = || operated_by(&["1001", "1002"]);
        let named = ListOperationBatteriesRequest { user_name: Some("王".into()), ..all() };
        assert_eq!(codes(named).await, ["BT0001"]);
        let coded = ListOperationBatteriesRequest { battery_code: Some("BT0006".into()), ..all() };
        assert_eq!(codes(coded).await, ["BT0006"]);
    })
    .await;
}

#[tokio::test]
async fn operation_batteries_come_in_pages_by_their_code_the_last_first() {
    on_both_engines(|bench| async move {
        cabinet_and_user(&bench).await;
        let page = |number| ListOperationBatteriesRequest {
            page_no: Some(number),
            page_size: Some(2),
            ..operated_by(&["1001"])
        };
        let first = bench.backend.list_operation_batteries(page(1)).await.expect("a page");
        assert_eq!((first.total.0, first.has_more, first.result[1].battery_code.as_str()), (Some(3), true, "BT0005"));
        let second = bench.backend.list_operation_batteries(page(2)).await.expect("a page");
        assert_eq!((second.total.0, second.has_more, second.result.len()), (Some(3), false, 1));
        assert_eq!(code(&bench.backend.list_operation_batteries(page(100_000)).await), 400);
    })
    .await;
}

async fn assets(bench: &Bench, request: ListMemberBatteryAssetsRequest) -> Vec<String> {
    let page = bench.backend.list_member_battery_assets(request).await.expect("a page");
    page.result.into_iter().map(|asset| asset.battery_code).collect()
}

#[tokio::test]
async fn member_battery_assets_are_the_current_relations_of_all_members() {
    on_both_engines(|bench| async move {
        four_holders(&bench).await;
        unbind(&bench.backend, "BT0002", "13333110004").await.expect("unbound");
        let page = bench.backend.list_member_battery_assets(ListMemberBatteryAssetsRequest::default()).await;
        let mut page = page.expect("a page");
        assert_eq!((page.total.0, page.page_no, page.page_size, page.has_more), (Some(3), 1, 200, false));
        let expected = [
            ("李雷", LI, "BT0004", None),
            ("赵四", ZHAO, "BT0003", Some("ABC002")),
            ("王小明", WANG, "BT0001", Some("ABC001")),
        ];
        let ids: Vec<i64> = page.result.iter().map(|asset| asset.id.parse().expect("digits")).collect();
        assert!(ids.is_sorted_by(|newer, older| newer > older));
        for (asset, (name, phone, battery, share_code)) in page.result.iter_mut().zip(expected) {
            let model = if battery == "BT0004" { "48V24Ah" } else { "60V20Ah" };
            let expected = MemberBatteryAsset {
                id: asset.id.clone(),
                user_name: text(name),
                phone_no: phone.into(),
                battery_code: battery.into(),
                battery_model: text(model),
                share_code: share_code.map(str::to_owned).into(),
            };
            assert_eq!(*asset, expected);
        }
    })
    .await;
}

#[tokio::test]
async fn member_battery_assets_are_filtered_by_name_prefix_and_code_and_come_in_pages() {
    on_both_engines(|bench| async move {
        four_holders(&bench).await;
        let all = ListMemberBatteryAssetsRequest::default;
        let named = |name: &str| ListMemberBatteryAssetsRequest { user_name: Some(name.into()), ..all() };
        assert_eq!(assets(&bench, named("王")).await, ["BT0002", "BT0001"]);
        assert!(assets(&bench, named("王_")).await.is_empty());
        let coded = ListMemberBatteryAssetsRequest { battery_code: Some("BT0003".into()), ..all() };
        assert_eq!(assets(&bench, coded.clone()).await, ["BT0003"]);
        let both = ListMemberBatteryAssetsRequest { user_name: Some("王".into()), ..coded };
        assert!(assets(&bench, both).await.is_empty());
        let page = |number| ListMemberBatteryAssetsRequest { page_no: Some(number), page_size: Some(3), ..all() };
        assert_eq!(assets(&bench, page(1)).await, ["BT0004", "BT0003", "BT0002"]);
        assert_eq!(assets(&bench, page(2)).await, ["BT0001"]);
        assert_eq!(code(&bench.backend.list_member_battery_assets(page(100_000)).await), 400);
    })
    .await;
}

#[tokio::test]
async fn a_replaced_battery_is_bound_since_its_replacement() {
    on_both_engines(|bench| async move {
        free_batteries(&bench).await;
        member(&bench, WANG, "王小明").await;
        bind(&bench.backend, "BT0024", WANG).await.expect("bound");
        bench.set_clock("2021-09-04 11:30:00");
        let id = super::relations(&bench).await.remove(0).id;
        super::correction::correct(&bench.backend, &id, "BT0030").await.expect("corrected");
        let batteries = of_merchants(&bench, of(&["1001"])).await;
        assert_eq!(
            (&batteries[0].battery_code, &batteries[0].bind_date),
            (&"BT0030".to_owned(), &text("2021-09-04 11:30:00"))
        );
    })
    .await;
}
