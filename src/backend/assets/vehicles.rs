//! Vehicles that members rent.

use crate::backend::{
    db::{Session, sql},
    error::Result,
};

/// The model of a vehicle, if it has one; the outer `None` means that there is no such vehicle.
///
/// # Errors
/// Those of the database.
pub async fn model(session: &mut Session, code: &str) -> Result<Option<Option<String>>> {
    let row = session.first(sql("SELECT model FROM vehicle WHERE code = ").bind(code)).await?;
    Ok(row.map(|row| row.get("model")).transpose()?)
}
