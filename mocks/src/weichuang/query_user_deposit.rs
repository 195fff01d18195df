//! §1.2.3 用户的押金信息查询接口: `/user/deposit/query`.

use contracts::{
    runtime::Refusal,
    weichuang::{QueryUserDepositRequest, QueryUserDepositSuccess},
};

use super::known;
use crate::world::Records;

/// What is held; "0.00" after a refund, nothing where nothing was ever paid.
pub(super) fn answer(records: &Records, request: &QueryUserDepositRequest) -> Result<QueryUserDepositSuccess, Refusal> {
    let deposit = known(records, &request.phone_no)?.deposit.as_ref();
    Ok(QueryUserDepositSuccess {
        deposit_type: deposit.map(|deposit| deposit.deposit_type.to_string()),
        deposit_time: deposit.map(|deposit| deposit.deposit_time.to_string()),
        deposit_amount: deposit.map(|deposit| deposit.held().to_string()),
    })
}
