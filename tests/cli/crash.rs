use std::{collections::BTreeMap, sync::Arc, time::Duration};

use mocks::{Size, World};
use polaris::{
    backend::db::{Db, sql},
    server::router,
};
use serde_json::{Value, json};
use tokio::{sync::Mutex, task::JoinSet, time::sleep};

use crate::support::{App, Binary, Folder, Serving, fresh_database, post};

const EACH: usize = 50;

/// What a page asks for until it is answered: a refund or a correction.
#[derive(Debug, Clone)]
struct Wish {
    operation: &'static str,
    body: Value,
}

/// Weichuang's users that fit `fits`.
fn users(state: &Value, fits: impl Fn(&Value) -> bool) -> Vec<String> {
    let users = state["weichuang"]["users"].as_array().expect("users").iter();
    users.filter(|user| fits(user)).filter_map(|user| user["phoneNo"].as_str().map(str::to_owned)).collect()
}

/// Grants wishes, a few at a time, until all are granted or the server is gone.
async fn grant(serving: &Serving, wishes: &Arc<Mutex<Vec<Wish>>>) {
    let mut pages = JoinSet::new();
    for _ in 0..4 {
        let (wishes, http, address) = (wishes.clone(), serving.http.clone(), serving.public.clone());
        pages.spawn(async move {
            loop {
                let Some(wish) = wishes.lock().await.pop() else { return };
                match post(&http, format!("http://{address}/kop/{}", wish.operation), wish.body.clone()).await {
                    Some(reply) if reply["code"] == 200 => {}
                    Some(reply) => panic!("{wish:?}: {reply}"),
                    None => return wishes.lock().await.push(wish),
                }
            }
        });
    }
    pages.join_all().await;
}

