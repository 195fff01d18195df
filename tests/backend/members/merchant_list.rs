use contracts::{
    polaris::{ListMerchantMembersRequest, MerchantMember, MerchantMemberPage, PolarisApi},
    runtime::Nullable,
};

use super::{Bench, NewMember, on_both_engines, phone, registered, rent};

async fn list(bench: &Bench, request: ListMerchantMembersRequest) -> MerchantMemberPage {
    bench.backend.list_merchant_members(request).await.expect("members")
}

async fn phones(bench: &Bench, request: ListMerchantMembersRequest) -> Vec<String> {
    list(bench, request).await.result.into_iter().map(|member| member.phone_no).collect()
}

fn of(merchant_ids: &[&str]) -> ListMerchantMembersRequest {
    ListMerchantMembersRequest {
        merchant_ids: merchant_ids.iter().map(ToString::to_string).collect(),
        ..ListMerchantMembersRequest::default()
    }
}

/// Members 1 to 6, alternately of merchants 1001 and 1002, and one of nobody.
async fn members(bench: &Bench) {
    for (number, name) in (1..=6).zip(["张三", "张三丰", "李四", "李四光", "王五", "张五"]) {
        let merchant_id = Some(if number % 2 == 1 { 1001 } else { 1002 });
        let new = NewMember { phone: phone(number), merchant_id, name: Some(name.into()), ..NewMember::default() };
        registered(bench, new).await;
    }
    registered(bench, NewMember { phone: phone(7), name: Some("张七".into()), ..NewMember::default() }).await;
}

#[tokio::test]
async fn a_member_is_shown_with_its_masked_inviter() {
    on_both_engines(|bench| async move {
        let new = NewMember {
            phone: phone(1),
            name: Some("张三".into()),
            merchant_id: Some(1001),
            inviter: Some("ABC21071005".into()),
            sex: Some("男".into()),
            birthday: Some("1976-03-02".into()),
            id_card_state: 1,
            ..NewMember::default()
        };
        registered(&bench, new).await;
        let page = list(&bench, of(&["1001"])).await;
        assert_eq!((page.total, page.page_no, page.page_size, page.has_more), (Nullable(Some(1)), 1, 200, false));
        let expected = MerchantMember {
            merchant_id: "1001".into(),
            user_name: "张三".into(),
            phone_no: phone(1),
            id_card_state_str: "已认证".into(),
            inviter: "ABC****005".into(),
            share_code: "ABC001".into(),
            sex: "男".into(),
            birthday: "1976-03-02".into(),
            create_date: "2021-09-03 10:00".into(),
        };
        assert_eq!(page.result, [expected]);
    })
    .await;
}

#[tokio::test]
async fn members_of_several_merchants_are_one_list_newest_first() {
    on_both_engines(|bench| async move {
        members(&bench).await;
        assert_eq!(phones(&bench, of(&["1001"])).await, [5, 3, 1].map(phone));
        assert_eq!(phones(&bench, of(&["1002", "1001", "1002", "9999"])).await, [6, 5, 4, 3, 2, 1].map(phone));
        let mut seen = Vec::new();
        for page_no in 1..=4 {
            let request =
                ListMerchantMembersRequest { page_no: Some(page_no), page_size: Some(2), ..of(&["1001", "1002"]) };
            let page = list(&bench, request).await;
            assert_eq!((page.total, page.has_more), (Nullable(Some(6)), page_no < 3));
            seen.extend(page.result.into_iter().map(|member| member.phone_no));
        }
        assert_eq!(seen, [6, 5, 4, 3, 2, 1].map(phone));
    })
    .await;
}

#[tokio::test]
async fn two_hundred_merchants_are_listed_at_once() {
    on_both_engines(|bench| async move {
        members(&bench).await;
        let ids: Vec<_> = (900..1100).map(|id| id.to_string()).collect();
        let ids: Vec<_> = ids.iter().map(String::as_str).collect();
        assert_eq!(phones(&bench, of(&ids)).await, [6, 5, 4, 3, 2, 1].map(phone));
    })
    .await;
}

#[tokio::test]
async fn unknown_merchants_give_an_empty_list() {
    on_both_engines(|bench| async move {
        members(&bench).await;
        for ids in [&["9999"][..], &["0"], &["9999999999999999"], &["9998", "9999"]] {
            let page = list(&bench, of(ids)).await;
            assert_eq!((page.result.len(), page.total, page.has_more), (0, Nullable(Some(0)), false), "{ids:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn all_filters_hold_within_the_merchants() {
    on_both_engines(|bench| async move {
        members(&bench).await;
        let named = |ids: &[&str], name: &str| ListMerchantMembersRequest { user_name: Some(name.into()), ..of(ids) };
        assert_eq!(phones(&bench, named(&["1001", "1002"], "张三")).await, [2, 1].map(phone));
        assert_eq!(phones(&bench, named(&["1002"], "张")).await, [6, 2].map(phone));
        assert_eq!(phones(&bench, named(&["1002"], "三")).await, [""; 0]);
        let called = |ids: &[&str], number| ListMerchantMembersRequest { phone_no: Some(phone(number)), ..of(ids) };
        assert_eq!(phones(&bench, called(&["1001", "1002"], 2)).await, [phone(2)]);
        assert_eq!(phones(&bench, called(&["1001"], 2)).await, [""; 0]);
        assert_eq!(phones(&bench, called(&["1001", "1002"], 7)).await, [""; 0], "a member of nobody");
        let nothing = || Some(String::new());
        let empty = ListMerchantMembersRequest { phone_no: nothing(), user_name: nothing(), ..of(&["1001"]) };
        let empty = ListMerchantMembersRequest { vehicle_id: nothing(), asset_code: nothing(), ..empty };
        assert_eq!(phones(&bench, empty).await, [5, 3, 1].map(phone));
    })
    .await;
}

#[tokio::test]
async fn a_vehicle_is_found_under_its_new_and_its_old_name() {
    on_both_engines(|bench| async move {
        let new = NewMember { phone: phone(1), merchant_id: Some(1001), ..NewMember::default() };
        let member = registered(&bench, new).await;
        registered(&bench, NewMember { phone: phone(2), merchant_id: Some(1001), ..NewMember::default() }).await;
        rent(&bench, &member, "VH0001", "2021-09-03 09:00:00", None).await;
        let with = |vehicle_id: Option<&str>, asset_code: Option<&str>, merchant| {
            let (vehicle_id, asset_code) = (vehicle_id.map(str::to_owned), asset_code.map(str::to_owned));
            ListMerchantMembersRequest { vehicle_id, asset_code, ..of(&[merchant]) }
        };
        assert_eq!(phones(&bench, with(Some("VH0001"), None, "1001")).await, [phone(1)]);
        assert_eq!(phones(&bench, with(None, Some("VH0001"), "1001")).await, [phone(1)]);
        assert_eq!(phones(&bench, with(Some(""), Some("VH0001"), "1001")).await, [phone(1)]);
        assert_eq!(phones(&bench, with(Some("VH0001"), Some("VH0001"), "1001")).await, [phone(1)]);
        assert_eq!(phones(&bench, with(Some("VH0001"), Some("VH0002"), "1001")).await, [""; 0]);
        assert_eq!(phones(&bench, with(Some("VH0001"), None, "1002")).await, [""; 0]);
        assert_eq!(phones(&bench, with(Some("VH9999"), None, "1001")).await, [""; 0]);
    })
    .await;
}
