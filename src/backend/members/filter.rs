use crate::backend::{
    db::{Session, Sql, begins_with, sql},
    error::Result,
    page::{COUNTED, Page, Paging},
};

/// Which members a list shows, by what indexes serve. All that is given holds.
#[derive(Debug, Default)]
pub(super) struct Filter<'a> {
    /// One of these merchants.
    pub merchant_ids: Option<Vec<i64>>,
    pub phone: Option<&'a str>,
    /// What the name begins with.
    pub name: Option<&'a str>,
    pub city_id: Option<i64>,
    pub state: Option<i64>,
    /// The vehicles that the member all has.
    pub vehicles: Vec<&'a str>,
}

impl Filter<'_> {
    /// The ids of a page of members, newest first.
    ///
    /// A list over several merchants is one of each, merged: whoever wants the newest 20 of 200 merchants has them read
    /// from the index of each, not all sorted.
    pub async fn page(&self, session: &mut Session, paging: Paging) -> Result<Page<i64>> {
        let mut unique: Vec<_> = self.phone.map(|phone| sql("m.phone = ").bind(phone)).into_iter().collect();
        for vehicle in &self.vehicles {
            // At most one member has a vehicle; to ask who leaves the planner no choice.
            let statement = sql("SELECT member_id FROM rental WHERE returned_at IS NULL AND vehicle_code = ");
            let Some(row) = session.first(statement.bind(*vehicle)).await? else { return Ok(paging.empty()) };
            unique.push(sql("m.id = ").bind(row.get::<i64>("member_id")?));
        }
        if self.merchant_ids.as_ref().is_some_and(Vec::is_empty) {
            return Ok(paging.empty());
        }
        let counted = unique.is_empty() && self.name.is_none() && self.city_id.is_none();
        let (from, order) = self.from(unique);
        let page = sql("SELECT found.id ").append(from.clone()).push(" ORDER BY ").push(order).push(" LIMIT ");
        let rows = session.all(page.bind(paging.limit()).push(" OFFSET ").bind(paging.offset())).await?;
        let ids = rows.iter().map(|row| Ok(row.get("id")?)).collect::<Result<Vec<_>>>()?;
        let total = if counted {
            self.kept_total(session).await?
        } else {
            paging.total(session, ids.len(), sql("SELECT 1 AS one ").append(from)).await?
        };
        Ok(paging.page(total, ids))
    }

    /// The total of all members, of those of merchants or of those in a state, which need not be counted.
    async fn kept_total(&self, session: &mut Session) -> Result<Option<i64>> {
        let kept = if self.merchant_ids.is_some() { "member_count" } else { "member_total" };
        let statement = sql("SELECT CAST(COALESCE(SUM(total), 0) AS BIGINT) AS total FROM ").push(kept);
        let merchants = self.merchant_ids.as_ref().map(|ids| sql("merchant_id IN ").list(ids.iter().copied()));
        let state = self.state.map(|state| sql("state = ").bind(state));
        let row = session.first(filtered(statement, merchants.iter().chain(&state))).await?;
        let total = row.map(|row| row.get::<i64>("total")).transpose()?.unwrap_or_default();
        Ok((total <= COUNTED).then_some(total))
    }

    /// `FROM` the ids of all members of the filter, as `found`, and the order that is newest first. `unique` are the
    /// conditions that only one member can meet.
    fn from(&self, unique: Vec<Sql>) -> (Sql, &'static str) {
        let name = self.name.map(|prefix| begins_with("m.name", prefix));
        let city = self.city_id.map(|id| sql("m.city_id = ").bind(id));
        // A range of one value and the column in the order: without them a planner may walk through all members by id in
        // the hope that many are of this value; with them only the column's index has the order.
        let only = |column: &str, value: i64| {
            let range = sql(column).push(" >= ").bind(value).push(" AND ").push(column);
            range.push(" <= ").bind(value)
        };
        let mut shared: Vec<_> = name.into_iter().chain(unique.iter().cloned()).collect();
        let merchants = self.merchant_ids.as_deref().unwrap_or_default();
        let order = match (unique.is_empty(), self.state, self.city_id, merchants) {
            (true, Some(state), ..) => {
                shared.extend(city.into_iter().chain([only("m.state", state)]));
                "found.state DESC, found.id DESC"
            }
            (true, None, Some(city_id), _) => {
                shared.push(only("m.city_id", city_id));
                "found.city_id DESC, found.id DESC"
            }
            (true, None, None, [merchant_id]) => {
                shared.push(only("m.merchant_id", *merchant_id));
                "found.merchant_id DESC, found.id DESC"
            }
            (_, state, ..) => {
                shared.extend(city.into_iter().chain(state.map(|state| sql("m.state = ").bind(state))));
                "found.id DESC"
            }
        };
        let arms: Vec<_> = if unique.is_empty() && merchants.len() > 1 {
            merchants.iter().map(|id| Some(sql("m.merchant_id = ").bind(*id))).collect()
        } else {
            let merchants = (!merchants.is_empty()).then(|| sql("m.merchant_id IN ").list(merchants.iter().copied()));
            vec![merchants.filter(|_| !order.contains("merchant_id"))]
        };
        let mut from = sql("FROM (");
        for (index, arm) in arms.iter().enumerate() {
            from = from.push(if index > 0 { " UNION ALL " } else { "" });
            let select = sql("SELECT m.id, m.merchant_id, m.city_id, m.state FROM member m");
            from = from.append(filtered(select, arm.iter().chain(&shared)));
        }
        (from.push(") AS found"), order)
    }
}

/// `statement`, where all `conditions` hold.
fn filtered<'a>(statement: Sql, conditions: impl Iterator<Item = &'a Sql>) -> Sql {
    conditions.enumerate().fold(statement, |statement, (index, condition)| {
        statement.push(if index > 0 { " AND " } else { " WHERE " }).append(condition.clone())
    })
}
