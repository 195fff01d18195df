use super::State;
use crate::backend::{
    Scope,
    db::{Row, Session, Sql, sql},
    error::Result,
};

/// The columns of [`Member`], of a table that is called `m`.
pub(super) const COLUMNS: &str = "m.id, m.phone, m.name, m.state, m.merchant_id, m.inviter, m.city_id, m.city_name, \
     m.label, m.sex, m.birthday, m.id_card_state, m.registered_at, m.first_used_at, m.swap_count, \
     m.weichuang_user_id, m.initial_vehicle, m.initial_battery";

/// A member, as it was when it was read.
#[derive(Clone, PartialEq, Eq)]
pub struct Member {
    /// Its id.
    pub id: i64,
    /// Nobody else's.
    pub phone: String,
    /// Its name.
    pub name: Option<String>,
    /// Its state.
    pub state: State,
    /// The merchant that it belongs to.
    pub merchant_id: Option<i64>,
    /// The share code of who brought it, as it is; masked in replies.
    pub inviter: Option<String>,
    /// Where it lives.
    pub city_id: Option<i64>,
    /// The name of the city.
    pub city_name: Option<String>,
    /// 用户标签
    pub label: Option<String>,
    /// 性别
    pub sex: Option<String>,
    /// `yyyy-MM-dd`
    pub birthday: Option<String>,
    /// 1 已认证, 0 未认证
    pub id_card_state: i64,
    /// When it was registered.
    pub registered_at: i64,
    /// When its first order or package began.
    pub first_used_at: Option<i64>,
    /// How many swap orders were completed.
    pub swap_count: i64,
    /// Its `userId` at Weichuang, for one who came from there.
    pub weichuang_user_id: Option<String>,
    /// The first vehicle that it had.
    pub initial_vehicle: Option<String>,
    /// The first battery that it had.
    pub initial_battery: Option<String>,
}

impl Member {
    pub(super) fn read(row: &Row) -> Result<Self> {
        Ok(Self {
            id: row.get("id")?,
            phone: row.get("phone")?,
            name: row.get("name")?,
            state: State::of_code(row.get("state")?)?,
            merchant_id: row.get("merchant_id")?,
            inviter: row.get("inviter")?,
            city_id: row.get("city_id")?,
            city_name: row.get("city_name")?,
            label: row.get("label")?,
            sex: row.get("sex")?,
            birthday: row.get("birthday")?,
            id_card_state: row.get("id_card_state")?,
            registered_at: row.get("registered_at")?,
            first_used_at: row.get("first_used_at")?,
            swap_count: row.get("swap_count")?,
            weichuang_user_id: row.get("weichuang_user_id")?,
            initial_vehicle: row.get("initial_vehicle")?,
            initial_battery: row.get("initial_battery")?,
        })
    }
}

/// Names and phones stay out of logs.
impl std::fmt::Debug for Member {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut out = out.debug_struct("Member");
        out.field("id", &self.id).field("state", &self.state).field("merchant_id", &self.merchant_id);
        out.finish_non_exhaustive()
    }
}

/// The member with this id.
///
/// # Errors
/// Those of the database.
pub async fn by_id(session: &mut Session, id: i64) -> Result<Option<Member>> {
    one(session, sql("m.id = ").bind(id)).await
}

/// The member with this phone.
///
/// # Errors
/// Those of the database.
pub async fn by_phone(session: &mut Session, phone: &str) -> Result<Option<Member>> {
    one(session, sql("m.phone = ").bind(phone)).await
}

/// Demands that a member is inside a scope, by its id; one that is not there is not.
///
/// # Errors
/// [`Error::Forbidden`](crate::backend::error::Error::Forbidden), and those of the database.
pub async fn demand(session: &mut Session, scope: &Scope, id: i64) -> Result<()> {
    if *scope == Scope::All {
        return Ok(());
    }
    scope.demand(by_id(session, id).await?.and_then(|member| member.merchant_id))
}

async fn one(session: &mut Session, condition: Sql) -> Result<Option<Member>> {
    let statement = sql("SELECT ").push(COLUMNS).push(" FROM member m WHERE ").append(condition);
    session.first(statement).await?.as_ref().map(Member::read).transpose()
}
