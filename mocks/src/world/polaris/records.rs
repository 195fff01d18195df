use std::collections::HashSet;

use thiserror::Error;

use super::{
    AccessReview, Battery, BatteryBinding, Claim, Deposit, DepositRefund, Member, Merchant, Migration,
    MonthlyPackageOrder, PackageGift, Record, Rental, SwapOrder, Tank, Target, Vehicle,
};

/// Everything that Polaris's side starts from.
#[derive(Debug, Clone, Default)]
pub struct PolarisRecords {
    /// 商户
    pub merchants: Vec<Merchant>,
    /// 电柜
    pub tanks: Vec<Tank>,
    /// 电池
    pub batteries: Vec<Battery>,
    /// 电动车
    pub vehicles: Vec<Vehicle>,
    /// 会员
    pub members: Vec<Member>,
    /// 会员与电池的关系
    pub bindings: Vec<BatteryBinding>,
    /// 车辆租赁
    pub rentals: Vec<Rental>,
    /// 换电订单
    pub orders: Vec<SwapOrder>,
    /// 用户接入审核
    pub reviews: Vec<AccessReview>,
    /// 押金
    pub deposits: Vec<Deposit>,
    /// 退押申请
    pub refunds: Vec<DepositRefund>,
    /// 套餐赠送
    pub gifts: Vec<PackageGift>,
    /// 月费套餐订单
    pub package_orders: Vec<MonthlyPackageOrder>,
    /// 用户迁移
    pub migrations: Vec<Migration>,
}

/// Why a record may not stand beside those before it.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum RecordProblem {
    /// Its fields contradict each other.
    #[error("{0}")]
    Contradiction(&'static str),
    /// Another record of its kind has its key. The key may be a phone number, and is not repeated.
    #[error("it stands twice among the {0}")]
    Twice(&'static str),
    /// It refers to nothing.
    #[error("{field} is no {noun} here")]
    Nothing {
        /// The field that refers.
        field: &'static str,
        /// What it should be.
        noun: &'static str,
    },
    /// Another record has what only one can have.
    #[error("{0}")]
    Taken(&'static str),
}

/// The records that were seen: their keys, and what they have for themselves.
#[derive(Debug, Default)]
pub struct Seen {
    keys: HashSet<(&'static str, String)>,
    claims: HashSet<Claim>,
}

impl Seen {
    /// Whether `record` refers to nothing but what was seen.
    pub(in crate::world) fn refers<R: Record>(&self, record: &R) -> Result<(), RecordProblem> {
        for reference in record.references() {
            let kind = match reference.to {
                Target::Merchant => Merchant::KIND,
                Target::Member => Member::KIND,
                Target::Tank => Tank::KIND,
                Target::Battery => Battery::KIND,
                Target::Vehicle => Vehicle::KIND,
            };
            if !self.keys.contains(&(kind, reference.key.to_owned())) {
                return Err(RecordProblem::Nothing { field: reference.field, noun: reference.to.noun() });
            }
        }
        Ok(())
    }

    /// Takes `record` in, if it does not contradict itself and may stand beside those before it.
    ///
    /// # Errors
    /// Why it may not.
    pub fn add<R: Record>(&mut self, record: &R) -> Result<(), RecordProblem> {
        record.check().map_err(RecordProblem::Contradiction)?;
        if !self.keys.insert((R::KIND, record.key())) {
            return Err(RecordProblem::Twice(R::KIND));
        }
        for claim in record.claims() {
            let refusal = claim.to.refusal();
            if !self.claims.insert(claim) {
                return Err(RecordProblem::Taken(refusal));
            }
        }
        Ok(())
    }
}
