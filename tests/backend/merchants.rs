use polaris::backend::merchants;

use super::on_both_engines;

#[tokio::test]
async fn a_merchant_is_found_by_its_id_and_by_its_share_code() {
    on_both_engines(|bench| async move {
        let mut session = bench.backend.db().session().await.expect("a session");
        let merchant = merchants::by_id(&mut session, 1001).await.expect("an answer").expect("a merchant");
        assert_eq!(
            (merchant.id, merchant.merchant_code.as_str(), merchant.share_code.as_str()),
            (1001, "BCD001", "ABC001")
        );
        assert_eq!(merchant.name, "朝阳门骑手驿站");
        assert_eq!(merchant.type_name.as_deref(), Some("骑手驿站"));
        assert_eq!((merchant.city_id, merchant.city_name.as_deref()), (Some(110_100), Some("北京市")));
        assert_eq!(merchant.region_name.as_deref(), Some("东城区"));
        let found = merchants::by_share_code(&mut session, "ABC001").await.expect("an answer");
        assert_eq!(found, Some(merchant));
        assert_eq!(merchants::by_share_code(&mut session, "BCD001").await.expect("an answer"), None);
        assert_eq!(merchants::by_id(&mut session, 9999).await.expect("an answer"), None);
    })
    .await;
}

#[tokio::test]
async fn codes_are_merchant_codes_or_share_codes_and_unknown_ones_are_nobodys() {
    on_both_engines(|bench| async move {
        let mut session = bench.backend.db().session().await.expect("a session");
        for (codes, ids) in [
            (&["BCD001"][..], &[1001][..]),
            (&["ABC002"], &[1002]),
            (&["ABC002", "BCD001", "BCD002"], &[1001, 1002]),
            (&["abc001", "BCD999"], &[]),
            (&[], &[]),
        ] {
            let found = merchants::ids_of_codes(&mut session, codes).await.expect("ids");
            assert_eq!(found, ids, "{codes:?}");
        }
    })
    .await;
}

#[test]
fn digits_that_can_be_no_id_are_nobodys() {
    let ids = ["1002", "1001", "1002", "0", "9999999999999999", "007"].map(str::to_owned);
    assert_eq!(merchants::digit_ids(&ids), [7, 1001, 1002]);
}
