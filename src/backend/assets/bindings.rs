//! The relation of a member and a battery: a member has at most one battery, a battery at most one member. Two unique
//! indexes hold that; a writer who loses a race gets a conflict, and nothing of its transaction may be committed.
//!
//! [`bind`], [`unbind`] and [`replace`] also tell Weichuang, through the outbox; they return the deliveries to try once
//! the transaction is committed. None of them tries anything before.

use crate::backend::{
    Backend,
    assets::batteries,
    db::{Bound, DbError, Row, Session, Sql, sql},
    error::{Error, Result},
    members::Member,
    outbox::{self, Message},
};

const SELECT: &str = "SELECT id, member_id, battery_code, bound_at FROM battery_binding WHERE unbound_at IS NULL AND ";

/// A member's current battery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binding {
    /// The relation's own id; it stays when the battery is replaced.
    pub id: i64,
    /// The member.
    pub member_id: i64,
    /// The battery.
    pub battery_code: String,
    /// Since when.
    pub bound_at: i64,
}

impl Binding {
    fn read(row: &Row) -> Result<Self, DbError> {
        Ok(Self {
            id: row.get("id")?,
            member_id: row.get("member_id")?,
            battery_code: row.get("battery_code")?,
            bound_at: row.get("bound_at")?,
        })
    }
}

/// The current relation with this id.
pub(super) async fn current(session: &mut Session, id: i64) -> Result<Option<Binding>> {
    first(session, sql(SELECT).push("id = ").bind(id)).await
}

/// The battery that a member has.
///
/// # Errors
/// Those of the database.
pub async fn current_of_member(session: &mut Session, member_id: i64) -> Result<Option<Binding>> {
    first(session, sql(SELECT).push("member_id = ").bind(member_id)).await
}

/// Who has a battery.
///
/// # Errors
/// Those of the database.
pub async fn current_of_battery(session: &mut Session, battery_code: &str) -> Result<Option<Binding>> {
    first(session, sql(SELECT).push("battery_code = ").bind(battery_code)).await
}

/// Gives `member` a battery and tells nobody. The same again is the relation as it is.
///
/// # Errors
/// [`Error::NotFound`] for an unknown battery; [`Error::Conflict`] when somebody else has it, or the member has another.
pub async fn insert(session: &mut Session, backend: &Backend, member: &Member, battery_code: &str) -> Result<Binding> {
    Ok(claim(session, backend, member, battery_code, backend.now()).await?.0)
}

/// Gives `member` a battery, since the time `since`, and tells Weichuang. The same again changes nothing and tells nobody.
///
/// # Errors
/// See [`insert`].
pub async fn bind(
    session: &mut Session,
    backend: &Backend,
    member: &Member,
    battery_code: &str,
    since: i64,
) -> Result<Vec<i64>> {
    let (binding, new) = claim(session, backend, member, battery_code, since).await?;
    if !new {
        return Ok(Vec::new());
    }
    Ok(vec![tell(session, backend, member, binding.battery_code, true).await?])
}

/// Takes the battery of `binding` from `member` and tells Weichuang. A relation that has ended by now is left alone.
///
/// # Errors
/// [`Error::Conflict`] when the battery has come to somebody else since `binding` was read.
pub async fn unbind(session: &mut Session, backend: &Backend, member: &Member, binding: &Binding) -> Result<Vec<i64>> {
    let statement = sql("UPDATE battery_binding SET unbound_at = ").bind(backend.now());
    if session.execute(as_it_was(statement, binding)).await? == 0 {
        return match current_of_battery(session, &binding.battery_code).await? {
            None => Ok(Vec::new()),
            Some(_) => Err(Error::conflict(CHANGED)),
        };
    }
    Ok(vec![tell(session, backend, member, binding.battery_code.clone(), false).await?])
}

