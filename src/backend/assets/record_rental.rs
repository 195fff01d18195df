use contracts::{
    internal::RecordRentalRequest,
    runtime::{NoData, filter},
};
use serde_json::{Value, json};

use super::vehicles;
use crate::backend::{
    Backend,
    audit::{self, Entry},
    db::{Bound, DbError, Row, Session, sql},
    error::{Error, Result},
    members, time,
};

/// What a rental report says. `returned_at` alone may be added later.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Rental {
    member_id: i64,
    vehicle_code: String,
    started_at: i64,
    due_at: i64,
    deposit: Option<i64>,
    returned_at: Option<i64>,
}

/// 记录车辆租赁
///
/// Idempotent by `externalNo`: the same content is answered alike, a `returnTime` may be added, and a report without it
/// says nothing against the one that is known. Who is overdue is the sweep's matter.
///
/// # Errors
/// [`Error::NotFound`] for an unknown member or vehicle; [`Error::Conflict`] for other content under a known number,
/// and when the vehicle has not been returned from another rental.
pub async fn record_rental(backend: &Backend, request: RecordRentalRequest) -> Result<NoData> {
    let mut session = backend.db().transaction().await?;
    let member = members::by_phone(&mut session, &request.phone_no).await?.ok_or(Error::NotFound("会员不存在"))?;
    vehicles::model(&mut session, &request.vehicle_id).await?.ok_or(Error::NotFound("车辆不存在"))?;
    let rental = Rental {
        member_id: member.id,
        vehicle_code: request.vehicle_id,
        started_at: parse("/startTime", &request.start_time)?,
        due_at: parse("/dueTime", &request.due_time)?,
        deposit: request.deposit,
        returned_at: filter(&request.return_time).map(|time| parse("/returnTime", time)).transpose()?,
    };
    let before = if insert(&mut session, backend, &request.external_no, &rental).await? {
        let first = sql("UPDATE member SET initial_vehicle = ").bind(&rental.vehicle_code);
        session.execute(first.push(" WHERE initial_vehicle IS NULL AND id = ").bind(member.id)).await?;
        members::start_using(&mut session, backend, &member).await?;
        Value::Null
    } else if continued(&mut session, &request.external_no, &rental).await? {
        Rental { returned_at: None, ..rental.clone() }.audited()
    } else {
        return Ok(NoData);
    };
    let (entity, after) = (format!("rental {}", request.external_no), rental.audited());
    let entry = Entry { operation: "recordRental", entity, before, after, ..Entry::default() };
    audit::record(&mut session, backend, entry).await?;
    session.commit().await?;
    Ok(NoData)
}

/// Whether the rental is new. Not if its number is known, and not if somebody has the vehicle.
async fn insert(session: &mut Session, backend: &Backend, external_no: &str, rental: &Rental) -> Result<bool> {
    let columns = "id, external_no, member_id, vehicle_code, started_at, due_at, returned_at, deposit";
    let values: [Bound; 8] = [
        backend.mint().into(),
        external_no.into(),
        rental.member_id.into(),
        (&rental.vehicle_code).into(),
        rental.started_at.into(),
        rental.due_at.into(),
        rental.returned_at.into(),
        rental.deposit.into(),
    ];
    let statement = sql("INSERT INTO rental (").push(columns).push(") VALUES ").list(values);
    Ok(session.execute(statement.push(" ON CONFLICT DO NOTHING")).await? == 1)
}

/// Compares the report with the rental that is known under its number, and adds the return. Says whether there was one
/// to add.
async fn continued(session: &mut Session, external_no: &str, rental: &Rental) -> Result<bool> {
    // Changing nothing locks the row on both engines: two reports of one return take turns.
    session.execute(sql("UPDATE rental SET external_no = external_no WHERE external_no = ").bind(external_no)).await?;
    let select = "SELECT member_id, vehicle_code, started_at, due_at, deposit, returned_at FROM rental ";
    let row = session.first(sql(select).push("WHERE external_no = ").bind(external_no)).await?;
    let Some(known) = row.as_ref().map(Rental::read).transpose()? else {
        return Err(Error::conflict("车辆尚未归还，不能再次租出"));
    };
    let other = || Error::conflict("来源单号已用于其他内容的租赁");
    if known != (Rental { returned_at: known.returned_at, ..rental.clone() }) {
        return Err(other());
    }
    if rental.returned_at.is_none() || rental.returned_at == known.returned_at {
        return Ok(false);
    }
    if known.returned_at.is_some() {
        return Err(other());
    }
    let statement = sql("UPDATE rental SET returned_at = ").bind(rental.returned_at);
    session.execute(statement.push(" WHERE external_no = ").bind(external_no)).await?;
    Ok(true)
}

impl Rental {
    /// What the audit log keeps of it.
    fn audited(&self) -> Value {
        json!({
            "memberId": self.member_id, "vehicleId": self.vehicle_code, "dueTime": time::datetime(self.due_at),
            "returnTime": self.returned_at.map(time::datetime),
        })
    }

    fn read(row: &Row) -> Result<Self, DbError> {
        Ok(Self {
            member_id: row.get("member_id")?,
            vehicle_code: row.get("vehicle_code")?,
            started_at: row.get("started_at")?,
            due_at: row.get("due_at")?,
            deposit: row.get("deposit")?,
            returned_at: row.get("returned_at")?,
        })
    }
}

fn parse(pointer: &str, time: &str) -> Result<i64> {
    time::parse(time).ok_or_else(|| Error::invalid(pointer, "format", "时间不存在"))
}
