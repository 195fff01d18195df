use std::collections::BTreeMap;

use contracts::{
    polaris::OperateMembersRequest,
    runtime::{NoData, format},
};
use serde_json::json;

use super::{Member, State, counts::Counts, member::COLUMNS};
use crate::backend::{
    Backend,
    assets::bindings,
    audit::{self, Entry},
    db::{Session, sql},
    error::{Error, Result},
};

/// What `opType` asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operation {
    Freeze,
    Block,
    /// Provisional: the page names it without a value.
    ClearIdentity,
}

/// §2.2.20 运营后台-会员列表-冻结/封号/解绑身份
///
/// All or nothing. Whoever is there already stays so, and that is no error.
///
/// # Errors
/// [`Error::Missing`] for an unknown member, [`Error::Forbidden`] for one outside the scope, [`Error::Conflict`] for one that
/// its state or a bound battery holds back; the first and the last name the member.
pub async fn operate_members(backend: &Backend, request: OperateMembersRequest) -> Result<NoData> {
    let operation = Operation::of_code(request.op_type)?;
    let ids: Vec<i64> = format::items(&request.ids).into_iter().filter_map(format::id).collect();
    if !(1..=100).contains(&ids.len()) {
        return Err(Error::invalid("/ids", "format", "应为 1 到 100 个会员主键ID"));
    }
    let mut session = backend.db().transaction().await?;
    let members = locked(&mut session, &ids).await?;
    if let Some(id) = ids.iter().find(|id| !members.contains_key(id)) {
        return Err(backend.scope().missing(Error::Missing(format!("会员 {id} 不存在"))));
    }
    members.values().try_for_each(|member| backend.scope().demand(member.merchant_id))?;
    let mut changing = Vec::new();
    for member in members.values() {
        if operation.changes(&mut session, member).await? {
            changing.push(member);
        }
    }
    operation.carry_out(&mut session, backend, &changing).await?;
    session.commit().await?;
    Ok(NoData)
}

/// The members with these ids, locked in the order of their ids: two requests that meet take turns, and nobody gets a
/// battery meanwhile.
async fn locked(session: &mut Session, ids: &[i64]) -> Result<BTreeMap<i64, Member>> {
    let statement = sql("SELECT ").push(COLUMNS).push(" FROM member m WHERE m.id IN ").list(ids.iter().copied());
    let statement = statement.push(" ORDER BY m.id").push(session.locking());
    let members = session.all(statement).await?;
    members.iter().map(|row| Member::read(row).map(|member| (member.id, member))).collect()
}

impl Operation {
    fn of_code(op_type: i32) -> Result<Self> {
        match op_type {
            1 => Ok(Self::Freeze),
            2 => Ok(Self::Block),
            3 => Ok(Self::ClearIdentity),
            _ => Err(Error::invalid("/opType", "enum", "应为 1、2 或 3")),
        }
    }

    /// The state that it leads to, the states that it leads from, and what it is called.
    fn transition(self) -> Option<(State, &'static [State], &'static str)> {
        use State::{Blocked, Frozen, New, Overdue, Using};
        match self {
            Self::Freeze => Some((Frozen, &[New, Using, Overdue], "冻结")),
            Self::Block => Some((Blocked, &[New, Using, Frozen, Overdue], "封号")),
            Self::ClearIdentity => None,
        }
    }

    /// Whether there is something to change about `member`; an error if it may not be changed.
    async fn changes(self, session: &mut Session, member: &Member) -> Result<bool> {
        let id = member.id;
        if let Some((to, from, name)) = self.transition() {
            if member.state != to && !from.contains(&member.state) {
                return Err(Error::conflict(format!("会员 {id} {}，不能{name}", member.state.label())));
            }
            return Ok(member.state != to);
        }
        if member.id_card_state == 0 {
            return Ok(false);
        }
        if bindings::current_of_member(session, id).await?.is_some() {
            return Err(Error::conflict(format!("会员 {id} 仍绑定电池，不能解绑身份")));
        }
        Ok(true)
    }

    /// Changes `members`, which are locked and as they were read.
    async fn carry_out(self, session: &mut Session, backend: &Backend, members: &[&Member]) -> Result<()> {
        if members.is_empty() {
            return Ok(());
        }
        let ids = members.iter().map(|member| member.id);
        let (column, value) = match self.transition() {
            Some((to, ..)) => ("state", to.code()),
            None => ("id_card_state", 0),
        };
        let statement = sql("UPDATE member SET version = version + 1, ").push(column).push(" = ").bind(value);
        session.execute(statement.push(" WHERE id IN ").list(ids)).await?;
        if let Some((to, ..)) = self.transition() {
            let counts = members.iter().fold(Counts::default(), |counts, member| {
                counts.minus(member.merchant_id, member.state).plus(member.merchant_id, to)
            });
            counts.write(session).await?;
        }
        for member in members {
            let (before, after) = match self.transition() {
                Some((to, ..)) => (json!({ "state": member.state.code() }), json!({ "state": to.code() })),
                None => (json!({ "idCardState": member.id_card_state }), json!({ "idCardState": 0 })),
            };
            let entity = format!("member {}", member.id);
            let entry = Entry { operation: "operateMembers", operator: None, entity, before, after };
            audit::record(session, backend, entry).await?;
        }
        Ok(())
    }
}
