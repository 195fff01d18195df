use contracts::{
    internal::{self, InternalApi},
    polaris::{self, PolarisApi},
    runtime::{Failure, NoData, Success},
};

use super::{Backend, Caller, assets, deposits, members, migration, orders, outbox, packages, reviews};

impl Backend {
    /// This backend, acting for whoever calls.
    fn acting(&self) -> Self {
        Caller::current().map_or_else(|| self.clone(), |caller| self.acting_for(caller))
    }
}

impl PolarisApi for Backend {
    async fn tank_update(&self, request: polaris::TankUpdateRequest) -> Result<NoData, Failure> {
        Ok(assets::tank_update(&self.acting(), request).await?)
    }

    async fn query_orders(&self, request: polaris::QueryOrdersRequest) -> Result<polaris::SwapOrderPage, Failure> {
        Ok(orders::query_orders(&self.acting(), request).await?)
    }

    async fn handle_abnormal_order(
        &self,
        request: polaris::HandleAbnormalOrderRequest,
    ) -> Result<polaris::HandleAbnormalOrderData, Failure<polaris::HandleAbnormalOrderData>> {
        orders::handle_abnormal_order(&self.acting(), request).await
    }

    async fn list_overdue_vehicles(
        &self,
        request: polaris::ListOverdueVehiclesRequest,
    ) -> Result<polaris::OverdueVehiclePage, Failure> {
        Ok(assets::list_overdue_vehicles(&self.acting(), request).await?)
    }

    async fn list_access_reviews(
        &self,
        request: polaris::ListAccessReviewsRequest,
    ) -> Result<polaris::AccessReviewPage, Failure> {
        Ok(reviews::list_access_reviews(&self.acting(), request).await?)
    }

    async fn approve_access_review(&self, request: polaris::ApproveAccessReviewRequest) -> Result<NoData, Failure> {
        Ok(reviews::approve_access_review(&self.acting(), request).await?)
    }

    async fn reject_access_review(&self, request: polaris::RejectAccessReviewRequest) -> Result<NoData, Failure> {
        Ok(reviews::reject_access_review(&self.acting(), request).await?)
    }

    async fn list_merchant_batteries(
        &self,
        request: polaris::ListMerchantBatteriesRequest,
    ) -> Result<polaris::MerchantBatteryPage, Failure> {
        Ok(assets::list_merchant_batteries(&self.acting(), request).await?)
    }

    async fn list_merchant_members(
        &self,
        request: polaris::ListMerchantMembersRequest,
    ) -> Result<polaris::MerchantMemberPage, Failure> {
        Ok(members::list_merchant_members(&self.acting(), request).await?)
    }

    async fn list_operation_batteries(
        &self,
        request: polaris::ListOperationBatteriesRequest,
    ) -> Result<polaris::OperationBatteryPage, Failure> {
        Ok(assets::list_operation_batteries(&self.acting(), request).await?)
    }

    async fn list_member_battery_assets(
        &self,
        request: polaris::ListMemberBatteryAssetsRequest,
    ) -> Result<polaris::MemberBatteryAssetPage, Failure> {
        Ok(assets::list_member_battery_assets(&self.acting(), request).await?)
    }

    async fn correct_member_battery_asset(
        &self,
        request: polaris::CorrectMemberBatteryAssetRequest,
    ) -> Result<NoData, Failure> {
        Ok(assets::correct_member_battery_asset(&self.acting(), request).await?)
    }

    async fn member_statistics(
        &self,
        request: polaris::MemberStatisticsRequest,
    ) -> Result<polaris::MemberStatisticsData, Failure> {
        Ok(members::member_statistics(&self.acting(), request).await?)
    }

    async fn list_members(&self, request: polaris::ListMembersRequest) -> Result<polaris::MemberPage, Failure> {
        Ok(members::list_members(&self.acting(), request).await?)
    }

    async fn operate_members(&self, request: polaris::OperateMembersRequest) -> Result<NoData, Failure> {
        Ok(members::operate_members(&self.acting(), request).await?)
    }

    async fn list_member_assets(
        &self,
        request: polaris::ListMemberAssetsRequest,
    ) -> Result<Vec<polaris::AssetInfo>, Failure> {
        Ok(members::list_member_assets(&self.acting(), request).await?)
    }

