//! The statements of 2.2.1.
//!
//! A list over many devices or merchants wants the newest of each merged, not every match sorted. So each key reads one
//! index in the list's order, and the results are merged: SQLite does that lazily for the arms of a `UNION ALL`,
//! PostgreSQL plans a `LATERAL` join quickly that reads a page for each key. Only ids are merged; the rows of the page are
//! fetched by them. What the engines want differs, and does so in this file alone.
//!
//! Codes and limits stand in the text as literals: partial indexes and the planner's estimates want to see them.

use contracts::{
    polaris::{QueryOrdersRequest, SwapOrder},
    runtime::{filter, format},
};

use super::{ABNORMAL, COMPLETED, HANDLED, PENDING, row::Parts};
use crate::backend::{
    Scope,
    assets::tanks,
    db::{Bound, Engine, Row, Session, Sql},
    error::Result,
    merchants,
    page::{COUNTED, Paging},
};

/// The order of the list, which every index ends with.
const NEWEST_FIRST: &str = "ORDER BY started_at DESC, id DESC";

/// So many orders are a short list, and are found by their ids.
const FEW: usize = 200;

/// The beginnings of a name, as their indexes know them: one character, two, three.
const BEGINNINGS: [&str; 3] = ["substr(user_name, 1, 1)", "substr(user_name, 1, 2)", "substr(user_name, 1, 3)"];

/// What is looked for, as statements.
#[derive(Debug, Clone)]
pub struct Search {
    engine: Engine,
    /// The parameters, without text.
    values: Sql,
    /// The column whose values the list is driven by, and their placeholders.
    keys: Option<(&'static str, Vec<String>)>,
    /// The conditions besides.
    rest: Vec<String>,
    /// The rows must be read in the list's order even to count them: there is no narrower way to them.
    ordered: bool,
    /// No completed order can match: the few others have indexes of their own.
    unusual: bool,
    parts: Parts,
}

impl Search {
    /// Whether nothing can match: `deviceId` stands outside `deviceIds`.
    #[must_use]
    pub fn is_contradiction(request: &QueryOrdersRequest) -> bool {
        let devices = items(&request.device_ids);
        filter(&request.device_id).is_some_and(|device| !devices.is_empty() && !devices.contains(&device))
    }

    /// The search of `request` for orders that started between `times`; `None` if it names only unknown merchants.
    /// Without a merchant, a caller with a scope means those inside.
    ///
    /// # Errors
    /// [`Error::Forbidden`](crate::backend::error::Error::Forbidden) for what is outside the scope, and those of the
    /// database.
    pub async fn of(
        session: &mut Session,
        request: &QueryOrdersRequest,
        times: [Option<i64>; 2],
        scope: &Scope,
    ) -> Result<Option<Self>> {
        let codes = items(&request.merchant_codes);
        let merchants = match scope.ids() {
            _ if !codes.is_empty() => Some(merchants::ids_inside(session, scope, &codes).await?),
            inside => inside,
        };
        let devices = filter(&request.device_id).map_or_else(|| items(&request.device_ids), |device| vec![device]);
        if *scope != Scope::All {
            let owners = tanks::owners(session, &devices).await?;
            // An unknown device belongs to nobody.
            let unknown = (owners.len()..devices.len()).map(|_| None);
            owners.into_iter().chain(unknown).try_for_each(|owner| scope.demand(owner))?;
        }
        if merchants.as_ref().is_some_and(Vec::is_empty) {
            return Ok(None);
        }
        let merchants = merchants.unwrap_or_default();
        let mut ids: Vec<_> = items(&request.order_ids).into_iter().filter_map(format::id).collect();
        ids.extend(request.order_id.filter(|id| !ids.contains(id)));

        let parts = Parts::asked(request);
        let (engine, values) = (session.engine(), Sql::default());
        let mut search = Self { engine, values, keys: None, rest: Vec::new(), ordered: true, unusual: false, parts };
        search.times(times);
        search.codes(request.order_type.map(i64::from), request.order_state.map(i64::from));
        search.any_of("id", ids);
        search.any_of("phone", filter(&request.phone));
        search.any_of("new_battery", filter(&request.new_battery));
        search.any_of("old_battery", filter(&request.old_battery));
        let mut places = [("device_id", bound(devices)), ("merchant_id", bound(merchants))];
        // The fewer keys the better.
        places.sort_by_key(|(_, keys)| keys.len());
        let name = filter(&request.user_name);
        // Of a long list, those with a name that few bear are found sooner by their ids.
        if let Some(name) = name
            && search.ordered
            && let Some((column, keys)) = places.iter().find(|(_, keys)| !keys.is_empty())
            && search.is_long_by(column, keys, session).await?
            && let Some(few) = search.few_with_name(session, name).await?
        {
            if few.is_empty() {
                return Ok(None);
            }
            search.any_of("id", few);
        }
        for (column, keys) in places {
            search.any_of(column, keys);
        }
        if let Some(name) = name {
            search.begins_with(name);
        }
        Ok(Some(search))
    }

