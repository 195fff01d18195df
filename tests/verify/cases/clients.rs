use std::{collections::BTreeSet, sync::Mutex};

use contracts::{
    internal::InternalClient,
    polaris::PolarisClient,
    runtime::client::{Answer, CallError, Caller, Options},
    weichuang::WeichuangClient,
};
use polaris::verify::{Call, Envelope, Fault, Reply, Side};
use serde::Serialize;
use serde_json::{Value, json};

use super::servers::Servers;

/// The generated clients of all sides.
pub struct Clients {
    weichuang: WeichuangClient,
    polaris: PolarisClient,
    internal: InternalClient,
    called: Mutex<BTreeSet<&'static str>>,
}

macro_rules! call {
    ($client:expr, $method:ident, $body:expr) => {{
        let request = serde_json::from_slice($body).expect("a request of the contract");
        told($client.$method(&request).await)
    }};
}

impl Clients {
    pub fn of(servers: &Servers) -> Self {
        let caller = |side| {
            let mut options = Options::new(servers.base(side));
            options.strict = true;
            Caller::new(&options).expect("a caller")
        };
        Self {
            weichuang: WeichuangClient::new(caller(Side::Weichuang)),
            polaris: PolarisClient::new(caller(Side::Polaris)),
            internal: InternalClient::new(caller(Side::Internal)),
            called: Mutex::default(),
        }
    }

    /// The operations that were called so far.
    pub fn called(&self) -> BTreeSet<&'static str> {
        self.called.lock().expect("the operations").clone()
    }

    /// Makes a call by the client of its side. What the client tells is written as the reply that it read.
    pub async fn call(&self, side: Side, call: &Call) -> Result<Reply, Fault> {
        let operation = call.operation.expect("an operation").id();
        self.called.lock().expect("the operations").insert(operation);
        let told = self.dispatch(operation, &call.body).await;
        let envelope = side.envelope();
        let body = match (told, envelope) {
            (Ok(data), Envelope::Kop) => json!({"code": 200, "msg": null, "data": data}),
            (Ok(mut data), Envelope::Flat) => {
                data["result"] = json!(200);
                data
            }
            (Err(CallError::Refused { code, msg, .. }), _) => json!({envelope.code_field(): code, "msg": msg.0}),
            (Err(other), _) => return Err(Fault::Broken(other.to_string())),
        };
        let code = body[envelope.code_field()].as_u64().and_then(|code| u16::try_from(code).ok()).unwrap_or(500);
        let status = if envelope == Envelope::Flat { 200 } else { code };
        Ok(Reply::new(status, reqwest::header::HeaderMap::new(), body.to_string().into_bytes()))
    }

    async fn dispatch(&self, operation: &str, body: &[u8]) -> Result<Value, CallError> {
        let Self { weichuang, polaris, internal, .. } = self;
        match operation {
            "queryTanks" => call!(weichuang, query_tanks, body),
            "updateBatteryBinding" => call!(weichuang, update_battery_binding, body),
            "queryBatteries" => call!(weichuang, query_batteries, body),
            "queryUserDeposit" => call!(weichuang, query_user_deposit, body),
            "queryUserPackage" => call!(weichuang, query_user_package, body),
            "queryUser" => call!(weichuang, query_user, body),
            "completeMigration" => call!(weichuang, complete_migration, body),
            "refundDeposit" => call!(weichuang, refund_deposit, body),
            "syncAssetBindings" => call!(weichuang, sync_asset_bindings, body),
            "tankUpdate" => call!(polaris, tank_update, body),
            "queryOrders" => call!(polaris, query_orders, body),
            "handleAbnormalOrder" => call!(polaris, handle_abnormal_order, body),
            "listOverdueVehicles" => call!(polaris, list_overdue_vehicles, body),
            "listAccessReviews" => call!(polaris, list_access_reviews, body),
            "approveAccessReview" => call!(polaris, approve_access_review, body),
            "rejectAccessReview" => call!(polaris, reject_access_review, body),
            "listMerchantBatteries" => call!(polaris, list_merchant_batteries, body),
            "listMerchantMembers" => call!(polaris, list_merchant_members, body),
            "listOperationBatteries" => call!(polaris, list_operation_batteries, body),
            "listMemberBatteryAssets" => call!(polaris, list_member_battery_assets, body),
            "correctMemberBatteryAsset" => call!(polaris, correct_member_battery_asset, body),
            "memberStatistics" => call!(polaris, member_statistics, body),
            "listMembers" => call!(polaris, list_members, body),
            "operateMembers" => call!(polaris, operate_members, body),
            "listMemberAssets" => call!(polaris, list_member_assets, body),
            "listDepositRefunds" => call!(polaris, list_deposit_refunds, body),
            "getDepositRefund" => call!(polaris, get_deposit_refund, body),
            "confirmDepositRefund" => call!(polaris, confirm_deposit_refund, body),
            "applyDepositRefund" => call!(polaris, apply_deposit_refund, body),
            "merchantConfirmRefund" => call!(polaris, merchant_confirm_refund, body),
            "grantPackageGift" => call!(polaris, grant_package_gift, body),
            "listPackageGifts" => call!(polaris, list_package_gifts, body),
            "revokePackageGift" => call!(polaris, revoke_package_gift, body),
            "listMonthlyPackageOrders" => call!(polaris, list_monthly_package_orders, body),
            "startMigration" => call!(internal, start_migration, body),
            "getMigration" => call!(internal, get_migration, body),
            "bindBattery" => call!(internal, bind_battery, body),
            "unbindBattery" => call!(internal, unbind_battery, body),
            "recordSwapOrder" => call!(internal, record_swap_order, body),
            "submitAccessReview" => call!(internal, submit_access_review, body),
            "recordRental" => call!(internal, record_rental, body),
            "recordPackageOrder" => call!(internal, record_package_order, body),
            "listDeliveries" => call!(internal, list_deliveries, body),
            "retryDelivery" => call!(internal, retry_delivery, body),
            other => panic!("no client calls {other}"),
        }
    }
}

fn told<D: Serialize>(answer: Result<Answer<D>, CallError>) -> Result<Value, CallError> {
    answer.map(|answer| serde_json::to_value(answer.data).expect("data"))
}
