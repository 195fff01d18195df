use polaris::backend::db::sql;
use serde_json::{Value, json};

use super::{Front, INSIDE};

/// A call, and what becomes of it.
pub enum Case {
    /// It names something outside.
    Forbidden(Value),
    /// It shows something, and nothing from outside.
    Some(Value),
    /// There is nothing inside that it could show.
    None(Value),
}

use Case::{Forbidden, None as Nothing, Some as Shown};

/// What there is of a merchant.
pub struct Things {
    merchant: i64,
    merchant_code: String,
    share_code: String,
    member: i64,
    pub phone: String,
    tank: String,
    pub battery: String,
    binding: i64,
    order: i64,
    review: i64,
    pub refund: i64,
    refund_phone: String,
    gift: i64,
    gift_phone: String,
    vehicle: String,
}

pub async fn one(front: &Front, query: &str) -> Value {
    let mut session = front.bench.backend.db().session().await.expect("a session");
    let row = session.first(sql(query)).await.expect("an answer");
    let row = row.unwrap_or_else(|| panic!("nothing: {query}"));
    match row.get::<Option<i64>>("value") {
        Ok(number) => number.unwrap_or_else(|| panic!("nothing: {query}")).into(),
        Err(_) => row.get::<String>("value").expect("a text").into(),
    }
}

impl Things {
    /// Those whose merchant is `whose`.
    pub async fn of(front: &Front, whose: &str) -> Self {
        let text = async |query: &str| one(front, query).await.as_str().expect("a text").to_owned();
        let id = async |query: &str| one(front, query).await.as_i64().expect("a number");
        let member = format!("JOIN member m ON m.id = t.member_id WHERE m.merchant_id {whose}");
        let first = |column: &str, table: &str| {
            format!("SELECT {column} AS value FROM {table} t {member} ORDER BY t.id LIMIT 1")
        };
        // One that can be confirmed, if there is one.
        let open = |column: &str| {
            first(column, "refund").replace("ORDER BY", "ORDER BY CASE WHEN t.status IN (1, 2) THEN 0 ELSE 1 END,")
        };
        let merchants = |column: &str, table: &str, more: &str| {
            format!("SELECT {column} AS value FROM {table} WHERE merchant_id {whose} {more} ORDER BY {column} LIMIT 1")
        };
        let code = format!("COALESCE(share_code, '') IN (SELECT share_code FROM merchant WHERE id {whose})");
        let (merchant, number) = if whose == INSIDE { (1001, 1) } else { (1002, 2) };
        Self {
            merchant,
            merchant_code: format!("BCD00{number}"),
            share_code: format!("ABC00{number}"),
            member: id(&merchants("id", "member", "")).await,
            phone: text(&merchants("phone", "member", "")).await,
            tank: text(&merchants("code", "tank", "")).await,
            battery: text(&merchants("code", "battery", "")).await,
            binding: id(&format!(
                "SELECT t.id AS value FROM battery_binding t {member} AND t.unbound_at IS NULL LIMIT 1"
            ))
            .await,
            order: id(&merchants("id", "swap_order", "AND order_state = 2")).await,
            review: id(&format!("SELECT MIN(id) AS value FROM access_review WHERE state = 0 AND {code}")).await,
            refund: id(&open("t.id")).await,
            refund_phone: text(&open("t.phone")).await,
            gift: id(&first("t.id", "package_gift")).await,
            gift_phone: text(&first("m.phone", "package_gift")).await,
            vehicle: text(&merchants("code", "vehicle", "")).await,
        }
    }

    /// Names that nothing has.
    pub fn nowhere() -> Self {
        let (id, phone, code) = (4_000_000_000, "19912345678".to_owned(), |kind: &str| format!("{kind}9999"));
        Self {
            merchant: 9999,
            merchant_code: code("BCD"),
            share_code: code("ABC"),
            member: id,
            phone: phone.clone(),
            tank: code("TK"),
            battery: code("BT"),
            binding: id,
            order: id,
            review: id,
            refund: id,
            refund_phone: phone.clone(),
            gift: id,
            gift_phone: phone,
            vehicle: code("VH"),
        }
    }
}

