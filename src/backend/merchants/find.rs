use std::collections::BTreeSet;

use contracts::runtime::format;

use crate::backend::{
    Scope,
    db::{Row, Session, Sql, sql},
    error::Result,
};

/// A merchant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Merchant {
    /// Its id: digits at the edges.
    pub id: i64,
    /// 商家码
    pub merchant_code: String,
    /// 推广码、邀请码
    pub share_code: String,
    /// Its name.
    pub name: String,
    /// Its kind, in words.
    pub type_name: Option<String>,
    /// Where it is.
    pub city_id: Option<i64>,
    /// The name of the city.
    pub city_name: Option<String>,
    /// The district of the city.
    pub region_name: Option<String>,
}

impl Merchant {
    fn read(row: &Row) -> Result<Self> {
        Ok(Self {
            id: row.get("id")?,
            merchant_code: row.get("merchant_code")?,
            share_code: row.get("share_code")?,
            name: row.get("name")?,
            type_name: row.get("type_name")?,
            city_id: row.get("city_id")?,
            city_name: row.get("city_name")?,
            region_name: row.get("region_name")?,
        })
    }
}

/// The merchant with this id.
///
/// # Errors
/// Those of the database.
pub async fn by_id(session: &mut Session, id: i64) -> Result<Option<Merchant>> {
    one(session, sql("id = ").bind(id)).await
}

/// The merchant with this `shareCode`.
///
/// # Errors
/// Those of the database.
pub async fn by_share_code(session: &mut Session, share_code: &str) -> Result<Option<Merchant>> {
    one(session, sql("share_code = ").bind(share_code)).await
}

/// The merchants whose `merchantCode` or `shareCode` is one of `codes`, each once; unknown codes have none.
///
/// # Errors
/// Those of the database.
pub async fn ids_of_codes(session: &mut Session, codes: &[&str]) -> Result<Vec<i64>> {
    if codes.is_empty() {
        return Ok(Vec::new());
    }
    let by = |column: &str| sql("SELECT id FROM merchant WHERE ").push(column).push(" IN ").list(codes.iter().copied());
    let statement = by("merchant_code").push(" UNION ").append(by("share_code"));
    let rows = session.all(statement.push(" ORDER BY id")).await?;
    rows.iter().map(|row| Ok(row.get("id")?)).collect()
}

/// The same for a caller with `scope`, whose codes must all be those of merchants inside.
///
/// # Errors
/// [`Error::Forbidden`](crate::backend::error::Error::Forbidden), and those of the database.
pub async fn ids_inside(session: &mut Session, scope: &Scope, codes: &[&str]) -> Result<Vec<i64>> {
    let found = ids_of_codes(session, codes).await?;
    if *scope == Scope::All {
        return Ok(found);
    }
    scope.demand_all(&found)?;
    let mut known = BTreeSet::new();
    if !found.is_empty() {
        let statement = "SELECT merchant_code AS code FROM merchant WHERE id IN ";
        let statement =
            sql(statement).list(found.iter().copied()).push(" UNION SELECT share_code FROM merchant WHERE id IN ");
        for row in session.all(statement.list(found.iter().copied())).await? {
            known.insert(row.get::<String>("code")?);
        }
    }
    // An unknown code is nobody's.
    codes.iter().filter(|code| !known.contains(**code)).try_for_each(|_| scope.demand(None))?;
    Ok(found)
}

/// The ids that `merchantIds` of a request stand for, each once. Digits that can be no id are nobody's and drop out.
#[must_use]
pub fn digit_ids(merchant_ids: &[String]) -> Vec<i64> {
    let mut ids: Vec<_> = merchant_ids.iter().filter_map(|id| format::id(id.trim())).collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

async fn one(session: &mut Session, condition: Sql) -> Result<Option<Merchant>> {
    let columns = "id, merchant_code, share_code, name, type_name, city_id, city_name, region_name";
    let statement = sql("SELECT ").push(columns).push(" FROM merchant WHERE ").append(condition);
    session.first(statement).await?.as_ref().map(Merchant::read).transpose()
}
