use contracts::{polaris::ApproveAccessReviewRequest, runtime::NoData};
use serde_json::json;

use super::{
    State,
    review::{Review, Terms},
};
use crate::backend::{
    Backend, assets, audit,
    db::{Session, sql},
    deposits,
    error::{Error, Result},
    members::{self, Member},
    merchants, outbox,
};

/// Kinds of deposits.
const VEHICLE: i64 = 1;
const BATTERY: i64 = 2;

/// §2.2.10 用户接入审核信息-审核通过
///
/// One transaction: the review is done, the member belongs to the merchant, the deposits are in our ledger, and the
/// review's battery is the member's. Weichuang is told after the commit.
///
/// # Errors
/// An unknown review or `shareCode`; a review that is decided otherwise; a battery that is bound to someone else.
pub async fn approve_access_review(backend: &Backend, request: ApproveAccessReviewRequest) -> Result<NoData> {
    let terms = Terms {
        share_code: request.share_code,
        deposit: request.deposit,
        discount_price: request.discount_price,
        offline_price: request.offline_price,
    };
    let mut session = backend.db().transaction().await?;
    Review::demand(&mut session, backend.scope(), request.id).await?;
    let review = Review::by_id(&mut session, request.id).await?;
    if review.state != State::Pending {
        return second_decision(&review, &terms);
    }
    let merchant = merchants::by_share_code(&mut session, &terms.share_code).await?;
    let merchant = merchant.ok_or_else(|| backend.scope().missing(Error::NotFound("没有这个商户推广码")))?;
    backend.scope().demand(Some(merchant.id))?;
    if !decide(&mut session, backend, &review, &terms).await? {
        return second_decision(&Review::by_id(&mut session, request.id).await?, &terms);
    }
    let member = members::by_id(&mut session, review.member_id).await?.ok_or(Error::NotFound("没有这个会员"))?;
    members::set_merchant(&mut session, &member, Some(merchant.id)).await?;
    record_deposits(&mut session, backend, &review, &terms).await?;
    let deliveries = match &review.battery_code {
        Some(battery_code) => give_battery(&mut session, backend, &member, battery_code).await?,
        None => Vec::new(),
    };
    let entry = audit::Entry {
        operation: "approveAccessReview",
        operator: None,
        entity: format!("review {}", review.id),
        before: json!({"state": State::Pending.code(), "merchantId": member.merchant_id}),
        after: json!({
            "state": State::Approved.code(),
            "memberId": member.id,
            "merchantId": merchant.id,
            "shareCode": terms.share_code,
            "deposit": terms.deposit,
            "discountPrice": terms.discount_price,
            "offlinePrice": terms.offline_price,
            "batteryCode": review.battery_code,
        }),
    };
    audit::record(&mut session, backend, entry).await?;
    session.commit().await?;
    outbox::deliver_now(backend, &deliveries).await;
    Ok(NoData)
}

/// Marks the review approved; false when another decision was faster.
async fn decide(session: &mut Session, backend: &Backend, review: &Review, terms: &Terms) -> Result<bool> {
    let statement = sql("UPDATE access_review SET state = ").bind(State::Approved.code());
    let statement = statement.push(", bound_at = ").bind(backend.now());
    let statement = statement.push(", approved_share_code = ").bind(&terms.share_code);
    let statement = statement.push(", approved_deposit = ").bind(terms.deposit);
    let statement = statement.push(", approved_discount_price = ").bind(terms.discount_price);
    let statement = statement.push(", approved_offline_price = ").bind(terms.offline_price);
    let statement = statement.push(" WHERE id = ").bind(review.id).push(" AND state = ").bind(State::Pending.code());
    Ok(session.execute(statement).await? == 1)
}

/// What a decision on a decided review answers: the identical approval changes nothing, any other is refused.
fn second_decision(review: &Review, terms: &Terms) -> Result<NoData> {
    match review.state {
        State::Approved if review.approved.as_ref() == Some(terms) => Ok(NoData),
        State::Rejected => Err(Error::conflict("该审核已驳回，不能通过")),
        State::Pending | State::Approved => Err(Error::conflict("该审核已通过，且内容不同")),
    }
}

/// The deposits that were paid: nothing is no deposit.
async fn record_deposits(session: &mut Session, backend: &Backend, review: &Review, terms: &Terms) -> Result<()> {
    // 线下押金 is the vehicle's, unless the review is about a battery alone.
    let kind = if review.vehicle_code.is_none() && review.battery_code.is_some() { BATTERY } else { VEHICLE };
    let paid = [
        (kind, Some(terms.deposit), "线下缴纳"),
        (BATTERY, terms.discount_price, "商户代收"),
        (BATTERY, terms.offline_price, "线下缴纳"),
    ];
    for (kind, amount, method) in paid {
        if let Some(amount) = amount.filter(|amount| *amount > 0) {
            let holder = deposits::Holder::Polaris;
            deposits::record(session, backend, review.member_id, kind, amount, Some(method), holder).await?;
        }
    }
    Ok(())
}

/// Makes `battery_code` the member's battery, in place of another one; returns what Weichuang must be told.
async fn give_battery(
    session: &mut Session,
    backend: &Backend,
    member: &Member,
    battery_code: &str,
) -> Result<Vec<i64>> {
    match assets::bindings::current_of_member(session, member.id).await? {
        Some(binding) if binding.battery_code != battery_code => {
            assets::bindings::replace(session, backend, member, &binding, battery_code, backend.now()).await
        }
        _ => assets::bindings::bind(session, backend, member, battery_code, backend.now()).await,
    }
}
