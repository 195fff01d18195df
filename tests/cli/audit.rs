use serde_json::json;

use crate::support::{Binary, Folder, Serving, fresh_database};

const NOBODY: &str = "http://127.0.0.1:9/weichuang";

async fn who_changed_what_is_shown_masked_and_by_filters(database: &str) {
    let serving = Serving::start_on(database, NOBODY).await;
    assert_eq!(Binary::start(&["seed", "--database-url", database]).end().await.code, Some(0));
    for (code, address) in [("TK0001", "新址，联系 13333111222"), ("TK0002", "别处")] {
        let body = json!({"tankCode": code, "latitude": "1", "longitude": "2", "address": address});
        assert_eq!(serving.kop("hm.device.p.tankUpdate", body).await["code"], 200);
    }
    let pending = serving.kop("hm.order.p.query", json!({"orderState": 2, "pageNo": 1, "pageSize": 1})).await;
    let order = &pending["data"]["result"][0]["orderId"];
    let handled = json!({"orderId": order, "remark": "已回电", "operatorId": "OP7", "operatorName": "欧阳运营"});
    assert_eq!(serving.kop("hm.order.p.handleAbnormal", handled).await["code"], 200);
    let forged = json!({
        "giftNo": "G1", "phoneNo": "13610030001", "packageName": "月卡", "packageType": "月卡", "amount": 1,
        "operatorId": "13333111222\n2021-09-03", "operatorName": "张三",
    });
    assert_eq!(serving.kop("hm.package.p.giftGrant", forged).await["code"], 200);
    let rental = json!({
        "externalNo": "R-1", "phoneNo": "13610030001", "vehicleId": "VH9999", "startTime": "2021-09-01 08:00:00",
        "dueTime": "2021-09-30 08:00:00",
    });
    assert_eq!(serving.internal("/rental/record", rental).await["code"], 404);

    let audit = async |flags: &[&str]| {
        let ended = Binary::start(&[&["audit", "--database-url", database][..], flags].concat()).end().await;
        assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""), "{ended:?}");
        ended.stdout.lines().map(str::to_owned).collect::<Vec<_>>()
    };
    let all = audit(&[]).await;
    assert!(all.last().is_some_and(|line| line.ends_with("  import  merchants  - -> {\"new\":6}")), "{all:#?}");
    let all: Vec<_> = all.into_iter().filter(|line| !line.contains("  import  ")).collect();
    assert_eq!(all.len(), 4, "{all:#?}");
    let (gift, all) = all.split_first().expect("the gift");
    assert!(
        gift.contains("  grantPackageGift  gift ") && gift.contains("  operator: 133****1222\\n2021-09-03  trace: "),
        "{gift}"
    );
    assert!(
        all[0].contains("  handleAbnormalOrder  order ") && all[0].contains("  operator: OP7  trace: "),
        "{all:#?}"
    );
    assert!(all[0].contains("\"operatorName\":\"欧*\"") && !all[0].contains("欧阳"), "{all:#?}");
    assert!(all[2].contains("  tankUpdate  tank TK0001  trace: "), "{all:#?}");
    assert!(all[2].contains("联系 133****1222") && !all[2].contains("13333111222"), "{all:#?}");
    let trace = all[2].split("trace: ").nth(1).and_then(|rest| rest.split(' ').next()).expect("a trace");
    for (flags, found) in [
        (&["--operation", "tankUpdate"][..], 2),
        (&["--entity", "tank TK0002"], 1),
        (&["--operator", "OP7"], 1),
        (&["--trace", trace], 1),
        (&["--app", "nobody"], 0),
        (&["--operation", "import"], 14),
        (&["--operation", "tankUpdate", "--operator", "OP7"], 0),
        (&["--limit", "2"], 2),
        (&["--since", "2020-01-01 00:00:00", "--limit", "100000"], 18),
        (&["--until", "2020-01-01 00:00:00"], 0),
    ] {
        assert_eq!(audit(flags).await.len(), found, "{flags:?}");
    }
}

#[tokio::test]
async fn who_changed_what_is_shown_masked_and_by_filters_on_sqlite() {
    let folder = Folder::new("audit");
    who_changed_what_is_shown_masked_and_by_filters(&folder.database()).await;
}

#[tokio::test]
async fn who_changed_what_is_shown_masked_and_by_filters_on_postgresql() {
    if let Some(database) = fresh_database().await {
        who_changed_what_is_shown_masked_and_by_filters(&database).await;
    }
}
