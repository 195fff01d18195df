use super::{Member, State, counts::Counts};
use crate::backend::{
    Backend,
    db::{Bound, Session, sql},
    error::{Error, Result},
};

/// What a member begins with. The state is always [`State::New`].
#[derive(Clone, Default)]
pub struct NewMember {
    /// Nobody else's.
    pub phone: String,
    /// Its name.
    pub name: Option<String>,
    /// The merchant that it belongs to.
    pub merchant_id: Option<i64>,
    /// The share code of who brought it.
    pub inviter: Option<String>,
    /// Where it lives.
    pub city_id: Option<i64>,
    /// The name of the city.
    pub city_name: Option<String>,
    /// 用户标签; absent means 普通用户.
    pub label: Option<String>,
    /// 性别
    pub sex: Option<String>,
    /// `yyyy-MM-dd`
    pub birthday: Option<String>,
    /// 1 已认证, 0 未认证
    pub id_card_state: i64,
    /// When it was registered; absent means now.
    pub registered_at: Option<i64>,
    /// Its `userId` at Weichuang, for one who comes from there.
    pub weichuang_user_id: Option<String>,
    /// The first vehicle that it had.
    pub initial_vehicle: Option<String>,
    /// The first battery that it had.
    pub initial_battery: Option<String>,
}

/// Registers a member.
///
/// # Errors
/// A conflict when another member has the phone, and those of the database.
pub async fn create(session: &mut Session, backend: &Backend, new: NewMember) -> Result<Member> {
    let member = Member {
        id: backend.mint(),
        phone: new.phone,
        name: new.name,
        state: State::New,
        merchant_id: new.merchant_id,
        inviter: new.inviter,
        city_id: new.city_id,
        city_name: new.city_name,
        label: new.label.or_else(|| Some("普通用户".to_owned())),
        sex: new.sex,
        birthday: new.birthday,
        id_card_state: new.id_card_state,
        registered_at: new.registered_at.unwrap_or_else(|| backend.now()),
        first_used_at: None,
        swap_count: 0,
        weichuang_user_id: new.weichuang_user_id,
        initial_vehicle: new.initial_vehicle,
        initial_battery: new.initial_battery,
    };
    let written = member.clone();
    let columns = "(id, phone, name, state, merchant_id, inviter, city_id, city_name, label, sex, birthday, \
                   id_card_state, registered_at, weichuang_user_id, initial_vehicle, initial_battery)";
    let values: [Bound; 16] = [
        written.id.into(),
        written.phone.into(),
        written.name.into(),
        written.state.code().into(),
        written.merchant_id.into(),
        written.inviter.into(),
        written.city_id.into(),
        written.city_name.into(),
        written.label.into(),
        written.sex.into(),
        written.birthday.into(),
        written.id_card_state.into(),
        written.registered_at.into(),
        written.weichuang_user_id.into(),
        written.initial_vehicle.into(),
        written.initial_battery.into(),
    ];
    let statement = sql("INSERT INTO member ").push(columns).push(" VALUES ").list(values);
    if session.execute(statement.push(" ON CONFLICT (phone) DO NOTHING")).await? == 0 {
        return Err(Error::conflict("该手机号已注册"));
    }
    Counts::default().plus(member.merchant_id, State::New).write(session).await?;
    Ok(member)
}

/// Moves `member` on from the state that it was read in.
///
/// # Errors
/// A conflict when it is no longer in that state, and those of the database.
pub async fn set_state(session: &mut Session, member: &Member, to: State) -> Result<()> {
    if member.state == to {
        return Ok(());
    }
    if moved(session, member.id, member.state, to).await? {
        return Ok(());
    }
    Err(Error::conflict("会员状态已被其他请求修改，请刷新后再试"))
}

/// Makes `member` one of another merchant, or of none.
///
/// # Errors
/// A conflict when it no longer belongs to the merchant that it was read with, and those of the database.
pub async fn set_merchant(session: &mut Session, member: &Member, merchant_id: Option<i64>) -> Result<()> {
    if member.merchant_id == merchant_id {
        return Ok(());
    }
    let statement = sql("UPDATE member SET version = version + 1, merchant_id = ").bind(merchant_id);
    let statement = statement.push(" WHERE id = ").bind(member.id).push(" AND COALESCE(merchant_id, 0) = ");
    let statement = statement.bind(member.merchant_id.unwrap_or_default()).push(" RETURNING state");
    let Some(row) = session.all(statement).await?.pop() else {
        return Err(Error::conflict("会员所属商户已被其他请求修改，请刷新后再试"));
    };
    let state = State::of_code(row.get("state")?)?;
    Counts::default().minus(member.merchant_id, state).plus(merchant_id, state).write(session).await
}

/// The member's first order or package begins, or another one: a new member is one who uses, and the time of the first
/// use is kept. In any other state only the latter happens, and both happen once.
///
/// # Errors
/// Those of the database.
pub async fn start_using(session: &mut Session, backend: &Backend, member: &Member) -> Result<()> {
    if member.first_used_at.is_none() {
        let statement = sql("UPDATE member SET first_used_at = ").bind(backend.now());
        let statement = statement.push(" WHERE id = ").bind(member.id).push(" AND first_used_at IS NULL");
        session.execute(statement).await?;
    }
    if member.state == State::New {
        moved(session, member.id, State::New, State::Using).await?;
    }
    Ok(())
}

/// Moves a member from one state to another, and says whether it was in the first.
pub(super) async fn moved(session: &mut Session, id: i64, from: State, to: State) -> Result<bool> {
    let statement = sql("UPDATE member SET version = version + 1, state = ").bind(to.code());
    let statement = statement.push(" WHERE id = ").bind(id).push(" AND state = ").bind(from.code());
    let Some(row) = session.all(statement.push(" RETURNING merchant_id")).await?.pop() else { return Ok(false) };
    let merchant_id = row.get("merchant_id")?;
    Counts::default().minus(merchant_id, from).plus(merchant_id, to).write(session).await?;
    Ok(true)
}
