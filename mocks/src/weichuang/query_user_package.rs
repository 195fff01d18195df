//! §1.2.4 用户的套餐信息查询接口: `/user/package/query`.

use contracts::{
    runtime::Refusal,
    weichuang::{QueryUserPackageRequest, QueryUserPackageSuccess},
};

use super::known;
use crate::world::{Moment, PackageType, Records};

/// The package and what is left of it at `now`.
pub(super) fn answer(
    records: &Records,
    request: &QueryUserPackageRequest,
    now: Moment,
) -> Result<QueryUserPackageSuccess, Refusal> {
    let package = known(records, &request.phone_no)?.package.as_ref();
    Ok(QueryUserPackageSuccess {
        package_name: package.map(|package| package.package_name.to_string()),
        package_type: package.map(|package| label(package.package_type).to_owned()),
        package_create_time: package.map(|package| package.package_create_time.to_string()),
        package_effective_content: package.map(|package| package.effective_content(now)),
    })
}

fn label(package_type: PackageType) -> &'static str {
    match package_type {
        PackageType::Monthly => "月卡",
        PackageType::Counted => "次卡",
    }
}
