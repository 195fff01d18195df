/// The operations that change something. A test sees that every operation is either here or in [`READS`].
const WRITES: &[&str] = &[
    // Weichuang
    "updateBatteryBinding",
    "completeMigration",
    "refundDeposit",
    "syncAssetBindings",
    // Polaris
    "tankUpdate",
    "handleAbnormalOrder",
    "approveAccessReview",
    "rejectAccessReview",
    "correctMemberBatteryAsset",
    "operateMembers",
    "confirmDepositRefund",
    "applyDepositRefund",
    "merchantConfirmRefund",
    "grantPackageGift",
    "revokePackageGift",
    // internal
    "startMigration",
    "bindBattery",
    "unbindBattery",
    "recordSwapOrder",
    "submitAccessReview",
    "recordRental",
    "recordPackageOrder",
    "retryDelivery",
];

/// The operations that only look.
#[cfg(test)]
const READS: &[&str] = &[
    // Weichuang
    "queryTanks",
    "queryBatteries",
    "queryUserDeposit",
    "queryUserPackage",
    "queryUser",
    // Polaris
    "queryOrders",
    "listOverdueVehicles",
    "listAccessReviews",
    "listMerchantBatteries",
    "listMerchantMembers",
    "listOperationBatteries",
    "listMemberBatteryAssets",
    "memberStatistics",
    "listMembers",
    "listMemberAssets",
    "listDepositRefunds",
    "getDepositRefund",
    "listPackageGifts",
    "listMonthlyPackageOrders",
    // internal
    "getMigration",
    "listDeliveries",
];

/// Whether the operation of that id changes something.
#[must_use]
pub fn writes(id: &str) -> bool {
    WRITES.contains(&id)
}

#[cfg(test)]
mod tests {
    use super::{READS, WRITES};
    use crate::verify::Side;

    #[test]
    fn every_operation_is_known_to_read_or_to_write() {
        let mut known = [WRITES, READS].concat();
        known.sort_unstable();
        let mut all: Vec<_> =
            Side::ALL.iter().flat_map(|side| side.operations()).map(|operation| operation.id).collect();
        all.sort_unstable();
        assert_eq!(known, all);
    }
}
