use contracts::polaris::{MemberCounts, MemberStatisticsData, MemberStatisticsRequest};

use super::State;
use crate::backend::{
    Backend, Scope,
    db::{Session, Sql, sql},
    error::Result,
    time,
};

/// §2.2.18 运营后台-会员列表-会员统计
///
/// The totals are kept, not counted; the new ones are those registered since 00:00 today, Asia/Shanghai, by their state now.
/// A caller with a scope has its own members counted alone.
///
/// # Errors
/// Those of the database.
pub async fn member_statistics(backend: &Backend, _: MemberStatisticsRequest) -> Result<MemberStatisticsData> {
    let mut session = backend.db().session().await?;
    let kept = match backend.scope() {
        Scope::All => "member_total",
        Scope::Merchants(_) => "member_count",
    };
    let total = sql("SELECT state, CAST(SUM(total) AS BIGINT) AS total FROM ").push(kept).push(" WHERE 1 = 1");
    let total = total.append(backend.scope().condition("merchant_id")).push(" GROUP BY state");
    let today = time::start_of_day(backend.now());
    // The signs keep a planner without statistics from walking all members in the order of their states.
    let increased = sql("SELECT +state AS state, COUNT(*) AS total FROM member WHERE registered_at >= ").bind(today);
    let increased = increased.append(backend.scope().condition("+merchant_id"));
    Ok(MemberStatisticsData {
        total_member: counts(&mut session, total).await?,
        increased_member: counts(&mut session, increased.push(" GROUP BY +state")).await?,
    })
}

async fn counts(session: &mut Session, statement: Sql) -> Result<MemberCounts> {
    let mut counts = MemberCounts::default();
    for row in session.all(statement).await? {
        let total = i32::try_from(row.get::<i64>("total")?).unwrap_or(i32::MAX);
        let count = match State::of_code(row.get("state")?)? {
            State::New => &mut counts.new_member_sum,
            State::Using => &mut counts.use_member_sum,
            State::Frozen => &mut counts.frozen_member_sum,
            State::Blocked => &mut counts.blockade_member_sum,
            State::Overdue => &mut counts.overdue_member_sum,
            State::Refunded => &mut counts.refund_member_sum,
            State::Cancelled => &mut counts.canceled_member_sum,
        };
        *count = total;
        counts.member_sum += total;
    }
    Ok(counts)
}
