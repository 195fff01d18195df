use contracts::{
    internal::{RecordPackageOrderData, RecordPackageOrderRequest},
    runtime::filter,
};
use serde_json::{Value, json};

use crate::backend::{
    Backend,
    audit::{self, Entry},
    db::{Bound, Row, Session, sql},
    error::{Error, Result},
    members::{self, Member},
    merchants, time,
};

/// 已支付
const PAID: i64 = 1;

/// Inflow: 记录月费套餐订单
///
/// # Errors
/// An unknown member; another order with the same `externalNo`; a `payStatus` that goes back.
pub async fn record_package_order(
    backend: &Backend,
    request: RecordPackageOrderRequest,
) -> Result<RecordPackageOrderData> {
    let mut session = backend.db().transaction().await?;
    let member = members::by_phone(&mut session, &request.phone_no).await?.ok_or(Error::NotFound("没有这个会员"))?;
    let content = Content::of(&request, member.id);
    let id = backend.mint();
    let (order_id, change) = if insert(&mut session, id, &request.external_no, &member, &content).await? {
        (id, Some((Value::Null, content.audited())))
    } else {
        move_on(&mut session, &request.external_no, &content).await?
    };
    if let Some((before, after)) = change {
        if content.pay_status == PAID {
            members::start_using(&mut session, backend, &member).await?;
        }
        let entity = format!("packageOrder {order_id}");
        let entry = Entry { operation: "recordPackageOrder", entity, before, after, ..Entry::default() };
        audit::record(&mut session, backend, entry).await?;
        session.commit().await?;
    }
    Ok(RecordPackageOrderData { order_id })
}

/// Stores the order; false when its number is taken.
async fn insert(session: &mut Session, id: i64, external_no: &str, member: &Member, content: &Content) -> Result<bool> {
    let merchant = match member.merchant_id {
        Some(id) => merchants::by_id(session, id).await?,
        None => None,
    };
    let values: [Bound; 13] = [
        id.into(),
        external_no.into(),
        member.id.into(),
        member.phone.as_str().into(),
        member.name.as_deref().into(),
        member.merchant_id.into(),
        merchant.map(|merchant| merchant.merchant_code).into(),
        content.package_name.as_str().into(),
        content.price.into(),
        content.pay_status.into(),
        content.paid_at.into(),
        content.effective_at.into(),
        content.expires_at.into(),
    ];
    let statement = sql("INSERT INTO package_order (id, external_no, member_id, phone, user_name, merchant_id, \
                         merchant_code, package_name, price, pay_status, paid_at, effective_at, expires_at) VALUES ");
    let statement = statement.list(values).push(" ON CONFLICT (external_no) DO NOTHING");
    Ok(session.execute(statement).await? == 1)
}

/// The order that has the number, and what it was before and after if `content` moved it on.
async fn move_on(session: &mut Session, external_no: &str, content: &Content) -> Result<(i64, Option<(Value, Value)>)> {
    let columns = "id, member_id, package_name, price, pay_status, paid_at, effective_at, expires_at";
    let refused = || Error::conflict("该来源单号已记录其他内容");
    // Whoever is overtaken looks again. That ends: the status only rises.
    loop {
        let statement = sql("SELECT ").push(columns).push(" FROM package_order WHERE external_no = ").bind(external_no);
        let row = session.first(statement).await?.ok_or_else(refused)?;
        let (id, stored) = (row.get("id")?, Content::stored(&row)?);
        let next = stored.advanced_to(content).ok_or_else(refused)?;
        if next == stored {
            return Ok((id, None));
        }
        let statement = sql("UPDATE package_order SET pay_status = ").bind(next.pay_status);
        let statement = statement.push(", paid_at = ").bind(next.paid_at);
        let statement = statement.push(", effective_at = ").bind(next.effective_at);
        let statement = statement.push(", expires_at = ").bind(next.expires_at).push(" WHERE id = ").bind(id);
        let statement = statement.push(" AND pay_status = ").bind(stored.pay_status);
        if session.execute(statement).await? == 1 {
            return Ok((id, Some((stored.audited(), next.audited()))));
        }
    }
}

/// What an order says. The same number may say the same again, or a later `payStatus`.
#[derive(Debug, Clone, PartialEq)]
struct Content {
    member_id: i64,
    package_name: String,
    price: i64,
    pay_status: i64,
    paid_at: Option<i64>,
    effective_at: Option<i64>,
    expires_at: Option<i64>,
}

impl Content {
    fn of(request: &RecordPackageOrderRequest, member_id: i64) -> Self {
        let time = |value| filter(value).and_then(time::parse);
        Self {
            member_id,
            package_name: request.package_name.trim().to_owned(),
            price: request.price,
            pay_status: request.pay_status.into(),
            paid_at: time(&request.pay_time),
            effective_at: time(&request.effective_time),
            expires_at: time(&request.expire_time),
        }
    }

    fn stored(row: &Row) -> Result<Self> {
        Ok(Self {
            member_id: row.get("member_id")?,
            package_name: row.get("package_name")?,
            price: row.get("price")?,
            pay_status: row.get("pay_status")?,
            paid_at: row.get("paid_at")?,
            effective_at: row.get("effective_at")?,
            expires_at: row.get("expires_at")?,
        })
    }

    /// What the audit log keeps of it.
    fn audited(&self) -> Value {
        json!({
            "memberId": self.member_id, "packageName": self.package_name, "price": self.price,
            "payStatus": self.pay_status, "payTime": self.paid_at.map(time::datetime),
        })
    }

    /// This order once `later` is known, which may be itself; `None` when `later` contradicts it. A payment may bring
    /// times that were unknown; known ones stay, and need not be said again.
    fn advanced_to(&self, later: &Content) -> Option<Content> {
        let grown = |old: Option<i64>, new: Option<i64>| match (old, new) {
            (Some(old), Some(new)) if old != new => None,
            _ => Some(old.or(new)),
        };
        let next = Self {
            pay_status: later.pay_status,
            paid_at: grown(self.paid_at, later.paid_at)?,
            effective_at: grown(self.effective_at, later.effective_at)?,
            expires_at: grown(self.expires_at, later.expires_at)?,
            ..self.clone()
        };
        let same =
            self.member_id == later.member_id && self.package_name == later.package_name && self.price == later.price;
        (same && (later.pay_status > self.pay_status || next == *self)).then_some(next)
    }
}
