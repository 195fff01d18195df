//! Batteries, in a cabinet or with a member.

use crate::backend::{
    db::{Session, sql},
    error::Result,
};

/// The model of a battery, if it has one; the outer `None` means that there is no such battery.
///
/// # Errors
/// Those of the database.
pub async fn model(session: &mut Session, code: &str) -> Result<Option<Option<String>>> {
    let row = session.first(sql("SELECT model FROM battery WHERE code = ").bind(code)).await?;
    Ok(row.map(|row| row.get("model")).transpose()?)
}

/// A member has the battery: whatever a cabinet last told of it holds no longer.
///
/// # Errors
/// Those of the database.
pub(super) async fn leave_cabinet(session: &mut Session, code: &str) -> Result<()> {
    let statement = sql("UPDATE battery SET tank_code = NULL, grid_pos = NULL, charge = NULL, full_at = NULL, ")
        .push("distance = NULL WHERE tank_code IS NOT NULL AND code = ");
    session.execute(statement.bind(code)).await?;
    Ok(())
}
