/// Where a gift is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Status {
    /// 有效
    Valid = 1,
    /// 已撤销
    Revoked = 2,
}

impl Status {
    /// As the database and the contract have it. 3 (已用完或已过期) comes with imported data alone.
    pub(super) fn code(self) -> i64 {
        self as i64
    }
}
