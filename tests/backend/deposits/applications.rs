use super::*;

#[tokio::test]
async fn an_application_needs_a_member_with_a_deposit_and_no_other_open_application() {
    on_both_engines(|bench| async move {
        assert_eq!(apply(&bench.backend, LI).await.expect_err("nobody").code, 404);
        let member = li(&bench, Holder::Polaris).await;
        let id = apply(&bench.backend, LI).await.expect("an application");
        assert_eq!(apply(&bench.backend, LI).await.expect_err("another one").code, 409);
        assert_eq!(detail(&bench, id).await.status, 1);
        assert_eq!(audited(&bench, "applyDepositRefund").await, 1);
        confirm(&bench.backend, LI).await.expect("refunded");
        assert_eq!(apply(&bench.backend, LI).await.expect_err("nothing is held").code, 409);
        let mut session = bench.backend.db().transaction().await.expect("a transaction");
        deposits::record(&mut session, &bench.backend, member, 1, 1, None, Holder::Polaris).await.expect("paid");
        session.commit().await.expect("committed");
        apply(&bench.backend, LI).await.expect("another deposit, another application");
    })
    .await;
}

#[tokio::test]
async fn applications_that_race_make_one() {
    on_both_engines(|bench| async move {
        li(&bench, Holder::Polaris).await;
        let applications: Vec<_> = (0..4)
            .map(|_| {
                let backend = bench.backend.clone();
                tokio::spawn(async move { apply(&backend, LI).await })
            })
            .collect();
        let mut codes = Vec::new();
        for application in applications {
            codes.push(application.await.expect("an answer").map_or_else(|failure| failure.code, |_| 200));
        }
        codes.sort_unstable();
        assert_eq!(codes, [200, 409, 409, 409]);
    })
    .await;
}

#[tokio::test]
async fn the_merchant_confirms_an_application_once() {
    on_both_engines(|bench| async move {
        li(&bench, Holder::Polaris).await;
        let id = apply(&bench.backend, LI).await.expect("an application");
        let request = MerchantConfirmRefundRequest {
            id,
            merchant_confirm_info: " 电池完好 ".into(),
            merchant_upload_img: Some("https://img.example.cn/1.svg".into()),
            remark: Some("已核对".into()),
        };
        bench.set_clock("2021-09-03 11:30:00");
        bench.backend.merchant_confirm_refund(request.clone()).await.expect("confirmed");
        let detail = detail(&bench, id).await;
        assert_eq!((detail.status, detail.merchant_confirm_info.0.as_deref()), (2, Some("电池完好")));
        assert_eq!(detail.merchant_confirm_time.0.as_deref(), Some("2021-09-03 11:30"));
        assert_eq!(detail.merchant_upload_img.0.as_deref(), Some("https://img.example.cn/1.svg"));
        assert_eq!(detail.remark.0.as_deref(), Some("已核对"));
        assert_eq!(audited(&bench, "merchantConfirmRefund").await, 1);
        let again = bench.backend.merchant_confirm_refund(request.clone()).await;
        assert_eq!(again.expect_err("again").code, 409);
        let unknown = MerchantConfirmRefundRequest { id: 7, ..request };
        assert_eq!(bench.backend.merchant_confirm_refund(unknown).await.expect_err("unknown").code, 404);
        assert_eq!(confirm(&bench.backend, LI).await.expect("from 2 as from 1"), (true, None));
    })
    .await;
}

#[tokio::test]
async fn applications_are_listed_newest_first_and_shown_with_asset_and_merchant() {
    on_both_engines(|bench| async move {
        li(&bench, Holder::Polaris).await;
        bench.backend.start_migration(StartMigrationRequest { phone_no: ZHANG.into() }).await.expect("a migration");
        let first = apply(&bench.backend, LI).await.expect("an application");
        let second = apply(&bench.backend, ZHANG).await.expect("an application");
        let list = async |page_no: i32, page_size: i32| {
            let request = ListDepositRefundsRequest { page_no, page_size };
            bench.backend.list_deposit_refunds(request).await.expect("a page")
        };
        let page = list(1, 10).await;
        assert_eq!((page.total.0, page.has_more), (Some(2), false));
        assert_eq!(page.result.iter().map(|row| row.id).collect::<Vec<_>>(), [second, first]);
        let row = &page.result[1];
        assert_eq!((row.user_name.0.as_deref(), row.phone_no.as_str()), (Some("李雷"), LI));
        assert_eq!((row.reason.0.as_deref(), row.apply_time.as_str()), (Some("更换城市"), "2021-09-03 10:00"));
        let page = list(1, 1).await;
        assert_eq!((page.result[0].id, page.has_more, page.total.0), (second, true, Some(2)));
        assert_eq!(list(2, 1).await.result[0].id, first);
        assert!(list(3, 1).await.result.is_empty());
        let deep = ListDepositRefundsRequest { page_no: 1001, page_size: 100 };
        assert_eq!(bench.backend.list_deposit_refunds(deep).await.expect_err("too deep").code, 400);

        let detail = detail(&bench, first).await;
        assert_eq!((detail.asset_type.0, detail.asset_code.0.as_deref()), (Some(2), Some("BT0004")));
        assert_eq!((detail.asset_model.0.as_deref(), detail.asset_img.0.as_deref()), (Some("48V24Ah"), None));
        assert_eq!(detail.merchant_code.0.as_deref(), Some("BCD001"));
        assert_eq!(detail.merchant_name.0.as_deref(), Some("朝阳门骑手驿站"));
        let unknown = bench.backend.get_deposit_refund(GetDepositRefundRequest { id: 7 }).await;
        assert_eq!(unknown.expect_err("unknown").code, 404);
    })
    .await;
}