/// Waits until nothing is left to be delivered; returns what is parked.
async fn delivered(serving: &Serving) -> Value {
    for _ in 0..600 {
        let mut left = 0;
        for state in ["pending", "delivering"] {
            let page = serving.internal("/delivery/list", json!({"state": state})).await;
            left += page["data"]["result"].as_array().expect("deliveries").len();
        }
        if left == 0 {
            return serving.internal("/delivery/list", json!({"state": "parked"})).await["data"]["result"].clone();
        }
        sleep(Duration::from_millis(100)).await;
    }
    panic!("there are deliveries left after a minute");
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_random_moments_it_loses_and_doubles_no_refund_and_no_binding_on_sqlite() {
    let folder = Folder::new("crash");
    killed_at_random_moments(&folder.database()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_random_moments_it_loses_and_doubles_no_refund_and_no_binding_on_postgresql() {
    if let Some(database) = fresh_database().await {
        killed_at_random_moments(&database).await;
    }
}

/// Both sides agree on every refund and every battery, however often the server on `database` was killed meanwhile.
async fn killed_at_random_moments(database: &str) {
    // The mock's own Polaris side has no part in it, and would take long to fill.
    let world = World { polaris: Default::default(), ..World::build(11, Size::Large).expect("a world") };
    let weichuang = App::start_in(world, router::Settings::default()).await;
    let partner = weichuang.url("/weichuang");
    let before = weichuang.state().await;
    let bound: BTreeMap<String, String> = before["weichuang"]["batteries"]
        .as_array()
        .expect("batteries")
        .iter()
        .filter_map(|battery| {
            Some((battery["userId"].as_str()?.to_owned(), battery["batteryCode"].as_str()?.to_owned()))
        })
        .collect();
    let has_battery = |user: &Value| user["userId"].as_str().is_some_and(|id| bound.contains_key(id));
    let to_move = |user: &Value| user["migration"].is_null();
    let held = |user: &Value| !user["deposit"].is_null() && user["deposit"]["refund"].is_null();
    let to_correct: Vec<_> = users(&before, |user| to_move(user) && has_battery(user)).into_iter().take(EACH).collect();
    let to_refund = users(&before, |user| to_move(user) && held(user));
    let to_refund: Vec<_> = to_refund.into_iter().filter(|phone| !to_correct.contains(phone)).take(EACH).collect();
    let free: Vec<_> = before["weichuang"]["batteries"]
        .as_array()
        .expect("batteries")
        .iter()
        .filter(|battery| battery["userId"].is_null() && battery["userPhone"].is_null())
        .filter_map(|battery| battery["batteryCode"].as_str().map(str::to_owned))
        .take(EACH)
        .collect();
    assert_eq!((to_refund.len(), to_correct.len(), free.len()), (EACH, EACH, EACH));

    // Both sides know the users and the batteries; applications are made.
    assert_eq!(Binary::start(&["migrate", "--database-url", database]).end().await.code, Some(0));
    let db = Db::open(database, 1).await.expect("the database");
    let mut session = db.transaction().await.expect("a transaction");
    for code in free.iter().chain(bound.values()) {
        session.execute(sql("INSERT INTO battery (code) VALUES ").list([code])).await.expect("a battery");
    }
    session.commit().await.expect("committed");
    db.close().await;
    let serving = Serving::start_on(database, &partner).await;
    let mut wishes = Vec::new();
    for phone in to_refund.iter().chain(&to_correct) {
        let migration = serving.internal("/migration/start", json!({"phoneNo": phone})).await;
        assert_eq!(migration["code"], 200, "{migration}");
    }
    for phone in &to_refund {
        let applied = serving.kop("hm.deposit.p.refundApply", json!({"phoneNo": phone, "reason": "不再使用"})).await;
        assert_eq!(applied["code"], 200, "{applied}");
        wishes.push(Wish { operation: "hm.deposit.p.refundConfirm", body: json!({"phoneNo": phone}) });
    }
    let relations = serving.kop("hm.battery.p.memberAssetList", json!({"pageNo": 1, "pageSize": 200})).await;
    let mut relations = relations["data"]["result"].as_array().expect("relations").clone();
    relations.retain(|relation| to_correct.iter().any(|phone| relation["phoneNo"] == **phone));
    assert_eq!(relations.len(), EACH);
    let mut corrected = BTreeMap::new();
    for (relation, code) in relations.iter().zip(&free) {
        corrected.insert(relation["phoneNo"].as_str().expect("a phone").to_owned(), code.clone());
        let body = json!({"id": relation["id"], "batteryCode": code});
        wishes.push(Wish { operation: "hm.battery.p.memberAssetCorrect", body });
    }
    fastrand::seed(11);
    fastrand::shuffle(&mut wishes);
    let wishes = Arc::new(Mutex::new(wishes));

    let (mut serving, mut kills) = (serving, 0);
    while !wishes.lock().await.is_empty() {
        let moment = sleep(Duration::from_millis(fastrand::u64(5..120)));
        tokio::select! {
            () = grant(&serving, &wishes) => {}
            () = async { moment.await; serving.binary.signal("KILL").await; std::future::pending().await } => {}
        }
        kills += 1;
        // A file has one server: the one before must be gone, whatever has ended the wait.
        serving.binary.signal("KILL").await;
        serving = Serving::start_on(database, &partner).await;
    }
    assert!(kills >= 3, "killed {kills} times alone");
    assert_eq!(delivered(&serving).await, json!([]), "nothing is parked");

    let after = weichuang.state().await;
    let by_phone: BTreeMap<_, _> = after["weichuang"]["users"]
        .as_array()
        .expect("users")
        .iter()
        .map(|user| (user["phoneNo"].as_str().expect("a phone").to_owned(), user))
        .collect();
    for phone in &to_refund {
        assert!(!by_phone[phone]["deposit"]["refund"].is_null(), "{:?}", by_phone[phone]);
    }
    let refunds = serving.kop("hm.deposit.p.refundList", json!({"pageNo": 1, "pageSize": 200})).await;
    let statuses: Vec<_> =
        refunds["data"]["result"].as_array().expect("refunds").iter().map(|refund| &refund["status"]).collect();
    assert_eq!(statuses, vec![&json!(4); EACH]);
    let holders: BTreeMap<_, _> = after["weichuang"]["batteries"]
        .as_array()
        .expect("batteries")
        .iter()
        .filter_map(|battery| Some((battery["batteryCode"].as_str()?, battery["userId"].as_str()?)))
        .collect();
    for (phone, code) in &corrected {
        let user = by_phone[phone]["userId"].as_str().expect("a user");
        assert_eq!(holders.get(code.as_str()), Some(&user), "{code}");
        assert_eq!(holders.get(bound[user].as_str()), None, "the battery before");
    }
    let relations = serving.kop("hm.battery.p.memberAssetList", json!({"pageNo": 1, "pageSize": 200})).await;
    for relation in relations["data"]["result"].as_array().expect("relations") {
        let corrected = corrected.get(relation["phoneNo"].as_str().expect("a phone"));
        assert!(corrected.is_none_or(|code| relation["batteryCode"] == **code), "{relation}");
    }
}