/// The member has `new_code` instead, since the time `since`; the relation keeps its id. Weichuang is told that the old battery is unbound,
/// then that the new one is bound. The same battery changes nothing and tells nobody.
///
/// # Errors
/// [`Error::NotFound`] for an unknown battery; [`Error::Conflict`] when somebody else has it, or `binding` has changed
/// since it was read.
pub async fn replace(
    session: &mut Session,
    backend: &Backend,
    member: &Member,
    binding: &Binding,
    new_code: &str,
    since: i64,
) -> Result<Vec<i64>> {
    if binding.battery_code == new_code {
        return Ok(Vec::new());
    }
    batteries::model(session, new_code).await?.ok_or(NO_BATTERY)?;
    if let Some(other) = current_of_battery(session, new_code).await? {
        // Its own member has it when the same replacement has just been made by somebody else.
        return if other.id == binding.id { Ok(Vec::new()) } else { Err(Error::conflict(TAKEN)) };
    }
    let statement = sql("UPDATE battery_binding SET battery_code = ").bind(new_code);
    let statement = statement.push(", bound_at = ").bind(since);
    match session.execute(as_it_was(statement, binding)).await {
        Ok(0) => match current(session, binding.id).await? {
            Some(now) if now.battery_code == new_code => return Ok(Vec::new()),
            _ => return Err(Error::conflict(CHANGED)),
        },
        Ok(_) => {}
        Err(DbError::Duplicate) => return Err(Error::conflict(TAKEN)),
        Err(error) => return Err(error.into()),
    }
    batteries::taken(session, new_code, since).await?;
    let unbound = tell(session, backend, member, binding.battery_code.clone(), false).await?;
    let bound = tell(session, backend, member, new_code.to_owned(), true).await?;
    Ok(vec![unbound, bound])
}

/// What an unknown battery is answered with.
pub(super) const NO_BATTERY: Error = Error::NotFound("电池不存在");
/// What is answered when a battery has another member.
pub(super) const TAKEN: &str = "电池已绑定给其他会员";
const ANOTHER: &str = "会员已绑定另一块电池";
const CHANGED: &str = "会员电池关系已被其他请求修改，请刷新后再试";

/// The relation, and whether it is new.
async fn claim(
    session: &mut Session,
    backend: &Backend,
    member: &Member,
    battery_code: &str,
    since: i64,
) -> Result<(Binding, bool)> {
    batteries::model(session, battery_code).await?.ok_or(NO_BATTERY)?;
    if let Some(binding) = standing(session, member, battery_code).await? {
        return Ok((binding, false));
    }
    let binding =
        Binding { id: backend.mint(), member_id: member.id, battery_code: battery_code.to_owned(), bound_at: since };
    let values: [Bound; 4] =
        [binding.id.into(), binding.member_id.into(), battery_code.into(), binding.bound_at.into()];
    let statement = sql("INSERT INTO battery_binding (id, member_id, battery_code, bound_at) VALUES ").list(values);
    if session.execute(statement.push(" ON CONFLICT DO NOTHING")).await? == 0 {
        // Somebody else was first: with the very same, or with another relation.
        let binding = standing(session, member, battery_code).await?;
        return binding.map(|binding| (binding, false)).ok_or_else(|| Error::conflict(CHANGED));
    }
    batteries::taken(session, battery_code, since).await?;
    let first = sql("UPDATE member SET initial_battery = ").bind(battery_code);
    session.execute(first.push(" WHERE initial_battery IS NULL AND id = ").bind(member.id)).await?;
    Ok((binding, true))
}

/// The relation of just this member and battery, if it stands already; a conflict if either has another.
async fn standing(session: &mut Session, member: &Member, battery_code: &str) -> Result<Option<Binding>> {
    match current_of_battery(session, battery_code).await? {
        Some(binding) if binding.member_id == member.id => return Ok(Some(binding)),
        Some(_) => return Err(Error::conflict(TAKEN)),
        None => {}
    }
    match current_of_member(session, member.id).await? {
        // Made by somebody else since the first look.
        Some(binding) if binding.battery_code == battery_code => Ok(Some(binding)),
        Some(_) => Err(Error::conflict(ANOTHER)),
        None => Ok(None),
    }
}

/// Ends an `UPDATE` of `binding`: it finds the relation only if nobody has changed it.
fn as_it_was(statement: Sql, binding: &Binding) -> Sql {
    let statement = statement.push(" WHERE unbound_at IS NULL AND id = ").bind(binding.id);
    statement.push(" AND battery_code = ").bind(&binding.battery_code)
}

async fn tell(
    session: &mut Session,
    backend: &Backend,
    member: &Member,
    battery_code: String,
    bound: bool,
) -> Result<i64> {
    outbox::enqueue(session, backend, Message::Binding { battery_code, member_id: member.id, bound }).await
}

async fn first(session: &mut Session, statement: Sql) -> Result<Option<Binding>> {
    Ok(session.first(statement).await?.as_ref().map(Binding::read).transpose()?)
}
