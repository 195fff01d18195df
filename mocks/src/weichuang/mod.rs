/// Batches that were answered before.
mod batches;
/// §1.2.6
mod complete_migration;
/// §1.2.2
mod query_batteries;
/// §1.1.1
mod query_tanks;
/// §1.2.5
mod query_user;
/// §1.2.3
mod query_user_deposit;
/// §1.2.4
mod query_user_package;
/// §1.2.7
mod refund_deposit;
/// §todo.weichuang.1
mod sync_asset_bindings;
/// §1.2.1
mod update_battery_binding;

use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use contracts::{runtime::Refusal, weichuang::*};

use self::batches::Batches;
use crate::{
    Clock, Origin,
    world::{Records, User},
};

/// The mock of Weichuang: answers the contract's operations from a world in memory.
///
/// # Consistency
/// One lock holds the whole world. A write checks everything first and then changes it, under the same guard, so that
/// a refused write changes nothing and of two writers that want the same battery one wins.
///
/// # Non-goals
/// Tokens are the server's business. Faults come before a call reaches this value, never inside its rules.
#[derive(Debug)]
pub struct Weichuang {
    state: RwLock<State>,
    clock: Clock,
    origin: Origin,
}

#[derive(Debug, Default)]
struct State {
    records: Records,
    batches: Batches,
}

impl Weichuang {
    /// A Weichuang that knows `records`. `origin` begins the addresses of pictures when the caller's is not known.
    #[must_use]
    pub fn new(records: Records, clock: Clock, origin: Origin) -> Self {
        Self { state: RwLock::new(State { records, ..State::default() }), clock, origin }
    }

    /// Forgets everything but `records`.
    pub fn reset(&self, records: Records) {
        *self.write() = State { records, ..State::default() };
    }

    /// Looks into the records.
    pub fn look<T>(&self, look: impl FnOnce(&Records) -> T) -> T {
        look(&self.read().records)
    }

    /// Changes the records beside the contract, as the control API does. `change` must leave them as they were when
    /// it fails.
    pub fn edit<T>(&self, change: impl FnOnce(&mut Records) -> T) -> T {
        change(&mut self.write().records)
    }

    fn read(&self) -> RwLockReadGuard<'_, State> {
        self.state.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, State> {
        self.state.write().unwrap_or_else(PoisonError::into_inner)
    }

    fn origin(&self) -> Origin {
        Origin::of_caller_or(&self.origin)
    }
}

impl WeichuangApi for Weichuang {
    async fn query_tanks(&self, request: QueryTanksRequest) -> Result<QueryTanksSuccess, Refusal> {
        Ok(query_tanks::answer(&self.read().records, &request, &self.origin()))
    }

    async fn update_battery_binding(
        &self,
        request: UpdateBatteryBindingRequest,
    ) -> Result<UpdateBatteryBindingSuccess, Refusal> {
        update_battery_binding::answer(&mut self.write().records, &request)
    }

    async fn query_batteries(&self, request: QueryBatteriesRequest) -> Result<QueryBatteriesSuccess, Refusal> {
        Ok(query_batteries::answer(&self.read().records, &request, &self.origin()))
    }

    async fn query_user_deposit(&self, request: QueryUserDepositRequest) -> Result<QueryUserDepositSuccess, Refusal> {
        query_user_deposit::answer(&self.read().records, &request)
    }

    async fn query_user_package(&self, request: QueryUserPackageRequest) -> Result<QueryUserPackageSuccess, Refusal> {
        query_user_package::answer(&self.read().records, &request, self.clock.now())
    }

    async fn query_user(&self, request: QueryUserRequest) -> Result<QueryUserSuccess, Refusal> {
        query_user::answer(&self.read().records, &request)
    }

    async fn complete_migration(&self, request: CompleteMigrationRequest) -> Result<CompleteMigrationSuccess, Refusal> {
        complete_migration::answer(&mut self.write().records, &request)
    }

    async fn refund_deposit(&self, request: RefundDepositRequest) -> Result<RefundDepositSuccess, Refusal> {
        refund_deposit::answer(&mut self.write().records, &request, self.clock.now())
    }

    async fn sync_asset_bindings(
        &self,
        request: SyncAssetBindingsRequest,
    ) -> Result<SyncAssetBindingsSuccess, Refusal> {
        let State { records, batches } = &mut *self.write();
        Ok(sync_asset_bindings::answer(records, batches, request))
    }
}

/// The user with this phone number, or 404.
fn known<'a>(records: &'a Records, phone: &str) -> Result<&'a User, Refusal> {
    records.user_by_phone(phone).ok_or_else(|| Refusal::new(404, "用户不存在"))
}

/// A value that the contract let through but the world has no form for: only a validator that was left out can be why.
fn formed<T: std::str::FromStr>(text: &str) -> Result<T, Refusal> {
    text.parse().map_err(|_| Refusal::new(400, "请求参数不符合接口约定"))
}