/// Every operation with data from outside. A new one has no arm here, and the test says so.
pub fn cases(operation: &str, own: &Things, other: &Things, free_battery: &str) -> Vec<Case> {
    let page = |more: Value| {
        let mut body = json!({"pageNo": 1, "pageSize": 200});
        body.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        body
    };
    let operator = |mut body: Value| {
        body["operatorId"] = "OP1".into();
        body["operatorName"] = "运营".into();
        body
    };
    match operation {
        "tankUpdate" => [other.tank.as_str(), "TK0023"]
            .map(|code| Forbidden(json!({"tankCode": code, "latitude": "1", "longitude": "1", "address": "别处"})))
            .into(),
        "queryOrders" => vec![
            Shown(page(json!({}))),
            Shown(page(json!({"merchantCodes": "", "deviceIds": " , ", "deviceId": null}))),
            Shown(page(json!({"merchantCodes": "BCD001"}))),
            Forbidden(page(json!({"merchantCodes": other.merchant_code}))),
            Forbidden(page(json!({"merchantCodes": format!("ABC001,{}", other.share_code)}))),
            Forbidden(page(json!({"deviceId": other.tank}))),
            Forbidden(page(json!({"deviceIds": format!("{},{}", own.tank, other.tank)}))),
            Nothing(page(json!({"orderId": other.order}))),
            Nothing(page(json!({"orderIds": other.order.to_string()}))),
            Nothing(page(json!({"phone": other.phone}))),
        ],
        "handleAbnormalOrder" => vec![Forbidden(operator(json!({"orderId": other.order, "remark": "r"})))],
        "listOverdueVehicles" => vec![
            Forbidden(json!({"userType": 1, "merchantIds": [other.merchant]})),
            Forbidden(json!({"userType": 1, "merchantIds": [1001, other.merchant]})),
            Shown(json!({"userType": 1, "merchantIds": [1001]})),
        ],
        "listAccessReviews" => {
            vec![Shown(json!({"userName": "", "state": 0})), Shown(json!({"userName": "", "state": 1}))]
        }
        "approveAccessReview" => vec![
            Forbidden(json!({"id": other.review, "shareCode": "ABC001", "deposit": 0, "state": 1})),
            Forbidden(json!({"id": own.review, "shareCode": other.share_code, "deposit": 0, "state": 1})),
        ],
        "rejectAccessReview" => vec![Forbidden(json!({"id": other.review}))],
        "listMerchantBatteries" | "listMerchantMembers" | "listOperationBatteries" => vec![
            Forbidden(json!({"merchantIds": [other.merchant.to_string()]})),
            Forbidden(json!({"merchantIds": ["1001", other.merchant.to_string()]})),
            Shown(json!({"merchantIds": ["1001"]})),
            Nothing(json!({"merchantIds": ["1001"], "userName": "没有"})),
        ],
        "listMemberBatteryAssets" => vec![
            Shown(json!({})),
            Shown(json!({"userName": "", "batteryCode": ""})),
            Nothing(json!({"batteryCode": other.battery})),
        ],
        "correctMemberBatteryAsset" => vec![
            Forbidden(json!({"id": other.binding.to_string(), "batteryCode": free_battery})),
            Forbidden(json!({"id": own.binding.to_string(), "batteryCode": other.battery})),
        ],
        "memberStatistics" => vec![Shown(json!({}))],
        "listMembers" => vec![
            Shown(json!({})),
            Shown(json!({"userState": 1})),
            Shown(json!({"cityId": 110100})),
            Nothing(json!({"phoneNo": other.phone})),
            Nothing(json!({"vehicleId": other.vehicle})),
        ],
        "operateMembers" => (1..=3)
            .map(|kind| Forbidden(json!({"ids": format!("{},{}", own.member, other.member), "opType": kind})))
            .collect(),
        "listMemberAssets" => vec![Forbidden(json!({"id": other.member.to_string()}))],
        "listDepositRefunds" => vec![Shown(page(json!({})))],
        "getDepositRefund" => vec![Forbidden(json!({"id": other.refund}))],
        "confirmDepositRefund" => {
            [&other.refund_phone, &other.phone].map(|phone| Forbidden(json!({"phoneNo": phone}))).into()
        }
        "applyDepositRefund" => vec![Forbidden(json!({"phoneNo": other.phone, "reason": "r"}))],
        "merchantConfirmRefund" => vec![Forbidden(json!({"id": other.refund, "merchantConfirmInfo": "i"}))],
        "grantPackageGift" => vec![Forbidden(operator(json!({
            "giftNo": "G1", "phoneNo": other.phone, "packageName": "月卡", "packageType": "月卡", "amount": 1,
        })))],
        "listPackageGifts" => vec![
            Shown(json!({})),
            Shown(json!({"phoneNo": own.gift_phone})),
            Nothing(json!({"phoneNo": other.gift_phone})),
        ],
        "revokePackageGift" => vec![Forbidden(operator(json!({"id": other.gift})))],
        "listMonthlyPackageOrders" => vec![
            Shown(json!({})),
            Shown(json!({"merchantCodes": ""})),
            Forbidden(json!({"merchantCodes": other.merchant_code})),
            Forbidden(json!({"merchantCodes": format!("ABC001,{}", other.share_code)})),
            Nothing(json!({"phoneNo": other.phone})),
        ],
        _ => panic!("{operation} has no case here: what does a scope mean for it?"),
    }
}

/// The same operations with data from inside: none is refused for its scope.
pub fn inside(operation: &str, own: &Things, free_battery: &str) -> Option<Value> {
    Some(match operation {
        "tankUpdate" => json!({"tankCode": own.tank, "latitude": "1", "longitude": "1", "address": "新址"}),
        "handleAbnormalOrder" => {
            json!({"orderId": own.order, "remark": "r", "operatorId": "OP1", "operatorName": "运营"})
        }
        "approveAccessReview" => json!({"id": own.review, "shareCode": "ABC001", "deposit": 0, "state": 1}),
        "rejectAccessReview" => json!({"id": own.review}),
        "correctMemberBatteryAsset" => json!({"id": own.binding.to_string(), "batteryCode": free_battery}),
        "operateMembers" => json!({"ids": own.member.to_string(), "opType": 1}),
        "listMemberAssets" => json!({"id": own.member.to_string()}),
        "getDepositRefund" => json!({"id": own.refund}),
        "confirmDepositRefund" => json!({"phoneNo": own.refund_phone}),
        "applyDepositRefund" => json!({"phoneNo": own.phone, "reason": "r"}),
        "merchantConfirmRefund" => json!({"id": own.refund, "merchantConfirmInfo": "i"}),
        "grantPackageGift" => json!({
            "giftNo": "G1", "phoneNo": own.phone, "packageName": "月卡", "packageType": "月卡", "amount": 1,
            "operatorId": "OP1", "operatorName": "运营",
        }),
        "revokePackageGift" => json!({"id": own.gift, "operatorId": "OP1", "operatorName": "运营"}),
        _ => return None,
    })
}
