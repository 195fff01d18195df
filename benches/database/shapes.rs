use contracts::polaris::{
    ListMembersRequest, ListMerchantMembersRequest, MemberStatisticsRequest, PolarisApi, QueryOrdersRequest,
};
use polaris::backend::{
    Backend,
    db::{Row, sql},
    time,
};
use serde_json::{Value, json};

use super::Outcome;

/// So many orders are drawn from a database to be asked about.
const DRAWN: i64 = 4_000;

/// Orders of a database, drawn by a rule that is none of theirs.
pub struct Sample {
    orders: Vec<Order>,
    /// How long it takes until there are about 100 orders.
    while_for_a_hundred: i64,
}

struct Order {
    id: i64,
    device: String,
    merchant: String,
    merchant_id: i64,
    phone: String,
    name: String,
    new_battery: String,
    old_battery: String,
    started_at: i64,
}

impl Sample {
    pub async fn of(backend: &Backend) -> Outcome<Self> {
        let mut session = backend.db().session().await?;
        let bounds = "SELECT MIN(started_at) AS first, MAX(started_at) AS last, COUNT(*) AS number FROM swap_order";
        let bounds = session.first(sql(bounds)).await?.ok_or_else(|| super::missing("no orders"))?;
        let (first, last, number): (i64, i64, i64) = (bounds.get("first")?, bounds.get("last")?, bounds.get("number")?);
        let drawn = "SELECT id, device_id, merchant_code, merchant_id, phone, user_name, new_battery, old_battery, started_at \
                     FROM swap_order WHERE new_battery IS NOT NULL AND old_battery IS NOT NULL \
                     AND user_name IS NOT NULL AND merchant_code IS NOT NULL ORDER BY id % 999983 LIMIT ";
        let rows = session.all(sql(drawn).bind(DRAWN)).await?;
        let orders = rows.iter().map(Order::read).collect::<Outcome<Vec<_>>>()?;
        Ok(Self { orders, while_for_a_hundred: (last - first) / number * 100 })
    }

    pub fn devices(&self) -> impl Iterator<Item = &str> {
        self.orders.iter().map(|order| order.device.as_str())
    }

    fn at(&self, number: usize) -> &Order {
        &self.orders[number % self.orders.len()]
    }

    /// `count` different values, joined by commas.
    fn several(&self, number: usize, count: usize, of: fn(&Order) -> &str) -> String {
        let mut several = Vec::new();
        for order in self.orders.iter().cycle().skip(number * 7).take(self.orders.len()) {
            if several.len() < count && !several.contains(&of(order)) {
                several.push(of(order));
            }
        }
        several.join(",")
    }
}

impl Order {
    fn read(row: &Row) -> Outcome<Self> {
        Ok(Self {
            id: row.get("id")?,
            device: row.get("device_id")?,
            merchant: row.get("merchant_code")?,
            merchant_id: row.get("merchant_id")?,
            phone: row.get("phone")?,
            name: row.get("user_name")?,
            new_battery: row.get("new_battery")?,
            old_battery: row.get("old_battery")?,
            started_at: row.get("started_at")?,
        })
    }
}

/// A way of asking.
pub struct Shape {
    pub name: &'static str,
    operation: Operation,
    body: fn(&Sample, usize) -> Value,
}

#[derive(Clone, Copy)]
enum Operation {
    Orders,
    Members,
    MerchantMembers,
    Statistics,
}

/// A request.
pub enum Asked {
    Orders(QueryOrdersRequest),
    Members(ListMembersRequest),
    MerchantMembers(ListMerchantMembersRequest),
    Statistics,
}

impl Shape {
    pub fn ask(&self, sample: &Sample, number: usize) -> Asked {
        let mut body = (self.body)(sample, number);
        (body["pageNo"], body["pageSize"]) = (1.into(), 20.into());
        match self.operation {
            Operation::Orders => Asked::Orders(serde_json::from_value(body).expect("a request")),
            Operation::Members => Asked::Members(serde_json::from_value(body).expect("a request")),
            Operation::MerchantMembers => Asked::MerchantMembers(serde_json::from_value(body).expect("a request")),
            Operation::Statistics => Asked::Statistics,
        }
    }
}

