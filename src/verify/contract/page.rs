use serde_json::Value;

use super::Schemas;

/// The pages of a list operation: `pageNo` and `pageSize` go in, `total`, `hasMore` and the rows come out.
#[derive(Debug)]
pub struct Page {
    /// The field of a row that no other row of the list has, where there is one.
    pub key: Option<String>,
}

/// Names of a row's own id, the most telling first.
const KEYS: &[&str] = &["id", "orderId", "memberId", "vehicleId", "batteryCode", "code"];

impl Page {
    /// The pages that the schema of a successful reply's `data` describes, if it describes pages.
    pub(super) fn of(data: &Value, schemas: &Schemas) -> Option<Self> {
        let properties = data["properties"].as_object()?;
        let page =
            ["total", "pageNo", "pageSize", "hasMore", "result"].iter().all(|name| properties.contains_key(*name));
        let row = schemas.resolve(
            schemas.resolve(&properties.get("result")?["items"]).as_object().map(|_| &properties["result"]["items"])?,
        );
        page.then(|| Self {
            key: KEYS.iter().find(|key| !row["properties"][**key].is_null()).map(|key| (*key).to_owned()),
        })
    }
}
