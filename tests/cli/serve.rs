use std::fs;

use serde_json::json;

use crate::support::{App, Binary, Folder, Serving};

#[tokio::test]
async fn a_weichuang_user_is_migrated_gets_another_battery_and_his_deposit_back_and_both_sides_agree() {
    let folder = Folder::new("story");
    let weichuang = App::start().await;
    let serving = Serving::start(&folder, &weichuang.url("/weichuang")).await;
    let phone = "13333111222";

    let migration = serving.internal("/migration/start", json!({"phoneNo": phone})).await;
    assert_eq!((&migration["code"], &migration["data"]["state"]), (&json!(200), &json!("completed")), "{migration}");
    let user = weichuang.post("/weichuang/user/query", &json!({"phoneNo": phone})).await.json();
    assert_eq!(user["migrated"], json!(true));

    let assets = serving.kop("hm.battery.p.memberAssetList", json!({"userName": "张三"})).await;
    let relation = &assets["data"]["result"][0];
    assert_eq!((&relation["batteryCode"], &relation["phoneNo"]), (&json!("BT0002"), &json!(phone)), "{assets}");
    let unknown = json!({"id": relation["id"], "batteryCode": "BT9999"});
    assert_eq!(serving.kop("hm.battery.p.memberAssetCorrect", unknown).await["code"], json!(404));
    let file = folder.path().join("batteries.csv");
    fs::write(&file, "batteryCode,batteryModel\nBT0001,60V20Ah\n").expect("a file");
    let file = file.display().to_string();
    let imported = Binary::start(&["import", "batteries", &file, "--database-url", &folder.database()]).end().await;
    assert_eq!(imported.stdout, "batteries: 1 new, 0 known, 0 refused\n", "{imported:?}");
    let corrected = json!({"id": relation["id"], "batteryCode": "BT0001"});
    let corrected = serving.kop("hm.battery.p.memberAssetCorrect", corrected).await;
    assert_eq!(corrected["code"], json!(200), "{corrected}");
    for (battery, holder) in [("BT0001", json!(phone)), ("BT0002", json!(null))] {
        let there = weichuang.post("/weichuang/battery/query", &json!({"batteryCode": battery})).await.json();
        assert_eq!(there["batteryList"][0]["userPhone"], holder, "{there}");
    }

    let applied = json!({"phoneNo": phone, "reason": "不再使用"});
    let applied = serving.kop("hm.deposit.p.refundApply", applied).await;
    assert_eq!(applied["code"], json!(200), "{applied}");
    let confirmed = serving.kop("hm.deposit.p.refundConfirm", json!({"phoneNo": phone})).await;
    assert_eq!((&confirmed["code"], &confirmed["data"]["success"]), (&json!(200), &json!(true)), "{confirmed}");
    let detail = serving.kop("hm.deposit.p.refundDetail", json!({"id": applied["data"]["id"]})).await;
    assert_eq!(detail["data"]["status"], json!(4), "{detail}");
    let deposit = weichuang.post("/weichuang/user/deposit/query", &json!({"phoneNo": phone})).await.json();
    assert_eq!(deposit["depositAmount"], json!("0.00"));
    let again = serving.kop("hm.deposit.p.refundConfirm", json!({"phoneNo": phone})).await;
    assert_eq!(again["data"]["success"], json!(true), "{again}");
}

