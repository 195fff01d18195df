//! Tanks (电柜).

use crate::backend::{
    db::{Session, sql},
    error::Result,
};

/// Whether there is a tank with this code.
///
/// # Errors
/// Those of the database.
pub async fn exists(session: &mut Session, code: &str) -> Result<bool> {
    Ok(session.first(sql("SELECT code FROM tank WHERE code = ").bind(code)).await?.is_some())
}
