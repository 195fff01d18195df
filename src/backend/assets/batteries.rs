//! Batteries, in a cabinet or with a member.

use crate::backend::{
    db::{Session, Sql, sql},
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

/// The merchant that a battery belongs to, if it does; the outer `None` means that there is no such battery.
///
/// # Errors
/// Those of the database.
pub async fn owner(session: &mut Session, code: &str) -> Result<Option<Option<i64>>> {
    let row = session.first(sql("SELECT merchant_id FROM battery WHERE code = ").bind(code)).await?;
    Ok(row.map(|row| row.get("merchant_id")).transpose()?)
}

/// A cell of a cabinet, and what it says of its battery.
#[derive(Debug, Clone, Copy)]
pub struct Cell<'a> {
    /// The cabinet.
    pub tank_code: &'a str,
    /// The cell's number.
    pub number: Option<i64>,
    /// The battery's charge, in per cent.
    pub charge: Option<i64>,
}

/// The battery came into a cabinet at the time `at`, unless a member has it, or it has moved since.
///
/// # Errors
/// Those of the database.
pub async fn enter_cabinet(session: &mut Session, code: &str, cell: Cell<'_>, at: i64) -> Result<()> {
    let statement = sql("UPDATE battery SET tank_code = ").bind(cell.tank_code);
    let statement = statement.push(", grid_pos = ").bind(cell.number.map(|number| number.to_string()));
    let statement = statement.push(", charge = ").bind(cell.charge).push(", full_at = NULL, distance = NULL");
    let statement = statement.push(", moved_at = ").bind(at).push(" WHERE code = ").bind(code);
    let statement = statement.push(" AND COALESCE(moved_at, 0) <= ").bind(at).push(" AND NOT EXISTS (");
    let bound =
        "SELECT 1 FROM battery_binding AS held WHERE held.battery_code = battery.code AND held.unbound_at IS NULL)";
    session.execute(statement.push(bound)).await?;
    Ok(())
}

/// The battery left whatever cabinet it was in at the time `at`, unless it has moved since.
///
/// # Errors
/// Those of the database.
pub async fn leave_cabinet(session: &mut Session, code: &str, at: i64) -> Result<()> {
    session.execute(left(code, at).push(" AND COALESCE(moved_at, 0) <= ").bind(at)).await?;
    Ok(())
}

/// A member has the battery since `at`: whatever a cabinet last told of it holds no longer.
pub(super) async fn taken(session: &mut Session, code: &str, at: i64) -> Result<()> {
    session.execute(left(code, at)).await?;
    Ok(())
}

fn left(code: &str, at: i64) -> Sql {
    let statement =
        "UPDATE battery SET tank_code = NULL, grid_pos = NULL, charge = NULL, full_at = NULL, distance = NULL";
    sql(statement).push(", moved_at = ").bind(at).push(" WHERE code = ").bind(code)
}
