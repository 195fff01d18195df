use crate::backend::{
    Scope,
    db::{Row, Session, sql},
    error::{Error, Result},
};

/// How far a review is. It is decided once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// 待确认
    Pending = 0,
    /// 已确认
    Approved = 1,
    /// 已驳回
    Rejected = 2,
}

impl State {
    /// As the database has it.
    #[must_use]
    pub fn code(self) -> i64 {
        self as i64
    }

    /// As pages show it.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            State::Pending => "待确认",
            State::Approved => "已确认",
            State::Rejected => "已驳回",
        }
    }

    /// The state with this code; every code but the first two is a rejection.
    pub(super) fn of(code: i64) -> Self {
        match code {
            0 => State::Pending,
            1 => State::Approved,
            _ => State::Rejected,
        }
    }
}

/// The merchant that a review `r` belongs to: the one whose code it carries, or else the member's.
pub(super) const OWNER: &str = "CASE WHEN COALESCE(r.approved_share_code, r.share_code) IS NULL \
    THEN (SELECT m.merchant_id FROM member m WHERE m.id = r.member_id) \
    ELSE (SELECT c.id FROM merchant c WHERE c.share_code = COALESCE(r.approved_share_code, r.share_code)) END";

/// What a merchant approves with. An approval is identical to another when all of it is the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Terms {
    /// 商户推广码
    pub(super) share_code: String,
    /// 线下押金
    pub(super) deposit: i64,
    /// 代收电池押金
    pub(super) discount_price: Option<i64>,
    /// 支付电池押金
    pub(super) offline_price: Option<i64>,
}

/// A review, as far as a decision looks at it.
#[derive(Debug, Clone)]
pub(super) struct Review {
    pub(super) id: i64,
    pub(super) member_id: i64,
    pub(super) vehicle_code: Option<String>,
    pub(super) battery_code: Option<String>,
    pub(super) state: State,
    /// With what it was approved.
    pub(super) approved: Option<Terms>,
}

impl Review {
    /// The review `id`.
    pub(super) async fn by_id(session: &mut Session, id: i64) -> Result<Self> {
        let columns = "id, member_id, vehicle_code, battery_code, state, approved_share_code, approved_deposit, \
                       approved_discount_price, approved_offline_price";
        let statement = sql("SELECT ").push(columns).push(" FROM access_review WHERE id = ").bind(id);
        let row = session.first(statement).await?.ok_or(Error::NotFound("没有这条审核"))?;
        Self::of(&row)
    }

    /// Demands that a review is inside a scope, by its id; one that is not there is not.
    pub(super) async fn demand(session: &mut Session, scope: &Scope, id: i64) -> Result<()> {
        if *scope == Scope::All {
            return Ok(());
        }
        let statement = sql("SELECT ").push(OWNER).push(" AS owner FROM access_review r WHERE r.id = ").bind(id);
        let row = session.first(statement).await?;
        scope.demand(row.map(|row| row.get("owner")).transpose()?.flatten())
    }

    fn of(row: &Row) -> Result<Self> {
        let approved = match (row.get("approved_share_code")?, row.get("approved_deposit")?) {
            (Some(share_code), Some(deposit)) => Some(Terms {
                share_code,
                deposit,
                discount_price: row.get("approved_discount_price")?,
                offline_price: row.get("approved_offline_price")?,
            }),
            _ => None,
        };
        Ok(Self {
            id: row.get("id")?,
            member_id: row.get("member_id")?,
            vehicle_code: row.get("vehicle_code")?,
            battery_code: row.get("battery_code")?,
            state: State::of(row.get("state")?),
            approved,
        })
    }
}
