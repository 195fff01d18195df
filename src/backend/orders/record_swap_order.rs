use contracts::internal::{RecordSwapOrderData, RecordSwapOrderRequest};

use super::{
    COMPLETED,
    report::{Report, Step},
};
use crate::backend::{
    Backend,
    assets::{batteries, bindings, tanks},
    audit::{self, Entry},
    db::{Session, sql},
    error::{Error, Result},
    members::{self, Member},
    merchants, outbox,
};

const OTHER: &str = "来源单号已用于其他内容的订单";
/// How often an order may move on under the hands of one report: it has fewer states.
const ATTEMPTS: usize = 4;

/// Inflow: 记录换电订单
///
/// Idempotent by `externalNo`. The order keeps what the member's name and merchant were when it was first reported.
///
/// # Errors
/// An unknown member, tank or battery; a state that the type does not have; an `externalNo` of another order, or a
/// state that goes back; a new battery that somebody else has.
pub async fn record_swap_order(backend: &Backend, request: RecordSwapOrderRequest) -> Result<RecordSwapOrderData> {
    let mut session = backend.db().transaction().await?;
    let member = members::by_phone(&mut session, &request.phone_no).await?;
    let report = Report::of(&request, member.as_ref().map_or(0, |member| member.id))?;
    let member = member.ok_or(Error::NotFound("会员不存在"))?;
    if !tanks::exists(&mut session, &request.device_id).await? {
        return Err(Error::NotFound("电柜不存在"));
    }
    for battery in [report.new_battery(), report.old_battery()].into_iter().flatten() {
        batteries::model(&mut session, battery).await?.ok_or(Error::NotFound("电池不存在"))?;
    }

    let stored = store(&mut session, backend, &request.external_no, &member, report.clone()).await?;
    let mut deliveries = Vec::new();
    if stored.new {
        members::start_using(&mut session, backend, &member).await?;
    }
    if stored.completed {
        deliveries = complete(&mut session, backend, &member, stored.id, &report).await?;
    }
    session.commit().await?;
    outbox::deliver_now(backend, &deliveries).await;
    Ok(RecordSwapOrderData { order_id: stored.id })
}

/// What became of a report.
struct Stored {
    id: i64,
    /// The order had not been reported before.
    new: bool,
    /// The order was completed by this report.
    completed: bool,
}

async fn store(
    session: &mut Session,
    backend: &Backend,
    external_no: &str,
    member: &Member,
    mut report: Report,
) -> Result<Stored> {
    let merchant = match member.merchant_id {
        Some(id) => merchants::by_id(session, id).await?,
        None => None,
    };
    let who = [
        (&member.phone).into(),
        member.name.as_deref().into(),
        member.merchant_id.into(),
        merchant.map(|merchant| merchant.merchant_code).into(),
    ];
    let id = backend.mint();
    if session.execute(report.insert(id, external_no, who)).await? == 1 {
        write_down(session, backend, id, (None, &report)).await?;
        return Ok(Stored { id, new: true, completed: report.state == COMPLETED });
    }
    for _ in 0..ATTEMPTS {
        let Some(row) = session.first(Report::select(external_no)).await? else { break };
        let (id, stored) = (row.get("id")?, Report::read(&row)?);
        match report.step_from(&stored) {
            Step::None => return Ok(Stored { id, new: false, completed: false }),
            Step::Other => return Err(Error::conflict(OTHER)),
            Step::Forward => {
                if session.execute(report.update(id, &stored)).await? == 1 {
                    write_down(session, backend, id, (Some(&stored), &report)).await?;
                    let completed = report.state == COMPLETED && stored.state != COMPLETED;
                    return Ok(Stored { id, new: false, completed });
                }
                // Another report was faster: look again.
            }
        }
    }
    Err(Error::conflict(OTHER))
}

/// What a report has changed, for the audit log.
async fn write_down(
    session: &mut Session,
    backend: &Backend,
    id: i64,
    (before, after): (Option<&Report>, &Report),
) -> Result<()> {
    let (before, after) = (before.map(Report::audited).unwrap_or_default(), after.audited());
    let entry =
        Entry { operation: "recordSwapOrder", entity: format!("order {id}"), before, after, ..Entry::default() };
    audit::record(session, backend, entry).await
}

/// The member has the new battery instead of the old one, which is in the cabinet now, and Weichuang will be told; returns
/// the deliveries to try.
async fn complete(
    session: &mut Session,
    backend: &Backend,
    member: &Member,
    order_id: i64,
    report: &Report,
) -> Result<Vec<i64>> {
    let count = sql("UPDATE member SET swap_count = swap_count + 1 WHERE id = ").bind(member.id);
    session.execute(count).await?;
    // A cabinet's clock may be ahead; what happens later here must not look older.
    let at = report.started_at.min(backend.now());
    let deliveries = if superseded(session, member, order_id, report.started_at).await? {
        Vec::new()
    } else {
        move_binding(session, backend, member, report, at).await?
    };
    if let Some(new) = report.new_battery() {
        batteries::leave_cabinet(session, new, at).await?;
    }
    if let Some(old) = report.old_battery() {
        batteries::enter_cabinet(session, old, report.return_cell(), at).await?;
    }
    Ok(deliveries)
}

async fn move_binding(
    session: &mut Session,
    backend: &Backend,
    member: &Member,
    report: &Report,
    at: i64,
) -> Result<Vec<i64>> {
    let current = bindings::current_of_member(session, member.id).await?;
    match (current, report.new_battery()) {
        // Whatever the member had before, it is the new battery that was carried away.
        (Some(binding), Some(new)) => bindings::replace(session, backend, member, &binding, new, at).await,
        (None, Some(new)) => bindings::bind(session, backend, member, new, at).await,
        (Some(binding), None) if report.old_battery() == Some(&binding.battery_code) => {
            bindings::unbind(session, backend, member, &binding).await
        }
        (_, None) => Ok(Vec::new()),
    }
}

/// Whether a later swap of the member has been completed already: then a late report says nothing about today's battery.
async fn superseded(session: &mut Session, member: &Member, order_id: i64, started_at: i64) -> Result<bool> {
    let statement = sql("SELECT 1 AS one FROM swap_order WHERE phone = ").bind(&member.phone);
    let statement = statement.push(" AND started_at > ").bind(started_at).push(" AND id <> ").bind(order_id);
    let statement = statement.push(&format!(" AND order_state = {COMPLETED} LIMIT 1"));
    Ok(session.first(statement).await?.is_some())
}
