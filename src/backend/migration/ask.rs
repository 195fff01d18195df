use contracts::{
    runtime::{
        client::{Answer, CallError},
        filter,
    },
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
    let Some(user) = known(weichuang.query_user(&QueryUserRequest { phone_no: phone_no.clone() }).await)? else {
        return Ok(None);
    };
    let deposit = QueryUserDepositRequest { phone_no: phone_no.clone() };
    let deposit = known(weichuang.query_user_deposit(&deposit).await)?;
    let package = known(weichuang.query_user_package(&QueryUserPackageRequest { phone_no }).await)?;
    let mut battery = None;
    if let Some(code) = filter(&user.battery_code) {
        let request = QueryBatteriesRequest { battery_code: code.to_owned() };
        let list = known(weichuang.query_batteries(&request).await)?.map(|found| found.battery_list);
        let has = |one: &BatteryInfo| one.battery_code == code && one.user_id == user.user_id && one.user_id.is_some();
        battery = list.unwrap_or_default().into_iter().find(has);
    }
    Ok(Some(Known { user, deposit, package, battery }))
}

/// `None` for what is not there.
fn known<T>(answer: Result<Answer<T>, CallError>) -> Result<Option<T>, Fault> {
    match answer {
        Ok(answer) => Ok(Some(answer.data)),
        Err(CallError::Refused { code: 404, .. }) => Ok(None),
        Err(error) => Err(error.into()),
    }
}
