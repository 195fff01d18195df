use serde_json::Value;

use super::{
    Backend, caller,
    db::{Row, Session, Sql, sql},
    error::Result,
};
use crate::mask;

/// One entry of the append-only audit log: what an operation changed, written in the transaction of the change.
#[derive(Debug, Default)]
pub struct Entry<'a> {
    /// The `operationId`, or the name of what we do unasked.
    pub operation: &'static str,
    /// Who did it, where the operation says so.
    pub operator: Option<&'a str>,
    /// What was changed: the kind and its key, e.g. `tank TK0001`.
    pub entity: String,
    /// The fields before.
    pub before: Value,
    /// The fields after.
    pub after: Value,
}

/// Writes `entry`.
///
/// # Errors
/// Those of the database.
pub async fn record(session: &mut Session, backend: &Backend, entry: Entry<'_>) -> Result<()> {
    let text = |value: &Value| (!value.is_null()).then(|| value.to_string());
    let statement = sql("INSERT INTO audit (id, at, operation, app, operator, trace, entity, before, after) VALUES ")
        .list([
            backend.mint().into(),
            backend.now().into(),
            entry.operation.into(),
            backend.caller().app_key().into(),
            entry.operator.into(),
            caller::trace().map(|trace| trace.to_string()).into(),
            entry.entity.into(),
            text(&entry.before).into(),
            text(&entry.after).into(),
        ] as [super::db::Bound; 9]);
    session.execute(statement).await?;
    Ok(())
}

/// Which entries are read. All that is given holds.
#[derive(Debug, Clone, Default)]
pub struct Filter<'a> {
    /// The `operationId`.
    pub operation: Option<&'a str>,
    /// The key of the app.
    pub app: Option<&'a str>,
    /// The operator's id.
    pub operator: Option<&'a str>,
    /// What was changed, e.g. `tank TK0001`.
    pub entity: Option<&'a str>,
    /// The exchange's id.
    pub trace: Option<&'a str>,
    /// At this time or later.
    pub since: Option<i64>,
    /// At this time or before.
    pub until: Option<i64>,
}

/// An entry as it is shown: phones and names are masked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// When.
    pub at: i64,
    /// The `operationId`.
    pub operation: String,
    /// The key of the app; none for our own systems and commands.
    pub app: Option<String>,
    /// The operator's id, where the operation says so.
    pub operator: Option<String>,
    /// The exchange's id.
    pub trace: Option<String>,
    /// What was changed.
    pub entity: String,
    /// The fields before, as JSON.
    pub before: Option<String>,
    /// The fields after, as JSON.
    pub after: Option<String>,
}

/// The newest entries that fit, at most `limit`.
///
/// # Errors
/// Those of the database.
pub async fn read(session: &mut Session, filter: &Filter<'_>, limit: i64) -> Result<Vec<Shown>> {
    let columns = "at, operation, app, operator, trace, entity, before, after";
    let mut statement = sql("SELECT ").push(columns).push(" FROM audit WHERE 1 = 1");
    let equal = |statement: Sql, column: &str, value: Option<&str>| match value {
        Some(value) => statement.push(" AND ").push(column).push(" = ").bind(value),
        None => statement,
    };
    for (column, value) in [
        ("operation", filter.operation),
        ("app", filter.app),
        ("operator", filter.operator),
        ("entity", filter.entity),
        ("trace", filter.trace),
    ] {
        statement = equal(statement, column, value);
    }
    for (operator, time) in [(" AND at >= ", filter.since), (" AND at <= ", filter.until)] {
        if let Some(time) = time {
            statement = statement.push(operator).bind(time);
        }
    }
    let rows = session.all(statement.push(" ORDER BY id DESC LIMIT ").bind(limit)).await?;
    rows.iter().map(Shown::read).collect()
}

impl Shown {
    fn read(row: &Row) -> Result<Self> {
        let masked = |column| {
            let text: Option<String> = row.get(column)?;
            Ok::<_, super::error::Error>(text.map(|text| match serde_json::from_str(&text) {
                Ok(value) => mask::value(value).to_string(),
                Err(_) => mask::phones(&text).into_owned(),
            }))
        };
        Ok(Self {
            at: row.get("at")?,
            operation: row.get("operation")?,
            app: row.get("app")?,
            operator: row.get::<Option<String>>("operator")?.map(|id| mask::phones(&id).into_owned()),
            trace: row.get("trace")?,
            entity: mask::phones(&row.get::<String>("entity")?).into_owned(),
            before: masked("before")?,
            after: masked("after")?,
        })
    }
}
