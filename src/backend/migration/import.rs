use contracts::{
    runtime::{filter, format},
    weichuang::{BatteryInfo, QueryUserSuccess},
};
use serde_json::json;

use super::{ask::Known, state};
use crate::backend::{
    Backend,
    assets::bindings,
    audit::{self, Entry},
    db::{Bound, Session, sql},
    deposits::{self, Holder, Paid},
    error::{Error, Result},
    members::{self, Member, NewMember},
    merchants, money, outbox,
    outbox::Message,
    time,
};

/// 押金类型 电池: Weichuang does not say which, and lends batteries.
const BATTERY: i64 = 2;

/// Keeps what is known of a user, in one transaction, with the message that the move is complete. Returns the delivery to
/// try; `None` if another caller was first.
pub(super) async fn import(backend: &Backend, phone: &str, known: &Known) -> Result<Option<i64>> {
    let mut session = backend.db().transaction().await?;
    if !state::imported(&mut session, backend, phone).await? {
        return Ok(None);
    }
    let member = keep_member(&mut session, backend, phone, &known.user).await?;
    let statement = sql("UPDATE migration SET member_id = ").bind(member.id).push(" WHERE phone = ").bind(phone);
    session.execute(statement).await?;
    keep_deposit(&mut session, backend, &member, known).await?;
    keep_package(&mut session, backend, &member, known).await?;
    if let Some(battery) = &known.battery {
        keep_battery(&mut session, battery).await?;
        bindings::insert(&mut session, backend, &member, &battery.battery_code).await?;
    }
    let delivery = outbox::enqueue(&mut session, backend, Message::MigrationComplete { member_id: member.id }).await?;
    let after =
        json!({"merchantId": member.merchant_id, "batteryCode": known.battery.as_ref().map(|it| &it.battery_code)});
    let entity = format!("member {}", member.id);
    let entry = Entry { operation: "startMigration", entity, after, ..Entry::default() };
    audit::record(&mut session, backend, entry).await?;
    session.commit().await?;
    Ok(Some(delivery))
}

/// The member whom the user becomes: a new one, or the one with this phone, whose own data stay.
async fn keep_member(session: &mut Session, backend: &Backend, phone: &str, user: &QueryUserSuccess) -> Result<Member> {
    let text = |value: &Option<String>| filter(value).map(str::to_owned);
    let merchant_id = merchant_of(session, user.share_code.as_ref(), user.merchant_id.as_ref()).await?;
    let Some(member) = members::by_phone(session, phone).await? else {
        let new = NewMember {
            phone: phone.to_owned(),
            name: text(&user.user_name),
            merchant_id,
            inviter: text(&user.inviter),
            sex: text(&user.sex),
            birthday: text(&user.birthday),
            id_card_state: user.id_card_state.unwrap_or_default().into(),
            registered_at: filter(&user.register_time).and_then(time::parse),
            weichuang_user_id: text(&user.user_id),
            initial_vehicle: text(&user.vehicle_id),
            ..NewMember::default()
        };
        return members::create(session, backend, new).await;
    };
    let mut statement = sql("UPDATE member SET weichuang_user_id = COALESCE(").bind(text(&user.user_id));
    statement = statement.push(", weichuang_user_id)");
    for (column, value) in [
        ("name", &user.user_name),
        ("inviter", &user.inviter),
        ("sex", &user.sex),
        ("birthday", &user.birthday),
        ("initial_vehicle", &user.vehicle_id),
    ] {
        statement = statement.push(", ").push(column).push(" = COALESCE(").push(column).push(", ");
        statement = statement.bind(text(value)).push(")");
    }
    if user.id_card_state == Some(1) {
        statement = statement.push(", id_card_state = 1");
    }
    session.execute(statement.push(" WHERE id = ").bind(member.id)).await?;
    if member.merchant_id.is_none() {
        members::set_merchant(session, &member, merchant_id).await?;
    }
    let kept = members::by_id(session, member.id).await?;
    kept.ok_or(Error::NotFound("会员不存在"))
}

/// The merchant that Weichuang names, if we know it.
async fn merchant_of(
    session: &mut Session,
    share_code: Option<&String>,
    merchant_id: Option<&String>,
) -> Result<Option<i64>> {
    if let Some(code) = share_code
        && let Some(merchant) = merchants::by_share_code(session, code.trim()).await?
    {
        return Ok(Some(merchant.id));
    }
    let Some(id) = merchant_id.and_then(|id| format::id(id.trim())) else { return Ok(None) };
    Ok(merchants::by_id(session, id).await?.map(|merchant| merchant.id))
}

async fn keep_deposit(session: &mut Session, backend: &Backend, member: &Member, known: &Known) -> Result<()> {
    let Some(deposit) = &known.deposit else { return Ok(()) };
    let amount = filter(&deposit.deposit_amount).and_then(money::cents).unwrap_or_default();
    if amount == 0 {
        return Ok(());
    }
    let paid = Paid {
        kind: BATTERY,
        amount,
        method: filter(&deposit.deposit_type),
        holder: Holder::Weichuang,
        paid_at: filter(&deposit.deposit_time).and_then(time::parse),
    };
    deposits::record_paid(session, backend, member.id, paid).await?;
    Ok(())
}

async fn keep_package(session: &mut Session, backend: &Backend, member: &Member, known: &Known) -> Result<()> {
    let Some(package) = &known.package else { return Ok(()) };
    let Some(name) = filter(&package.package_name) else { return Ok(()) };
    let values: [Bound; 5] = [
        member.id.into(),
        name.into(),
        filter(&package.package_type).into(),
        filter(&package.package_create_time).into(),
        filter(&package.package_effective_content).into(),
    ];
    let statement = "INSERT INTO member_package (member_id, name, type, effective_from, content) VALUES ";
    let statement = sql(statement).list(values).push(
        " ON CONFLICT (member_id) DO UPDATE SET name = excluded.name, type = excluded.type, \
         effective_from = excluded.effective_from, content = excluded.content",
    );
    session.execute(statement).await?;
    members::start_using(session, backend, member).await
}

/// A battery that only Weichuang knew comes with its user.
async fn keep_battery(session: &mut Session, battery: &BatteryInfo) -> Result<()> {
    let merchant_id = merchant_of(session, None, battery.merchant_id.as_ref()).await?;
    let values: [Bound; 4] = [
        battery.battery_code.as_str().into(),
        merchant_id.into(),
        filter(&battery.model).into(),
        filter(&battery.cover).into(),
    ];
    let statement = sql("INSERT INTO battery (code, merchant_id, model, img_url) VALUES ").list(values);
    session.execute(statement.push(" ON CONFLICT (code) DO NOTHING")).await?;
    Ok(())
}
