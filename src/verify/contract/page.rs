use std::cmp::Ordering;

use serde_json::Value;

use super::Schemas;

/// The pages of a list operation: `pageNo` and `pageSize` go in, `total`, `hasMore` and the rows come out.
#[derive(Debug)]
pub struct Page {
    /// The field of a row that no other row of the list has, where there is one.
    pub key: Option<String>,
    /// The fields that the rows are sorted by, the greatest first.
    pub order: &'static [&'static str],
}

/// Fields that tell a row from all others of its list, the most telling first.
const KEYS: &[&str] = &["id", "orderId", "batteryCode", "code", "phoneNo"];

/// What lists are sorted by where it is not their id: orders by start time and then by id, package orders by the time
/// they were paid.
const ORDERS: &[(&str, &[&str])] =
    &[("queryOrders", &["startTime", "orderId"]), ("listMonthlyPackageOrders", &["payTime"])];

impl Page {
    /// The pages that the schema of a successful reply's `data` describes, if it describes pages.
    pub(super) fn of(operation: &str, data: &Value, schemas: &Schemas) -> Option<Self> {
        let properties = data["properties"].as_object()?;
        let pages = ["total", "pageNo", "pageSize", "hasMore", "result"];
        if !pages.iter().all(|name| properties.contains_key(*name)) {
            return None;
        }
        let row = schemas.resolve(&schemas.resolve(&properties["result"])["items"]);
        let key = KEYS.iter().find(|key| !row["properties"][**key].is_null()).map(|key| (*key).to_owned());
        let order = ORDERS.iter().find(|(id, _)| *id == operation).map(|(_, order)| *order);
        let order = order.unwrap_or(if key.as_deref() == Some("id") { &["id"] } else { &[] });
        Some(Self { key, order })
    }

    /// The first field and row where `rows` are not in their order.
    #[must_use]
    pub fn unsorted(&self, rows: &[Value]) -> Option<(&'static str, usize)> {
        rows.windows(2).enumerate().find_map(|(index, pair)| {
            for field in self.order {
                match compare(&pair[0][*field], &pair[1][*field]) {
                    Ordering::Greater => return None,
                    Ordering::Equal => {}
                    Ordering::Less => return Some((*field, index + 1)),
                }
            }
            None
        })
    }
}

/// Numbers, and digits in strings, as numbers; times as text; null is nowhere in particular.
fn compare(one: &Value, other: &Value) -> Ordering {
    let number = |value: &Value| value.as_i64().or_else(|| value.as_str()?.parse().ok());
    match (number(one), number(other)) {
        (Some(one), Some(other)) => one.cmp(&other),
        _ => match (one.as_str(), other.as_str()) {
            (Some(one), Some(other)) => one.cmp(other),
            _ => Ordering::Equal,
        },
    }
}
