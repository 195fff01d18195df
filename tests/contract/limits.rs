use serde_json::{Value, json};

use crate::support::App;

/// A field of an operation: values that just fit, and values that just do not.
struct Limit {
    path: &'static str,
    good: Value,
    field: &'static str,
    fit: Vec<Value>,
    not: Vec<Value>,
}

fn limit<const FIT: usize, const NOT: usize>(
    path: &'static str,
    good: Value,
    field: &'static str,
    fit: [Value; FIT],
    not: [Value; NOT],
) -> Limit {
    Limit { path, good, field, fit: fit.into(), not: not.into() }
}

fn text(length: usize) -> Value {
    "字".repeat(length).into()
}

fn codes(count: usize) -> Vec<String> {
    (0..count).map(|number| format!("TK{number}")).collect()
}

/// So many codes, as a comma list.
fn list(count: usize) -> Value {
    codes(count).join(",").into()
}

fn limits() -> Vec<Limit> {
    let orders = || json!({"pageNo": 1, "pageSize": 20});
    let tank = || json!({"tankCode": "TK0001", "latitude": "39.9", "longitude": "116.3", "address": "北京市"});
    let apply = || json!({"phoneNo": "13333111222", "reason": "不再使用"});
    let approve = || json!({"id": 1, "shareCode": "ABC001", "deposit": 0, "state": 1});
    let (query, update, merchants) =
        ("/kop/hm.order.p.query", "/kop/hm.device.p.tankUpdate", "/kop/hm.merchant.p.batteryList");
    vec![
        limit(query, orders(), "pageNo", [json!(1), json!(100)], [json!(0), json!(-1), Value::Null]),
        limit(query, orders(), "pageSize", [json!(1), json!(200)], [json!(0), json!(201), Value::Null]),
        limit(
            query,
            orders(),
            "phone",
            [json!("13333111222"), json!(""), Value::Null],
            [json!("23333111222"), json!("1333311122"), json!("133331112223"), json!(" 13333111222")],
        ),
        limit(query, orders(), "userName", [text(64), json!(""), Value::Null], [text(65)]),
        limit(
            query,
            orders(),
            "deviceId",
            [json!("a-B_9"), json!("a".repeat(64)), json!("")],
            [json!("a".repeat(65)), json!("TK 1"), json!("电柜")],
        ),
        limit(
            query,
            orders(),
            "deviceIds",
            [list(500), json!("TK1, TK2 ,,TK1"), json!(","), json!("")],
            [list(501), json!("TK1,T K"), json!("TK1,电柜")],
        ),
        limit(
            query,
            orders(),
            "orderIds",
            [json!("1, 2"), json!("9007199254740991")],
            [json!("1,x"), json!("9007199254740992")],
        ),
        limit(query, orders(), "orderType", [json!(0), json!(1), Value::Null], [json!(2), json!("1")]),
        limit(query, orders(), "orderState", [json!(0), json!(4)], [json!(5), json!(-1)]),
        limit(
            query,
            orders(),
            "startTimeEnd",
            [json!("2021-08-30 23:59:59"), json!("2021-08-30 23:59"), json!("2024-02-29 00:00"), json!("")],
            [json!("2021-02-30 00:00"), json!("2021-08-30 24:00"), json!("2021-08-30"), json!("2021-08-30T00:00:00")],
        ),
        limit(
            update,
            tank(),
            "latitude",
            [json!("90"), json!("-90"), json!("0.12345678")],
            [json!("90.1"), json!("-90.00000001"), json!("0.123456789"), json!(39.9), json!("1e1")],
        ),
        limit(update, tank(), "longitude", [json!("180"), json!("-180.0")], [json!("180.1"), json!("181"), json!("")]),
        limit(
            merchants,
            json!({}),
            "merchantIds",
            [json!(vec!["1"; 200])],
            [json!([]), json!(vec!["1"; 201]), Value::Null, json!(["x"])],
        ),
        limit(
            "/kop/hm.vehicle.p.overdueList",
            json!({"userType": 1}),
            "merchantIds",
            [json!(vec![1; 200])],
            [json!([]), json!(vec![1; 201])],
        ),
        limit(
            "/kop/hm.vehicle.p.overdueList",
            json!({"merchantIds": [1]}),
            "userType",
            [json!(1), json!(2)],
            [json!(0), json!(3), Value::Null],
        ),
        limit("/kop/hm.access.p.reviewApprove", approve(), "state", [json!(1)], [json!(0), json!(2), Value::Null]),
        limit(
            "/kop/hm.member.p.operate",
            json!({"ids": "1"}),
            "opType",
            [json!(1), json!(3)],
            [json!(0), json!(4), Value::Null],
        ),
        limit("/kop/hm.deposit.p.refundApply", apply(), "reason", [text(500)], [text(501), json!(""), Value::Null]),
        limit("/weichuang/tank/query", json!({}), "tankCodes", [json!(codes(200))], [json!([]), json!(codes(201))]),
        limit(
            "/weichuang/battery/binding/update",
            json!({"batteryCode": "BT0001", "userId": "U1", "userPhone": "13333111222"}),
            "state",
            [json!(0), json!(1)],
            [json!(2), json!(-1), Value::Null],
        ),
        limit(
            "/internal/migration/start",
            json!({}),
            "phoneNo",
            [json!("13333111222")],
            [json!(""), json!("1"), Value::Null],
        ),
    ]
}

#[tokio::test]
async fn what_just_fits_is_taken_and_what_just_does_not_is_a_violation_at_its_place() {
    let app = App::start().await;
    for limit in limits() {
        let with = |value: &Value| {
            let mut body = limit.good.clone();
            body[limit.field] = value.clone();
            body
        };
        for value in &limit.fit {
            let reply = app.post(limit.path, &with(value)).await;
            assert_ne!(reply.status, 400, "{} {} {value}: {reply:?}", limit.path, limit.field);
        }
        for value in &limit.not {
            let reply = app.post(limit.path, &with(value)).await;
            let about = format!("{} {} {value}: {reply:?}", limit.path, limit.field);
            assert_eq!(reply.status, 400, "{about}");
            let violations = reply.json()["violations"].clone();
            let place = format!("/{}", limit.field);
            let there = |one: &Value| one["pointer"].as_str().is_some_and(|pointer| pointer.starts_with(&place));
            assert!(violations.as_array().is_some_and(|all| all.iter().all(there)), "{about}");
        }
    }
}
