use serde_json::json;

use super::deposit;
use crate::backend::{
    Backend,
    audit::{self, Entry},
    db::{Bound, Row, Session, Sql, sql},
    error::Result,
    members::{self, State},
    outbox::{self, Message},
};

/// 待商家确认
pub(super) const APPLIED: i64 = 1;
/// 待退款
pub(super) const CONFIRMED: i64 = 2;
/// 退款中
pub(super) const REFUNDING: i64 = 3;
/// 已退款
pub(super) const REFUNDED: i64 = 4;
/// 退款失败
pub(super) const FAILED: i64 = 5;

/// An application, as far as its life needs it.
#[derive(Debug)]
pub(super) struct Refund {
    pub(super) id: i64,
    pub(super) member_id: i64,
    pub(super) status: i64,
    pub(super) remark: Option<String>,
}

/// Weichuang's `refundNo` of an application.
pub(in crate::backend) fn refund_no(id: i64) -> String {
    format!("RF{id}")
}

impl Refund {
    fn read(row: &Row) -> Result<Self> {
        let (id, member_id) = (row.get("id")?, row.get("member_id")?);
        Ok(Self { id, member_id, status: row.get("status")?, remark: row.get("remark")? })
    }
}

/// The application with this id.
pub(super) async fn by_id(session: &mut Session, id: i64) -> Result<Option<Refund>> {
    first(session, sql("id = ").bind(id)).await
}

/// The newest application of a phone: the open one, if there is one.
pub(super) async fn newest(session: &mut Session, phone: &str) -> Result<Option<Refund>> {
    first(session, sql("phone = ").bind(phone).push(" ORDER BY id DESC LIMIT 1")).await
}

async fn first(session: &mut Session, condition: Sql) -> Result<Option<Refund>> {
    let statement = sql("SELECT id, member_id, status, remark FROM refund WHERE ").append(condition);
    session.first(statement).await?.as_ref().map(Refund::read).transpose()
}

/// Moves an application on, and says whether it was in `from`.
pub(super) async fn moved(session: &mut Session, id: i64, from: &[i64], to: i64) -> Result<bool> {
    let statement = sql("UPDATE refund SET status = ").bind(to).push(" WHERE id = ").bind(id);
    let statement = statement.push(" AND status IN ").list(from.iter().map(|status| Bound::from(*status)));
    Ok(session.execute(statement).await? == 1)
}

/// The deposit is paid back: the application is done, and the member has got its deposits.
pub(in crate::backend) async fn carried_out(session: &mut Session, backend: &Backend, id: i64) -> Result<()> {
    if !moved(session, id, &[REFUNDING], REFUNDED).await? {
        return Ok(());
    }
    ended(session, backend, id, REFUNDED).await?;
    let Some(refund) = by_id(session, id).await? else { return Ok(()) };
    deposit::end_refund(session, refund.member_id, backend.now()).await?;
    if let Some(member) = members::by_id(session, refund.member_id).await? {
        members::set_state(session, &member, State::Refunded).await?;
    }
    Ok(())
}

/// Weichuang will not pay the deposit back: the application is closed with `remark`, and the deposits stay.
pub(in crate::backend) async fn refused(session: &mut Session, backend: &Backend, id: i64, remark: &str) -> Result<()> {
    if !moved(session, id, &[REFUNDING], FAILED).await? {
        return Ok(());
    }
    ended(session, backend, id, FAILED).await?;
    session.execute(sql("UPDATE refund SET remark = ").bind(remark).push(" WHERE id = ").bind(id)).await?;
    match by_id(session, id).await? {
        Some(refund) => deposit::keep(session, refund.member_id).await,
        None => Ok(()),
    }
}

/// How a refund ended, for the audit log.
async fn ended(session: &mut Session, backend: &Backend, id: i64, status: i64) -> Result<()> {
    let (before, after) = (json!({"status": REFUNDING}), json!({"status": status}));
    let entity = format!("refund {id}");
    let entry = Entry { operation: "refundDeposit", entity, before, after, ..Entry::default() };
    audit::record(session, backend, entry).await
}

/// An application that came in, at the time `at`, while it was being carried out elsewhere: nobody knows what Weichuang has
/// done, so that its delivery is parked until an operator asks again. The application's id is the delivery's too.
pub(in crate::backend) async fn resume_later(
    session: &mut Session,
    backend: &Backend,
    (refund_id, at): (i64, i64),
    member_id: i64,
) -> Result<()> {
    let held = deposit::start_refund(session, member_id).await?;
    if held.weichuang == 0 {
        return carried_out(session, backend, refund_id).await;
    }
    let message = Message::Refund { refund_id, member_id, amount: held.weichuang };
    outbox::enqueue_parked(session, refund_id, at, &message, "结果未知").await
}

/// Why an application was made that is being carried out; the outer `None` if it is not.
pub(in crate::backend) async fn reason_of_refunding(session: &mut Session, id: i64) -> Result<Option<Option<String>>> {
    let statement = sql("SELECT reason FROM refund WHERE id = ").bind(id).push(" AND status = ").bind(REFUNDING);
    Ok(session.first(statement).await?.map(|row| row.get("reason")).transpose()?)
}