#[tokio::test]
async fn all_bindings_can_be_pushed_again_and_what_was_refused_is_said() {
    let folder = Folder::new("sync");
    let weichuang = App::start().await;
    let partner = weichuang.url("/weichuang");
    let serving = Serving::start(&folder, &partner).await;
    let migration = serving.internal("/migration/start", json!({"phoneNo": "13333111222"})).await;
    assert_eq!(migration["code"], json!(200), "{migration}");
    let arguments = ["sync-bindings", "--database-url", &folder.database(), "--weichuang-url", &partner];
    let pushed = Binary::start(&arguments).end().await;
    assert_eq!((pushed.code, pushed.stderr.as_str()), (Some(0), ""));
    assert_eq!(pushed.stdout, "bindings pushed: 1, in batches: 1, refused: 0\n");

    let free = json!({"userId": null, "userPhone": null});
    let place = "/_mock/state/weichuang/batteries/BT0002";
    weichuang.request(reqwest::Method::PATCH, place).body(free.to_string()).send().await.expect("an answer");
    let other = json!({"batteryCode": "BT0002", "userId": "U10002", "userPhone": "13810020001", "state": 1});
    let taken = weichuang.post("/weichuang/battery/binding/update", &other).await.json();
    assert_eq!(taken["result"], json!(200), "{taken}");
    let pushed = Binary::start(&arguments).end().await;
    assert!(pushed.stdout.starts_with("bindings pushed: 1, in batches: 1, refused: 1\n  BT0002: 409 "), "{pushed:?}");
}

#[tokio::test]
async fn it_refuses_a_database_that_was_not_migrated_and_migrate_helps() {
    let folder = Folder::new("behind");
    let database = folder.database();
    let ended = Binary::start(&["serve", "--listen", "127.0.0.1:0", "--database-url", &database]).end().await;
    assert_eq!(ended.code, Some(1));
    assert_eq!(
        ended.stderr,
        "polaris: the schema is behind (steps missing: 2); run `polaris migrate`, or start with --migrate\n"
    );
    let migrated = Binary::start(&["migrate", "--database-url", &database]).end().await;
    assert_eq!((migrated.code, migrated.stdout.as_str()), (Some(0), "steps run: 2; the schema is current\n"));
    let again = Binary::start(&["migrate", "--database-url", &database]).end().await;
    assert_eq!((again.code, again.stdout.as_str()), (Some(0), "steps run: 0; the schema is current\n"));
}

#[tokio::test]
async fn it_shows_its_settings_and_names_those_that_do_not_fit() {
    let shown = Binary::start(&["serve", "--print-config", "--database-url", "postgres://polaris:s3cret@db/polaris"]);
    let shown = shown.end().await;
    assert_eq!((shown.code, shown.stderr.as_str()), (Some(0), ""));
    assert!(shown.stdout.contains("polaris:hidden@db") && !shown.stdout.contains("s3cret"), "{}", shown.stdout);
    for (flag, value, named) in [
        ("--listen", "nowhere", "server.listen"),
        ("--database-url", "mysql://x", "database.url"),
        ("--config", "missing.toml", "missing.toml"),
    ] {
        let ended = Binary::start(&["serve", "--print-config", flag, value]).end().await;
        assert_eq!((ended.code, ended.stdout.as_str()), (Some(1), ""), "{ended:?}");
        assert!(ended.stderr.contains(named) && ended.stderr.lines().count() == 1, "{ended:?}");
    }
}

#[tokio::test]
async fn the_public_address_shows_nothing_internal_and_says_when_it_is_ready() {
    let folder = Folder::new("public");
    let serving = Serving::start(&folder, "http://127.0.0.1:9/weichuang").await;
    for (address, path, status) in [
        (&serving.public, "/healthz", 200),
        (&serving.public, "/readyz", 200),
        (&serving.public, "/openapi/polaris.yaml", 200),
        (&serving.public, "/openapi/internal.yaml", 404),
        (&serving.public, "/internal/migration/start", 404),
        (&serving.internal, "/openapi/internal.yaml", 200),
        (&serving.internal, "/kop/hm.order.p.query", 404),
    ] {
        let reply = serving.http.get(format!("http://{address}{path}")).send().await.expect("an answer");
        assert_eq!(reply.status().as_u16(), status, "{address}{path}");
    }
    let refused = serving.internal("/migration/start", json!({"phoneNo": "13333111222"})).await;
    assert_eq!(refused["code"], json!(502), "Weichuang cannot be reached: {refused}");
    serving.binary.signal("TERM").await;
    assert_eq!(serving.binary.end().await.code, Some(0));
}
