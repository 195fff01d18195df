/// What the scope of a caller means for an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// The merchants that it names must be there and inside, and so must the devices; one that names none is about all that are
    /// inside. Its other conditions narrow what is inside, and never tell whether something exists outside.
    Named,
    /// It shows what is inside, and nothing else.
    Narrowed,
    /// What it names, by id, code or phone, must belong to a merchant inside. What is not there at all is outside too.
    Owned,
    /// It counts what is inside.
    Counted,
}

/// The rule of each operation. A caller with a scope cannot call one that is not here; a test asks for each, and tries all of
/// them with foreign data.
pub const RULES: [(&str, Rule); 25] = [
    ("tankUpdate", Rule::Owned),
    ("queryOrders", Rule::Named),
    ("handleAbnormalOrder", Rule::Owned),
    ("listOverdueVehicles", Rule::Named),
    ("listAccessReviews", Rule::Narrowed),
    ("approveAccessReview", Rule::Owned),
    ("rejectAccessReview", Rule::Owned),
    ("listMerchantBatteries", Rule::Named),
    ("listMerchantMembers", Rule::Named),
    ("listOperationBatteries", Rule::Named),
    ("listMemberBatteryAssets", Rule::Narrowed),
    ("correctMemberBatteryAsset", Rule::Owned),
    ("memberStatistics", Rule::Counted),
    ("listMembers", Rule::Narrowed),
    ("operateMembers", Rule::Owned),
    ("listMemberAssets", Rule::Owned),
    ("listDepositRefunds", Rule::Narrowed),
    ("getDepositRefund", Rule::Owned),
    ("confirmDepositRefund", Rule::Owned),
    ("applyDepositRefund", Rule::Owned),
    ("merchantConfirmRefund", Rule::Owned),
    ("grantPackageGift", Rule::Owned),
    ("listPackageGifts", Rule::Narrowed),
    ("revokePackageGift", Rule::Owned),
    ("listMonthlyPackageOrders", Rule::Named),
];

/// The rule of the operation with this `operationId`.
#[must_use]
pub fn rule(operation: &str) -> Option<Rule> {
    RULES.iter().find(|(id, _)| *id == operation).map(|(_, rule)| *rule)
}