    /// Reads a page, and one row more.
    #[must_use]
    pub fn page(&self, paging: Paging) -> Sql {
        let (offset, limit) = (paging.offset(), paging.limit());
        let ids = "SELECT id, started_at FROM swap_order WHERE";
        let newest = match &self.keys {
            Some((column, keys)) if keys.len() > 1 => match self.engine {
                Engine::Sqlite => {
                    let arm = |key| format!("{ids} {}", self.conditions(Some(format!("{column} = {key}"))));
                    keys.iter().map(arm).collect::<Vec<_>>().join(" UNION ALL ")
                }
                Engine::Postgres => {
                    let of_key = self.conditions(Some(format!("{column} = keys.key")));
                    let until = offset + limit;
                    format!(
                        "SELECT id, started_at FROM (VALUES {}) AS keys (key) \
                         CROSS JOIN LATERAL ({ids} {of_key} {NEWEST_FIRST} LIMIT {until}) AS newest",
                        rows(keys)
                    )
                }
            },
            _ => format!("{ids} {}", self.conditions(self.key())),
        };
        // CROSS JOIN keeps SQLite from turning the join round.
        self.values.clone().push(&format!(
            "SELECT {} FROM ({newest} {NEWEST_FIRST} LIMIT {limit} OFFSET {offset}) AS page \
             CROSS JOIN swap_order AS o WHERE o.id = page.id ORDER BY page.started_at DESC, page.id DESC",
            self.parts.columns()
        ))
    }

    /// Every match, to be counted.
    #[must_use]
    pub fn matches(&self) -> Sql {
        let ones = "SELECT 1 AS one FROM swap_order WHERE";
        let matches = match (&self.keys, self.engine) {
            (Some((column, keys)), Engine::Sqlite) if keys.len() > 1 => {
                format!("{ones} {}", self.conditions(Some(format!("{column} IN ({})", keys.join(", ")))))
            }
            (Some((column, keys)), Engine::Postgres) if keys.len() > 1 => {
                // The limit keeps the planner from turning the join round.
                format!(
                    "SELECT 1 AS one FROM (VALUES {}) AS keys (key) CROSS JOIN LATERAL ({ones} {} LIMIT {}) AS matching",
                    rows(keys),
                    self.conditions(Some(format!("{column} = keys.key"))),
                    COUNTED + 1
                )
            }
            _ => format!("{ones} {}", self.conditions(self.key())),
        };
        let statement = self.values.clone().push(&matches);
        if self.ordered { statement.push(" ").push(NEWEST_FIRST) } else { statement }
    }

    /// The order that a row of [`Search::page`] is.
    ///
    /// # Errors
    /// When the row is not what the schema says.
    pub fn read(&self, row: &Row) -> Result<SwapOrder> {
        self.parts.read(row)
    }

    /// The condition on the one key, if there is one.
    fn key(&self) -> Option<String> {
        let (column, keys) = self.keys.as_ref()?;
        keys.first().map(|key| format!("{column} = {key}"))
    }

    fn conditions(&self, key: Option<String>) -> String {
        let all: Vec<_> = key.into_iter().chain(self.rest.iter().cloned()).collect();
        if all.is_empty() { "TRUE".to_owned() } else { all.join(" AND ") }
    }

