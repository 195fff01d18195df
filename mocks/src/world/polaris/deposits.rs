use serde::Deserialize;

use super::{Claim, Record, Reference, Target, Unique};
use crate::world::{Cents, Choice, Code, Moment, Name, Phone, Reason};

/// 押金 that a member has paid
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Deposit {
    /// 会员手机号码
    pub phone_no: Phone,
    /// 资产类型: 1 电动车, 2 电池
    pub asset_type: Choice<1, 2>,
    /// 金额, 分
    pub amount: Cents,
    /// 缴纳方式
    pub deposit_type: Option<Name>,
    /// Who has the money
    pub holder: Holder,
    /// 缴纳时间
    pub deposit_time: Moment,
    /// 退还时间
    pub refund_time: Option<Moment>,
}

/// Who holds a deposit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum Holder {
    /// Our own ledger.
    #[serde(rename = "北极星")]
    Polaris,
    /// Weichuang, for a member who has moved.
    #[serde(rename = "微创")]
    Weichuang,
}

impl Record for Deposit {
    const KIND: &'static str = "deposits";

    fn key(&self) -> String {
        format!("{} {} {}", self.phone_no, self.asset_type.code(), self.deposit_time)
    }

    fn references(&self) -> Vec<Reference<'_>> {
        Target::Member.from("phoneNo", Some(self.phone_no.as_str())).into_iter().collect()
    }

    fn check(&self) -> Result<(), &'static str> {
        if self.amount.code() == 0 {
            return Err("amount must be more than 0: who paid nothing has no deposit");
        }
        if self.refund_time.is_some_and(|end| end < self.deposit_time) {
            return Err("refundTime is before depositTime");
        }
        Ok(())
    }
}

/// 退押申请 (§2.2.22, §2.2.23)
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DepositRefund {
    /// 会员手机号码
    pub phone_no: Phone,
    /// 原因
    pub reason: Option<Reason>,
    /// 状态: 1 待商家确认, 2 待退款, 3 退款中, 4 已退款, 5 退款失败
    pub status: Choice<1, 5>,
    /// 提交时间
    pub apply_time: Moment,
    /// 资产类型: 1 电动车, 2 电池
    pub asset_type: Option<Choice<1, 2>>,
    /// 资产编号
    pub asset_code: Option<Code>,
    /// 资产照片
    pub asset_img: Option<Reason>,
    /// 商家确认时间
    pub merchant_confirm_time: Option<Moment>,
    /// 商家确认信息
    pub merchant_confirm_info: Option<Reason>,
    /// 商家上传照片
    pub merchant_upload_img: Option<Reason>,
    /// 备注
    pub remark: Option<Reason>,
}

impl DepositRefund {
    /// 退款中
    pub const REFUNDING: i64 = 3;
}

impl Record for DepositRefund {
    const KIND: &'static str = "refunds";

    fn key(&self) -> String {
        format!("{} {}", self.phone_no, self.apply_time)
    }

    fn references(&self) -> Vec<Reference<'_>> {
        Target::Member.from("phoneNo", Some(self.phone_no.as_str())).into_iter().collect()
    }

    fn claims(&self) -> Vec<Claim> {
        let open = self.status.code() <= Self::REFUNDING;
        open.then(|| Unique::OpenRefund.claim(&self.phone_no)).into_iter().collect()
    }
}
