use contracts::{
    runtime::filter,
    weichuang::{
        BatteryInfo, QueryBatteriesRequest, QueryUserDepositRequest, QueryUserDepositSuccess, QueryUserPackageRequest,
        QueryUserPackageSuccess, QueryUserRequest, QueryUserSuccess,
    },
};

use crate::backend::{Backend, outbox::Fault};

/// What Weichuang knows of a user.
pub(super) struct Known {
    pub(super) user: QueryUserSuccess,
    pub(super) deposit: Option<QueryUserDepositSuccess>,
    pub(super) package: Option<QueryUserPackageSuccess>,
    /// The battery that the user has.
    pub(super) battery: Option<BatteryInfo>,
}

/// Asks 1.2.5, 1.2.3, 1.2.4 and, for a bound battery, 1.2.2. `None` if Weichuang does not know the user.
pub(super) async fn ask(backend: &Backend, phone: &str) -> Result<Option<Known>, Fault> {
    let (weichuang, phone_no) = (backend.weichuang(), phone.to_owned());
    let request = QueryUserRequest { phone_no: phone_no.clone() };
    let Some(user) = weichuang.find(|it| it.query_user(&request)).await? else { return Ok(None) };
    let request = QueryUserDepositRequest { phone_no: phone_no.clone() };
    let deposit = weichuang.find(|it| it.query_user_deposit(&request)).await?;
    let request = QueryUserPackageRequest { phone_no };
    let package = weichuang.find(|it| it.query_user_package(&request)).await?;
    let mut battery = None;
    if let Some(code) = filter(&user.battery_code) {
        let request = QueryBatteriesRequest { battery_code: code.to_owned() };
        let list = weichuang.find(|it| it.query_batteries(&request)).await?.map(|found| found.battery_list);
        let has = |one: &BatteryInfo| one.battery_code == code && one.user_id == user.user_id && one.user_id.is_some();
        battery = list.unwrap_or_default().into_iter().find(has);
    }
    Ok(Some(Known { user, deposit, package, battery }))
}
