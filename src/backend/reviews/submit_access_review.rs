use contracts::{
    internal::{SubmitAccessReviewData, SubmitAccessReviewRequest},
    runtime::filter,
};
use serde_json::json;

use super::State;
use crate::backend::{
    Backend, assets,
    audit::{self, Entry},
    db::{Bound, Row, Session, sql},
    error::{Error, Result},
    members::{self, Member, NewMember},
};

/// Inflow: 提交用户接入审核
///
/// # Errors
/// An unknown vehicle or battery; another review with the same `externalNo`.
pub async fn submit_access_review(
    backend: &Backend,
    request: SubmitAccessReviewRequest,
) -> Result<SubmitAccessReviewData> {
    let content = Content::of(&request);
    let mut session = backend.db().transaction().await?;
    if let Some(submitted) = submitted(&mut session, &request.external_no, &content).await? {
        return Ok(submitted);
    }
    if let Some(code) = &content.vehicle_code {
        assets::vehicles::model(&mut session, code).await?.ok_or(Error::NotFound("没有这辆车"))?;
    }
    if let Some(code) = &content.battery_code {
        assets::batteries::model(&mut session, code).await?.ok_or(Error::NotFound("没有这块电池"))?;
    }
    let member = member(&mut session, backend, &content).await?;
    let id = backend.mint();
    if !insert(&mut session, id, &request.external_no, &member, &content).await? {
        // The same number has come in twice at once, and the other call was faster.
        let submitted = submitted(&mut session, &request.external_no, &content).await?;
        return submitted.ok_or_else(|| Error::conflict("该来源单号正被其他请求提交，请稍后再试"));
    }
    let after = json!({
        "memberId": member.id, "vehicleId": content.vehicle_code, "batteryCode": content.battery_code,
        "shareCode": content.share_code, "deposit": content.deposit,
    });
    let entity = format!("review {id}");
    let entry = Entry { operation: "submitAccessReview", entity, after, ..Entry::default() };
    audit::record(&mut session, backend, entry).await?;
    session.commit().await?;
    Ok(SubmitAccessReviewData { id })
}

/// The review that has the number already, if it says the same.
async fn submitted(
    session: &mut Session,
    external_no: &str,
    content: &Content,
) -> Result<Option<SubmitAccessReviewData>> {
    let columns = "r.id, m.phone, r.user_name, r.vehicle_code, r.battery_code, r.rent_type, r.order_type, r.deposit, \
                   r.online_price, r.offline_price, r.share_code";
    let statement = sql("SELECT ").push(columns).push(" FROM access_review r JOIN member m ON m.id = r.member_id");
    let Some(row) = session.first(statement.push(" WHERE r.external_no = ").bind(external_no)).await? else {
        return Ok(None);
    };
    if Content::stored(&row)? != *content {
        return Err(Error::conflict("该来源单号已提交过其他内容"));
    }
    Ok(Some(SubmitAccessReviewData { id: row.get("id")? }))
}

/// The member of the review, registered now if the phone is unknown.
async fn member(session: &mut Session, backend: &Backend, content: &Content) -> Result<Member> {
    if let Some(member) = members::by_phone(session, &content.phone).await? {
        return Ok(member);
    }
    let new = NewMember { phone: content.phone.clone(), name: content.user_name.clone(), ..NewMember::default() };
    match members::create(session, backend, new).await {
        // Somebody else has just registered the phone.
        Err(Error::Conflict(msg)) => members::by_phone(session, &content.phone).await?.ok_or(Error::Conflict(msg)),
        created => created,
    }
}

/// Stores the review; false when its number is taken.
async fn insert(session: &mut Session, id: i64, external_no: &str, member: &Member, content: &Content) -> Result<bool> {
    let values: [Bound; 13] = [
        id.into(),
        external_no.into(),
        member.id.into(),
        content.user_name.as_deref().into(),
        content.vehicle_code.as_deref().into(),
        content.battery_code.as_deref().into(),
        content.rent_type.as_deref().into(),
        content.order_type.into(),
        content.deposit.into(),
        content.online_price.as_deref().into(),
        content.offline_price.as_deref().into(),
        content.share_code.as_deref().into(),
        State::Pending.code().into(),
    ];
    let statement =
        sql("INSERT INTO access_review (id, external_no, member_id, user_name, vehicle_code, battery_code, \
                         rent_type, order_type, deposit, online_price, offline_price, share_code, state) VALUES ");
    let statement = statement.list(values).push(" ON CONFLICT (external_no) DO NOTHING");
    Ok(session.execute(statement).await? == 1)
}

/// What a submission says: the same number may only say the same again.
#[derive(PartialEq)]
struct Content {
    phone: String,
    user_name: Option<String>,
    vehicle_code: Option<String>,
    battery_code: Option<String>,
    rent_type: Option<String>,
    order_type: Option<i64>,
    deposit: Option<i64>,
    online_price: Option<String>,
    offline_price: Option<String>,
    share_code: Option<String>,
}

impl Content {
    fn of(request: &SubmitAccessReviewRequest) -> Self {
        let text = |value: &Option<String>| filter(value).map(str::to_owned);
        Self {
            phone: request.phone_no.clone(),
            user_name: Some(request.user_name.trim().to_owned()),
            vehicle_code: text(&request.vehicle_id),
            battery_code: text(&request.battery_code),
            rent_type: text(&request.rent_type),
            order_type: request.order_type.map(i64::from),
            deposit: request.deposit,
            online_price: text(&request.online_price),
            offline_price: text(&request.offline_price),
            share_code: text(&request.share_code),
        }
    }

    fn stored(row: &Row) -> Result<Self> {
        Ok(Self {
            phone: row.get("phone")?,
            user_name: row.get("user_name")?,
            vehicle_code: row.get("vehicle_code")?,
            battery_code: row.get("battery_code")?,
            rent_type: row.get("rent_type")?,
            order_type: row.get("order_type")?,
            deposit: row.get("deposit")?,
            online_price: row.get("online_price")?,
            offline_price: row.get("offline_price")?,
            share_code: row.get("share_code")?,
        })
    }
}
