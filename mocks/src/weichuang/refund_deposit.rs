//! §1.2.7 迁移的用户在新的小程序退押，微创提供退款接口 (provisional): `/user/deposit/refund`.

use contracts::{
    runtime::{Refusal, filter},
    weichuang::{RefundDepositRequest, RefundDepositSuccess},
};

use super::{formed, known};
use crate::world::{Deposit, Entity, Moment, Reason, Records, Refund, User, Yuan};

/// Pays the whole deposit back, once. The same `refundNo` with the same content answers as the first time.
pub(super) fn answer(
    records: &mut Records,
    request: &RefundDepositRequest,
    now: Moment,
) -> Result<RefundDepositSuccess, Refusal> {
    let user = known(records, &request.phone_no)?;
    let amount: Yuan = formed(&request.refund_amount)?;
    let reason: Option<Reason> = filter(&request.reason).map(formed).transpose()?;
    if let Some(first) = records.users.with(User::REFUND, &request.refund_no).next() {
        return match refunded(first) {
            Some((deposit, refund))
                if first.user_id == user.user_id && deposit.deposit_amount == amount && refund.reason == reason =>
            {
                Ok(success(deposit.deposit_amount, refund))
            }
            _ => Err(Refusal::new(409, "退款单号已用于另一笔退款")),
        };
    }
    allowed(user, amount)?;
    let refund = Refund { refund_no: formed(&request.refund_no)?, refund_time: now, reason };
    let (key, reply) = (user.key().to_owned(), success(amount, &refund));
    records.users.change(&key, |user| {
        if let Some(deposit) = &mut user.deposit {
            deposit.refund = Some(refund);
        }
    });
    Ok(reply)
}

fn allowed(user: &User, amount: Yuan) -> Result<(), Refusal> {
    if user.migration.is_none() {
        return Err(Refusal::new(409, "用户尚未完成迁移，不能退押"));
    }
    match &user.deposit {
        None => Err(Refusal::new(409, "用户没有押金")),
        Some(deposit) if deposit.refund.is_some() => Err(Refusal::new(409, "押金已退还")),
        Some(deposit) if deposit.deposit_amount != amount => Err(Refusal::new(409, "退款金额与押金不一致")),
        Some(_) => Ok(()),
    }
}

fn refunded(user: &User) -> Option<(&Deposit, &Refund)> {
    let deposit = user.deposit.as_ref()?;
    Some((deposit, deposit.refund.as_ref()?))
}

fn success(amount: Yuan, refund: &Refund) -> RefundDepositSuccess {
    RefundDepositSuccess {
        refund_no: Some(refund.refund_no.to_string()),
        refund_amount: Some(amount.to_string()),
        refund_time: Some(refund.refund_time.to_string()),
    }
}