impl Asked {
    /// Asks it. That there is an answer is all that matters.
    pub async fn answer(self, backend: &Backend) -> Outcome {
        match self {
            Asked::Orders(request) => backend.query_orders(request).await.map(drop),
            Asked::Members(request) => backend.list_members(request).await.map(drop),
            Asked::MerchantMembers(request) => backend.list_merchant_members(request).await.map(drop),
            Asked::Statistics => backend.member_statistics(MemberStatisticsRequest {}).await.map(drop),
        }
        .map_err(|failure| super::missing(&format!("{failure:?}")).into())
    }
}

const fn orders(name: &'static str, body: fn(&Sample, usize) -> Value) -> Shape {
    Shape { name, operation: Operation::Orders, body }
}

const fn members(name: &'static str, body: fn(&Sample, usize) -> Value) -> Shape {
    Shape { name, operation: Operation::Members, body }
}

/// Every shape. The small database has 60 merchants.
pub const SHAPES: &[Shape] = &[
    orders("orders of 1 device", |of, n| json!({ "deviceIds": of.at(n).device })),
    orders("orders of 20 devices", |of, n| json!({ "deviceIds": of.several(n, 20, |order| &order.device) })),
    orders("orders of 200 devices", |of, n| json!({ "deviceIds": of.several(n, 200, |order| &order.device) })),
    orders("orders of 1 merchant", |of, n| json!({ "merchantCodes": of.at(n).merchant })),
    orders("orders of 20 merchants", |of, n| json!({ "merchantCodes": of.several(n, 20, |order| &order.merchant) })),
    orders("orders of 60 merchants", |of, n| json!({ "merchantCodes": of.several(n, 60, |order| &order.merchant) })),
    orders(
        "orders of 200 merchants (small: 60)",
        |of, n| json!({ "merchantCodes": of.several(n, 200, |order| &order.merchant) }),
    ),
    orders("orders of a phone", |of, n| json!({ "phone": of.at(n).phone })),
    orders("an order by id", |of, n| json!({ "orderId": of.at(n).id })),
    orders("100 orders by id", |of, n| {
        let ids: Vec<_> = (0..100).map(|next| of.at(n + next).id.to_string()).collect();
        json!({ "orderIds": ids.join(",") })
    }),
    orders("orders by new battery", |of, n| json!({ "newBattery": of.at(n).new_battery })),
    orders("orders by old battery", |of, n| json!({ "oldBattery": of.at(n).old_battery })),
    orders("about 100 orders by time", |of, n| {
        let from = of.at(n).started_at;
        json!({ "startTimeBefore": time::datetime(from), "startTimeEnd": time::datetime(from + of.while_for_a_hundred) })
    }),
    orders("orders of a device in a state", |of, n| json!({ "deviceIds": of.at(n).device, "orderState": 1 })),
    orders("orders of a merchant from a time", |of, n| {
        let Order { merchant, started_at, .. } = of.at(n);
        json!({ "merchantCodes": merchant, "startTimeBefore": time::datetime(*started_at) })
    }),
    orders(
        "orders of a merchant by name",
        |of, n| json!({ "merchantCodes": of.at(n).merchant, "userName": of.at(n).name }),
    ),
    orders(
        "orders of 20 devices and a phone",
        |of, n| json!({ "deviceIds": of.several(n, 20, |order| &order.device), "phone": of.at(n).phone }),
    ),
    members("members by phone", |of, n| json!({ "phoneNo": of.at(n).phone })),
    Shape {
        name: "members of a merchant",
        operation: Operation::MerchantMembers,
        body: |of, n| json!({ "merchantIds": [of.at(n).merchant_id.to_string()] }),
    },
    Shape { name: "statistics", operation: Operation::Statistics, body: |_, _| json!({}) },
    // These match the more, the more members there are; their totals are counted up to 10 000.
    members("members by name (more match)", |of, n| json!({ "userName": of.at(n).name })),
    members("members of a city (more match)", |_, _| json!({ "cityId": 110_100 })),
    members("members in a state (more match)", |_, n| json!({ "userState": n % 7 })),
    orders("all orders (more match)", |_, _| json!({})),
];
