use contracts::{
    polaris::{ListMembersRequest, Member as Listed, MemberPage, PolarisApi},
    runtime::Nullable,
};
use polaris::backend::{
    members::{self, State},
    time,
};

use super::{Bench, NewMember, STATES, bind, member, member_in, on_both_engines, phone, registered, rent, run, sql};

async fn list(bench: &Bench, request: ListMembersRequest) -> MemberPage {
    bench.backend.list_members(request).await.expect("members")
}

async fn phones(bench: &Bench, request: ListMembersRequest) -> Vec<String> {
    list(bench, request).await.result.into_iter().map(|member| member.phone_no).collect()
}

fn all() -> ListMembersRequest {
    ListMembersRequest::default()
}

#[tokio::test]
async fn a_member_is_shown_with_labels_its_merchant_and_what_it_has() {
    on_both_engines(|bench| async move {
        let new = NewMember {
            phone: phone(1),
            name: Some("张三".into()),
            merchant_id: Some(1001),
            inviter: Some("ABC21071005".into()),
            city_id: Some(110_100),
            city_name: Some("北京市".into()),
            id_card_state: 1,
            ..NewMember::default()
        };
        let member = registered(&bench, new).await;
        bind(&bench, &member, "BT0002").await;
        rent(&bench, &member, "VH0001", "2021-09-03 09:00:00", None).await;
        let used = sql("UPDATE member SET swap_count = 17, first_used_at = ");
        let used = used.bind(time::parse("2021-08-24 10:00:01")).push(" WHERE id = ").bind(member.id);
        run(&bench, used).await;

        let page = list(&bench, all()).await;
        assert_eq!((page.total, page.page_no, page.page_size, page.has_more), (Nullable(Some(1)), 1, 200, false));
        let expected = Listed {
            id: member.id.to_string(),
            city_id: 110_100.into(),
            city_name: "北京市".into(),
            user_name: "张三".into(),
            user_label_str: "普通用户".into(),
            phone_no: phone(1),
            id_card_state_str: "已认证".into(),
            state_str: "使用中".into(),
            share_code: "ABC001".into(),
            inviter: "ABC****005".into(),
            merchant_id: "BCD001".into(),
            merchant_name: "朝阳门骑手驿站".into(),
            merchant_type_name: "骑手驿站".into(),
            use_day_num: 9.into(),
            assets_order_num: 17.into(),
            vehicle_id: "VH0001".into(),
            battery_code: "BT0002".into(),
        };
        assert_eq!(page.result, [expected]);
    })
    .await;
}

#[tokio::test]
async fn a_new_member_of_nobody_has_nothing_yet() {
    on_both_engines(|bench| async move {
        let member = registered(&bench, NewMember { phone: phone(1), ..NewMember::default() }).await;
        let expected = Listed {
            id: member.id.to_string(),
            user_label_str: "普通用户".into(),
            phone_no: phone(1),
            id_card_state_str: "未认证".into(),
            state_str: "新会员".into(),
            assets_order_num: 0.into(),
            ..Listed::default()
        };
        assert_eq!(list(&bench, all()).await.result, [expected]);
    })
    .await;
}

#[tokio::test]
async fn the_vehicle_is_the_latest_of_those_that_have_not_been_returned() {
    on_both_engines(|bench| async move {
        let member = member(&bench, 1).await;
        rent(&bench, &member, "VH0002", "2021-09-02 09:00:00", None).await;
        rent(&bench, &member, "VH0001", "2021-09-01 09:00:00", None).await;
        rent(&bench, &member, "VH0003", "2021-09-03 09:00:00", Some("2021-09-03 09:30:00")).await;
        let shown = list(&bench, all()).await.result;
        assert_eq!(shown[0].vehicle_id, "VH0002".into());
        assert_eq!(shown[0].battery_code, Nullable(None));
    })
    .await;
}

#[tokio::test]
async fn every_state_is_shown_by_its_label_and_listed_by_its_code() {
    on_both_engines(|bench| async move {
        let labels = ["新会员", "使用中", "已冻结", "已封号", "已逾期", "已退款", "已注销"];
        for (number, state) in (1..).zip(STATES) {
            member_in(&bench, number, state).await;
        }
        for (code, label) in (0..).zip(labels) {
            let found = list(&bench, ListMembersRequest { user_state: Some(code), ..all() }).await.result;
            assert_eq!(found.iter().map(|member| member.state_str.clone()).collect::<Vec<_>>(), [label.into()]);
        }
    })
    .await;
}

