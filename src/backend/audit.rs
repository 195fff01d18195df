use serde_json::Value;

use super::{
    Backend, caller,
    db::{Session, sql},
    error::Result,
};

/// One entry of the audit log: what an operation changed, written in the transaction of the change.
#[derive(Debug, Default)]
pub struct Entry<'a> {
    /// The `operationId`.
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
