use crate::backend::{db::DbError, error::Result};

/// The state of a member. The states partition the members.
///
/// New → Using with the first order or package; Using ↔ Overdue by the sweep; Frozen and Blocked by the back office;
/// Refunded with a refund carried out; Cancelled by import alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// 新会员
    New = 0,
    /// 使用中
    Using = 1,
    /// 已冻结
    Frozen = 2,
    /// 已封号
    Blocked = 3,
    /// 已逾期
    Overdue = 4,
    /// 已退款
    Refunded = 5,
    /// 已注销
    Cancelled = 6,
}

impl State {
    /// Every state, in the order of the codes.
    pub const ALL: [State; 7] =
        [Self::New, Self::Using, Self::Frozen, Self::Blocked, Self::Overdue, Self::Refunded, Self::Cancelled];

    /// The code of `userState`.
    #[must_use]
    pub fn code(self) -> i64 {
        self as i64
    }

    /// `stateStr`.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::New => "新会员",
            Self::Using => "使用中",
            Self::Frozen => "已冻结",
            Self::Blocked => "已封号",
            Self::Overdue => "已逾期",
            Self::Refunded => "已退款",
            Self::Cancelled => "已注销",
        }
    }

    /// The state with this code, as a row has it.
    ///
    /// # Errors
    /// When there is none.
    pub fn of_code(code: i64) -> Result<Self> {
        let found = Self::ALL.into_iter().find(|state| state.code() == code);
        found.ok_or_else(|| DbError::Other(format!("no member state has the code {code}")).into())
    }
}