    async fn list_deposit_refunds(
        &self,
        request: polaris::ListDepositRefundsRequest,
    ) -> Result<polaris::RefundRecordPage, Failure> {
        Ok(deposits::list_deposit_refunds(&self.acting(), request).await?)
    }

    async fn get_deposit_refund(
        &self,
        request: polaris::GetDepositRefundRequest,
    ) -> Result<polaris::RefundDetail, Failure> {
        Ok(deposits::get_deposit_refund(&self.acting(), request).await?)
    }

    async fn confirm_deposit_refund(
        &self,
        request: polaris::ConfirmDepositRefundRequest,
    ) -> Result<Success<polaris::ConfirmDepositRefundData>, Failure> {
        Ok(deposits::confirm_deposit_refund(&self.acting(), request).await?)
    }

    async fn apply_deposit_refund(
        &self,
        request: polaris::ApplyDepositRefundRequest,
    ) -> Result<polaris::ApplyDepositRefundData, Failure> {
        Ok(deposits::apply_deposit_refund(&self.acting(), request).await?)
    }

    async fn merchant_confirm_refund(&self, request: polaris::MerchantConfirmRefundRequest) -> Result<NoData, Failure> {
        Ok(deposits::merchant_confirm_refund(&self.acting(), request).await?)
    }

    async fn grant_package_gift(
        &self,
        request: polaris::GrantPackageGiftRequest,
    ) -> Result<polaris::GrantPackageGiftData, Failure> {
        Ok(packages::grant_package_gift(&self.acting(), request).await?)
    }

    async fn list_package_gifts(
        &self,
        request: polaris::ListPackageGiftsRequest,
    ) -> Result<polaris::PackageGiftPage, Failure> {
        Ok(packages::list_package_gifts(&self.acting(), request).await?)
    }

    async fn revoke_package_gift(&self, request: polaris::RevokePackageGiftRequest) -> Result<NoData, Failure> {
        Ok(packages::revoke_package_gift(&self.acting(), request).await?)
    }

    async fn list_monthly_package_orders(
        &self,
        request: polaris::ListMonthlyPackageOrdersRequest,
    ) -> Result<polaris::MonthlyPackageOrderPage, Failure> {
        Ok(packages::list_monthly_package_orders(&self.acting(), request).await?)
    }
}

impl InternalApi for Backend {
    async fn start_migration(&self, request: internal::StartMigrationRequest) -> Result<internal::Migration, Failure> {
        Ok(migration::start_migration(self, request).await?)
    }

    async fn get_migration(&self, request: internal::GetMigrationRequest) -> Result<internal::Migration, Failure> {
        Ok(migration::get_migration(self, request).await?)
    }

    async fn bind_battery(&self, request: internal::BindBatteryRequest) -> Result<NoData, Failure> {
        Ok(assets::bind_battery(self, request).await?)
    }

    async fn unbind_battery(&self, request: internal::UnbindBatteryRequest) -> Result<NoData, Failure> {
        Ok(assets::unbind_battery(self, request).await?)
    }

    async fn record_swap_order(
        &self,
        request: internal::RecordSwapOrderRequest,
    ) -> Result<internal::RecordSwapOrderData, Failure> {
        Ok(orders::record_swap_order(self, request).await?)
    }

    async fn submit_access_review(
        &self,
        request: internal::SubmitAccessReviewRequest,
    ) -> Result<internal::SubmitAccessReviewData, Failure> {
        Ok(reviews::submit_access_review(self, request).await?)
    }

    async fn record_rental(&self, request: internal::RecordRentalRequest) -> Result<NoData, Failure> {
        Ok(assets::record_rental(self, request).await?)
    }

    async fn record_package_order(
        &self,
        request: internal::RecordPackageOrderRequest,
    ) -> Result<internal::RecordPackageOrderData, Failure> {
        Ok(packages::record_package_order(self, request).await?)
    }

    async fn list_deliveries(
        &self,
        request: internal::ListDeliveriesRequest,
    ) -> Result<internal::DeliveryPage, Failure> {
        Ok(outbox::list_deliveries(self, request).await?)
    }

    async fn retry_delivery(&self, request: internal::RetryDeliveryRequest) -> Result<NoData, Failure> {
        Ok(outbox::retry_delivery(self, request).await?)
    }
}
