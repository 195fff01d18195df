use contracts::polaris::{AssetInfo, ListMemberAssetsRequest, PolarisApi};

use super::{Bench, NewMember, again, bind, member, on_both_engines, phone, registered, rent, run, sql};

async fn assets(bench: &Bench, id: i64) -> Vec<AssetInfo> {
    bench.backend.list_member_assets(ListMemberAssetsRequest { id: id.to_string() }).await.expect("assets")
}

fn asset(asset_type: i32, code: &str, model: Option<&str>) -> AssetInfo {
    AssetInfo { asset_type, asset_code: code.into(), asset_model: model.map(str::to_owned).into() }
}

#[tokio::test]
async fn a_member_has_up_to_four_assets_the_current_ones_and_the_first_ones() {
    on_both_engines(|bench| async move {
        let member = member(&bench, 1).await;
        rent(&bench, &member, "VH0001", "2021-09-01 09:00:00", Some("2021-09-02 09:00:00")).await;
        rent(&bench, &member, "VH0002", "2021-09-02 09:00:00", None).await;
        bind(&bench, &member, "BT0001").await;
        let returned = sql("UPDATE battery_binding SET unbound_at = ").bind(bench.backend.now());
        run(&bench, returned.push(" WHERE member_id = ").bind(member.id)).await;
        bind(&bench, &again(&bench, &member).await, "BT0004").await;
        let expected = [
            asset(0, "VH0002", Some("TDT01Z")),
            asset(1, "BT0004", Some("48V24Ah")),
            asset(2, "VH0001", Some("TDT01Z")),
            asset(3, "BT0001", Some("60V20Ah")),
        ];
        assert_eq!(assets(&bench, member.id).await, expected);
    })
    .await;
}

#[tokio::test]
async fn what_a_member_does_not_have_is_not_listed() {
    on_both_engines(|bench| async move {
        let member = member(&bench, 1).await;
        assert_eq!(assets(&bench, member.id).await, []);
        rent(&bench, &member, "VH0001", "2021-09-01 09:00:00", Some("2021-09-02 09:00:00")).await;
        assert_eq!(assets(&bench, member.id).await, [asset(2, "VH0001", Some("TDT01Z"))]);
    })
    .await;
}

#[tokio::test]
async fn an_asset_that_we_do_not_know_has_no_model() {
    on_both_engines(|bench| async move {
        let new = NewMember { phone: phone(1), initial_battery: Some("OLD-7".into()), ..NewMember::default() };
        let member = registered(&bench, new).await;
        assert_eq!(assets(&bench, member.id).await, [asset(3, "OLD-7", None)]);
    })
    .await;
}

#[tokio::test]
async fn an_unknown_member_has_no_list_of_assets() {
    on_both_engines(|bench| async move {
        for id in ["42", "0", "9999999999999999"] {
            let request = ListMemberAssetsRequest { id: id.into() };
            let failure = bench.backend.list_member_assets(request).await.expect_err("unknown");
            assert_eq!(failure.code, 404, "{id}");
        }
    })
    .await;
}
