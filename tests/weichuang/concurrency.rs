use futures_util::future::join_all;
use serde_json::json;

use crate::support::App;

#[tokio::test(flavor = "multi_thread")]
async fn of_many_users_who_bind_one_battery_at_once_one_wins() {
    let app = App::start().await;
    for code in ["BT0001", "BT0020", "BT0021", "BT0022"] {
        let calls = (0..32).map(|user| {
            let (id, phone) = (format!("P{user}"), format!("139000000{user:02}"));
            let bind = json!({"batteryCode": code, "userId": id, "userPhone": phone, "state": 1});
            let app = &app;
            async move { (id, app.post("/weichuang/battery/binding/update", &bind).await.json()["result"].clone()) }
        });
        let results = join_all(calls).await;
        let winners: Vec<_> = results.iter().filter(|(_, result)| *result == 200).map(|(id, _)| id.clone()).collect();
        assert_eq!(winners.len(), 1, "{code}: {results:?}");
        assert!(results.iter().all(|(_, result)| *result == 200 || *result == 409), "{code}: {results:?}");
        let battery = app.post("/weichuang/battery/query", &json!({"batteryCode": code})).await.json();
        assert_eq!(battery["batteryList"][0]["userId"], winners[0]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_refunds_at_once_one_is_paid() {
    let app = App::start().await;
    let calls = (0..32).map(|number| {
        let number = format!("RF{number}");
        let refund = json!({"refundNo": number, "phoneNo": "13810020017", "refundAmount": "299.00"});
        let app = &app;
        async move { app.post("/weichuang/user/deposit/refund", &refund).await.json()["result"].clone() }
    });
    let results = join_all(calls).await;
    assert_eq!(results.iter().filter(|result| **result == 200).count(), 1, "{results:?}");
}
