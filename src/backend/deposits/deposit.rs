use crate::backend::{
    Backend,
    db::{Bound, Session, sql},
    error::Result,
};

/// Who holds a deposit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holder {
    /// 北极星: our ledger.
    Polaris = 1,
    /// 微创: of a member who has moved to us.
    Weichuang = 2,
}

/// Held.
pub(in crate::backend) const HELD: i64 = 1;
/// On its way back.
const REFUNDING: i64 = 2;
/// Paid back.
pub(in crate::backend) const REFUNDED: i64 = 3;

/// What a member has paid and not got back, in 分.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Held {
    /// In our ledger.
    pub(super) polaris: i64,
    /// At Weichuang.
    pub(super) weichuang: i64,
}

/// Records a deposit that a member has paid now. `kind` is 1 for 电动车, 2 for 电池; `amount` is in 分.
///
/// # Errors
/// Those of the database.
pub async fn record(
    session: &mut Session,
    backend: &Backend,
    member_id: i64,
    kind: i64,
    amount: i64,
    method: Option<&str>,
    holder: Holder,
) -> Result<i64> {
    let paid = Paid { kind, amount, method, holder, paid_at: Some(backend.now()) };
    record_paid(session, backend, member_id, paid).await
}

/// A deposit that was paid at some time.
pub(in crate::backend) struct Paid<'a> {
    /// 1 电动车, 2 电池.
    pub(in crate::backend) kind: i64,
    /// In 分.
    pub(in crate::backend) amount: i64,
    /// How.
    pub(in crate::backend) method: Option<&'a str>,
    /// To whom.
    pub(in crate::backend) holder: Holder,
    /// When, if that is known.
    pub(in crate::backend) paid_at: Option<i64>,
}

/// Records a deposit.
pub(in crate::backend) async fn record_paid(
    session: &mut Session,
    backend: &Backend,
    member_id: i64,
    paid: Paid<'_>,
) -> Result<i64> {
    let id = backend.mint();
    let values: [Bound; 8] = [
        id.into(),
        member_id.into(),
        paid.kind.into(),
        paid.amount.into(),
        paid.method.into(),
        (paid.holder as i64).into(),
        HELD.into(),
        paid.paid_at.into(),
    ];
    let statement = "INSERT INTO deposit (id, member_id, kind, amount, method, holder, state, paid_at) VALUES ";
    session.execute(sql(statement).list(values)).await?;
    Ok(id)
}

/// What a member has paid and not got back.
pub(super) async fn held(session: &mut Session, member_id: i64) -> Result<Held> {
    sum(session, member_id, HELD).await
}

/// The deposits that are held are on their way back. Returns what they are.
pub(super) async fn start_refund(session: &mut Session, member_id: i64) -> Result<Held> {
    move_on(session, member_id, HELD, REFUNDING, None).await?;
    // Counted after they have moved: one that is paid meanwhile is not of this refund.
    sum(session, member_id, REFUNDING).await
}

async fn sum(session: &mut Session, member_id: i64, state: i64) -> Result<Held> {
    let statement = sql("SELECT holder, CAST(SUM(amount) AS BIGINT) AS amount FROM deposit WHERE state = ").bind(state);
    let statement = statement.push(" AND member_id = ").bind(member_id).push(" GROUP BY holder");
    let mut held = Held::default();
    for row in session.all(statement).await? {
        let amount = row.get("amount")?;
        if row.get::<i64>("holder")? == Holder::Weichuang as i64 {
            held.weichuang = amount;
        } else {
            held.polaris = amount;
        }
    }
    Ok(held)
}

/// The deposits that are on their way back stay.
pub(super) async fn keep(session: &mut Session, member_id: i64) -> Result<()> {
    move_on(session, member_id, REFUNDING, HELD, None).await
}

/// The deposits that are on their way back have arrived.
pub(super) async fn end_refund(session: &mut Session, member_id: i64, now: i64) -> Result<()> {
    move_on(session, member_id, REFUNDING, REFUNDED, Some(now)).await
}

async fn move_on(session: &mut Session, member_id: i64, from: i64, to: i64, refunded_at: Option<i64>) -> Result<()> {
    let statement = sql("UPDATE deposit SET state = ").bind(to).push(", refunded_at = ").bind(refunded_at);
    let statement = statement.push(" WHERE member_id = ").bind(member_id).push(" AND state = ").bind(from);
    session.execute(statement).await?;
    Ok(())
}
