use std::collections::{HashMap, HashSet};

use mocks::world::{
    Phone,
    polaris::{Claim, Record, Reference, Target, Unique},
};

use super::among;
use crate::backend::{
    db::{Session, sql},
    error::Result,
};

/// What a batch of records refers to, as far as it is stored.
#[derive(Debug, Default)]
pub struct References {
    merchants: HashMap<String, String>,
    members: HashMap<String, MemberReference>,
    others: HashSet<(Target, String)>,
}

/// A member that records refer to.
pub(super) struct MemberReference {
    pub(super) id: i64,
    pub(super) name: Option<String>,
    pub(super) merchant_id: Option<i64>,
    pub(super) merchant_code: Option<String>,
}

/// Names stay out of logs.
impl std::fmt::Debug for MemberReference {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("MemberReference").field("id", &self.id).finish_non_exhaustive()
    }
}

impl References {
    /// What `records` refer to.
    pub(super) async fn find<R: Record>(session: &mut Session, records: &[R]) -> Result<Self> {
        let mut keys: HashMap<Target, HashSet<&str>> = HashMap::new();
        for reference in records.iter().flat_map(Record::references) {
            keys.entry(reference.to).or_default().insert(reference.key);
        }
        let mut found = Self::default();
        for (target, keys) in keys {
            let keys = keys.into_iter().map(str::to_owned);
            match target {
                Target::Merchant => found.merchants(session, keys).await?,
                Target::Member => found.members(session, keys).await?,
                Target::Tank | Target::Battery | Target::Vehicle => {
                    let select = format!("SELECT code AS value FROM {} WHERE code", target.noun());
                    let stored = among(session, &select, keys).await?;
                    found.others.extend(stored.into_iter().map(|code| (target, code)));
                }
            }
        }
        Ok(found)
    }

    async fn merchants(&mut self, session: &mut Session, keys: impl Iterator<Item = String>) -> Result<()> {
        let ids = keys.filter_map(|key| key.parse::<i64>().ok().map(|id| (id, key))).collect::<HashMap<_, _>>();
        let statement = sql("SELECT id, merchant_code FROM merchant WHERE id")
            .append(session.one_of(ids.keys().copied().collect()));
        for row in session.all(statement).await? {
            if let Some(key) = ids.get(&row.get::<i64>("id")?) {
                self.merchants.insert(key.clone(), row.get("merchant_code")?);
            }
        }
        Ok(())
    }

    async fn members(&mut self, session: &mut Session, phones: impl Iterator<Item = String>) -> Result<()> {
        let columns = "m.phone, m.id, m.name, m.merchant_id, merchant.merchant_code";
        let from = " FROM member m LEFT JOIN merchant ON merchant.id = m.merchant_id WHERE m.phone";
        let statement = sql("SELECT ").push(columns).push(from).append(session.one_of(phones.collect()));
        for row in session.all(statement).await? {
            let member = MemberReference {
                id: row.get("id")?,
                name: row.get("name")?,
                merchant_id: row.get("merchant_id")?,
                merchant_code: row.get("merchant_code")?,
            };
            self.members.insert(row.get("phone")?, member);
        }
        Ok(())
    }

    /// Whether what `reference` names is stored.
    pub(super) fn has(&self, reference: &Reference<'_>) -> bool {
        match reference.to {
            Target::Merchant => self.merchants.contains_key(reference.key),
            Target::Member => self.members.contains_key(reference.key),
            to => self.others.contains(&(to, reference.key.to_owned())),
        }
    }

    /// The member of a record whose references were all found.
    pub(super) fn member(&self, phone: &Phone) -> Result<&MemberReference> {
        let missing = || crate::backend::db::DbError::Other("a member has vanished".to_owned());
        Ok(self.members.get(phone.as_str()).ok_or_else(missing)?)
    }
}

/// Those claims of `records` that something stored has.
pub(super) async fn taken<R: Record>(session: &mut Session, records: &[R]) -> Result<HashSet<Claim>> {
    let mut wanted: HashMap<Unique, Vec<String>> = HashMap::new();
    for claim in records.iter().flat_map(Record::claims) {
        wanted.entry(claim.to).or_default().push(claim.value);
    }
    let mut taken = HashSet::new();
    for (to, values) in wanted {
        for select in holders(to) {
            let found = match to {
                Unique::MemberId => {
                    let ids = values.iter().filter_map(|id| id.parse::<i64>().ok());
                    let rows = session.all(sql(select).append(session.one_of(ids.collect()))).await?;
                    rows.iter().map(|row| Ok(row.get::<i64>("value")?.to_string())).collect::<Result<_>>()?
                }
                _ => among(session, select, values.iter().cloned()).await?,
            };
            taken.extend(found.into_iter().map(|value| Claim { to, value }));
        }
    }
    Ok(taken)
}

/// What finds, among values, those that something stored has.
fn holders(to: Unique) -> &'static [&'static str] {
    match to {
        Unique::MerchantCode => &[
            "SELECT merchant_code AS value FROM merchant WHERE merchant_code",
            "SELECT share_code AS value FROM merchant WHERE share_code",
        ],
        Unique::MemberId => &["SELECT id AS value FROM member WHERE id"],
        Unique::BatteryInUse => {
            &["SELECT battery_code AS value FROM battery_binding WHERE unbound_at IS NULL AND battery_code"]
        }
        Unique::MemberWithBattery => {
            &["SELECT m.phone AS value FROM battery_binding b JOIN member m ON m.id = b.member_id \
             WHERE b.unbound_at IS NULL AND m.phone"]
        }
        Unique::VehicleRented => {
            &["SELECT vehicle_code AS value FROM rental WHERE returned_at IS NULL AND vehicle_code"]
        }
        Unique::OpenRefund => &["SELECT phone AS value FROM refund WHERE status IN (1, 2, 3) AND phone"],
    }
}