#[tokio::test]
async fn filters_are_exact_but_the_name_is_a_prefix_and_all_of_them_hold() {
    on_both_engines(|bench| async move {
        let people =
            [("张三", 110_100), ("张三丰", 310_100), ("李张三", 110_100), ("zhang", 110_100), ("Zhang", 310_100)];
        for (number, (name, city)) in (1..).zip(people) {
            let new = NewMember { name: Some(name.into()), city_id: Some(city), ..NewMember::default() };
            registered(&bench, NewMember { phone: phone(number), ..new }).await;
        }
        let named = |name: &str| ListMembersRequest { user_name: Some(name.into()), ..all() };
        assert_eq!(phones(&bench, named("张三")).await, [phone(2), phone(1)]);
        assert_eq!(phones(&bench, named(" 张三 ")).await, [phone(2), phone(1)]);
        assert_eq!(phones(&bench, named("Zh")).await, [phone(5)]);
        assert_eq!(phones(&bench, named("%")).await, [""; 0]);
        assert_eq!(phones(&bench, named("_")).await, [""; 0]);
        let request = ListMembersRequest { city_id: Some(110_100), ..named("张") };
        assert_eq!(phones(&bench, request).await, [phone(1)]);
        let request = ListMembersRequest { city_id: Some(310_100), ..all() };
        assert_eq!(phones(&bench, request).await, [phone(5), phone(2)]);
        let request = ListMembersRequest { phone_no: Some(phone(3)), ..all() };
        assert_eq!(phones(&bench, request).await, [phone(3)]);
        let request = ListMembersRequest { phone_no: Some(phone(3)), city_id: Some(310_100), ..all() };
        assert_eq!(phones(&bench, request).await, [""; 0]);
    })
    .await;
}

#[tokio::test]
async fn empty_filters_match_all() {
    on_both_engines(|bench| async move {
        let request = || {
            let nothing = || Some(String::new());
            ListMembersRequest { phone_no: nothing(), user_name: nothing(), vehicle_id: nothing(), ..all() }
        };
        assert_eq!(phones(&bench, request()).await, [""; 0]);
        member(&bench, 1).await;
        assert_eq!(phones(&bench, request()).await, [phone(1)]);
    })
    .await;
}

#[tokio::test]
async fn a_vehicle_finds_the_member_who_has_it_and_nobody_once_it_is_returned() {
    on_both_engines(|bench| async move {
        let (one, other) = (member(&bench, 1).await, member(&bench, 2).await);
        rent(&bench, &other, "VH0001", "2021-09-01 09:00:00", Some("2021-09-02 09:00:00")).await;
        rent(&bench, &one, "VH0001", "2021-09-03 09:00:00", None).await;
        rent(&bench, &one, "VH0002", "2021-09-03 09:00:00", Some("2021-09-03 09:30:00")).await;
        let with = |vehicle: &str| ListMembersRequest { vehicle_id: Some(vehicle.into()), ..all() };
        assert_eq!(phones(&bench, with("VH0001")).await, [phone(1)]);
        assert_eq!(phones(&bench, with("VH0002")).await, [""; 0]);
        assert_eq!(phones(&bench, with("VH9999")).await, [""; 0]);
        let elsewhere = ListMembersRequest { phone_no: Some(phone(2)), ..with("VH0001") };
        assert_eq!(phones(&bench, elsewhere).await, [""; 0]);
    })
    .await;
}

#[tokio::test]
async fn pages_are_newest_first_and_neither_repeat_nor_skip() {
    on_both_engines(|bench| async move {
        for number in 1..=5 {
            member_in(&bench, number, State::Using).await;
        }
        let page = |number| {
            let request = ListMembersRequest { page_no: Some(number), page_size: Some(2), ..all() };
            list(&bench, request)
        };
        let mut seen = Vec::new();
        for number in 1..=3 {
            let page = page(number).await;
            assert_eq!((page.total, page.page_no, page.page_size), (Nullable(Some(5)), number, 2));
            assert_eq!(page.has_more, number < 3);
            seen.extend(page.result.into_iter().map(|member| member.phone_no));
        }
        assert_eq!(seen, [5, 4, 3, 2, 1].map(phone));
        let past = page(4).await;
        assert_eq!((past.result.len(), past.has_more, past.total), (0, false, Nullable(Some(5))));
    })
    .await;
}

#[tokio::test]
async fn rows_that_join_make_a_later_page_repeat_rows_and_rows_that_leave_make_it_skip_some() {
    on_both_engines(|bench| async move {
        for number in 1..=5 {
            member_in(&bench, number, State::Using).await;
        }
        let page = async |number| {
            let using = Some(State::Using.code() as i32);
            let request = ListMembersRequest { page_no: Some(number), page_size: Some(2), user_state: using, ..all() };
            list(&bench, request).await.result.into_iter().map(|member| member.phone_no).collect::<Vec<_>>()
        };
        assert_eq!(page(1).await, [5, 4].map(phone));
        let sixth = member_in(&bench, 6, State::Using).await;
        assert_eq!((page(2).await, page(3).await), (vec![phone(4), phone(3)], vec![phone(2), phone(1)]), "4 again");
        assert_eq!(page(1).await, [6, 5].map(phone));
        let mut session = bench.backend.db().transaction().await.expect("a transaction");
        members::set_state(&mut session, &sixth, State::Frozen).await.expect("a state");
        session.commit().await.expect("committed");
        assert_eq!((page(2).await, page(3).await), (vec![phone(3), phone(2)], vec![phone(1)]), "4 is skipped");
    })
    .await;
}

#[tokio::test]
async fn a_page_that_is_too_deep_asks_for_narrower_filters() {
    on_both_engines(|bench| async move {
        let request = ListMembersRequest { page_no: Some(501), page_size: Some(200), ..all() };
        let refused = bench.backend.list_members(request).await.expect_err("too deep");
        assert_eq!((refused.code, refused.violations.len()), (400, 1));
    })
    .await;
}
