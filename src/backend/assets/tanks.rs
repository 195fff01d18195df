//! Tanks (电柜).

use crate::backend::{
    db::{Session, sql},
    error::Result,
};

/// The merchants that those of the tanks belong to that exist; `None` for a tank that belongs to none.
///
/// # Errors
/// Those of the database.
pub async fn owners(session: &mut Session, codes: &[&str]) -> Result<Vec<Option<i64>>> {
    if codes.is_empty() {
        return Ok(Vec::new());
    }
    let statement = sql("SELECT merchant_id FROM tank WHERE code IN ").list(codes.iter().copied());
    session.all(statement).await?.iter().map(|row| Ok(row.get("merchant_id")?)).collect()
}

/// Whether there is a tank with this code.
///
/// # Errors
/// Those of the database.
pub async fn exists(session: &mut Session, code: &str) -> Result<bool> {
    Ok(session.first(sql("SELECT code FROM tank WHERE code = ").bind(code)).await?.is_some())
}