    fn times(&mut self, [from, to]: [Option<i64>; 2]) {
        for (operator, time) in [(">=", from), ("<=", to)] {
            if let Some(time) = time {
                let time = self.values.parameter(time);
                self.rest.push(format!("started_at {operator} {time}"));
            }
        }
    }

    /// Whether more than [`FEW`] orders have one of `keys`.
    async fn is_long_by(&self, column: &'static str, keys: &[Bound], session: &mut Session) -> Result<bool> {
        let mut list = self.clone();
        list.any_of(column, keys.iter().cloned());
        let next = list.matches().push(&format!(" LIMIT 1 OFFSET {FEW}"));
        Ok(session.first(next).await?.is_some())
    }

    /// The orders whose name begins with `name`, unless they are more than [`FEW`].
    async fn few_with_name(&self, session: &mut Session, name: &str) -> Result<Option<Vec<i64>>> {
        let mut named = self.clone();
        named.begins_with(name);
        let statement = format!("SELECT id FROM swap_order WHERE {} LIMIT {}", named.conditions(named.key()), FEW + 1);
        let rows = session.all(named.values.push(&statement)).await?;
        let ids = rows.iter().map(|row| row.get("id")).collect::<Result<Vec<_>, _>>()?;
        Ok((ids.len() <= FEW).then_some(ids))
    }

    fn codes(&mut self, kind: Option<i64>, state: Option<i64>) {
        if let Some(state) = state {
            self.rest.push(format!("order_state = {state}"));
            if state != COMPLETED {
                // What a partial index holds must be said in its own words for SQLite to use it.
                self.rest.push(format!("order_state <> {COMPLETED}"));
            }
        }
        self.unusual = kind == Some(ABNORMAL) || state.is_some_and(|state| state != COMPLETED);
        // The states 2 and 3 are abnormal orders' alone.
        let implied = state.filter(|state| [PENDING, HANDLED].contains(state)).map(|_| ABNORMAL);
        for kind in kind.into_iter().chain(implied.filter(|implied| Some(*implied) != kind)) {
            self.rest.push(format!("order_type = {kind}"));
        }
    }

    /// The name begins with `name`: if nothing else drives the list, its first characters do, as many as an index knows.
    fn begins_with(&mut self, name: &str) {
        if self.ordered {
            let indexed = if self.unusual { 1 } else { BEGINNINGS.len() };
            let beginning: String = name.chars().take(indexed).collect();
            self.any_of(BEGINNINGS[beginning.chars().count() - 1], [beginning]);
            if self.unusual {
                self.rest.push(format!("order_state <> {COMPLETED}"));
            }
        }
        let (from, to) = (self.values.parameter(name), self.values.parameter(format!("{name}{}", char::MAX)));
        self.rest.push(format!("user_name >= {from} AND user_name <= {to}"));
    }

    /// `column` has one of `values`, unless there are none. The first column that is narrowed drives the list; ids
    /// alone do not: they are so few that they are sorted.
    fn any_of<T: Into<Bound>>(&mut self, column: &'static str, values: impl IntoIterator<Item = T>) {
        let values: Vec<_> = values.into_iter().map(|value| self.values.parameter(value)).collect();
        if values.is_empty() {
            return;
        }
        if self.ordered && column != "id" {
            self.keys = Some((column, values));
        } else {
            // The sign keeps SQLite, which may know nothing of the numbers, from being driven by a second column.
            let unindexed = if self.engine == Engine::Sqlite && !self.ordered { "+" } else { "" };
            self.rest.push(format!("{unindexed}{column} IN ({})", values.join(", ")));
        }
        self.ordered = false;
    }
}

/// One row of `VALUES` for each key.
fn rows(keys: &[String]) -> String {
    keys.iter().map(|key| format!("({key})")).collect::<Vec<_>>().join(", ")
}

fn bound<T: Into<Bound>>(keys: Vec<T>) -> Vec<Bound> {
    keys.into_iter().map(Into::into).collect()
}

fn items(list: &Option<String>) -> Vec<&str> {
    list.as_deref().map(format::items).unwrap_or_default()
}
