/// What Weichuang refuses, or cannot be asked.
mod failures;
/// What comes with a user.
mod imports;
/// Begun before: again, at once, after a crash.
mod resumption;

use std::sync::atomic::{AtomicUsize, Ordering};

use contracts::{
    internal::{BindBatteryRequest, GetMigrationRequest, InternalApi, Migration, StartMigrationRequest},
    runtime::Failure,
    weichuang::{QueryUserRequest, WeichuangApi},
};
use polaris::backend::{
    Backend,
    db::sql,
    members::{self, Member, NewMember, State},
    migration,
};
use serde_json::json;
use wiremock::ResponseTemplate;

use super::{
    Bench, on_both_engines,
    partner::{Partner, no, settle, with, yes},
    rows::{integers, texts},
};

/// 张三, U10001, with BT0002, a deposit of 299 and a monthly card.
const ZHANG: &str = "13333111222";
const USER: &str = "/user/query";
const COMPLETE: &str = "/user/migration/complete";

async fn start(backend: &Backend) -> Result<Migration, Failure> {
    backend.start_migration(StartMigrationRequest { phone_no: ZHANG.into() }).await
}

async fn get(backend: &Backend) -> Result<Migration, Failure> {
    backend.get_migration(GetMigrationRequest { phone_no: ZHANG.into() }).await
}

async fn zhang(bench: &Bench) -> Option<Member> {
    let mut session = bench.backend.db().session().await.expect("a session");
    members::by_phone(&mut session, ZHANG).await.expect("a query")
}

/// What Weichuang knows of a user with BT0002.
fn known(path: &str) -> ResponseTemplate {
    match path {
        USER => with(json!({"userId": "U10001", "userName": "张三", "batteryCode": "BT0002"})),
        "/user/deposit/query" => with(json!({"depositType": "微信支付", "depositAmount": "299.00"})),
        "/user/package/query" => with(json!({"packageName": "畅行月卡", "packageType": "月卡"})),
        "/battery/query" => with(json!({"batteryList": [{"batteryCode": "BT0002", "userId": "U10001"}]})),
        _ => yes(),
    }
}
