//! Tanks, batteries, vehicles, rentals, and who has what.

/// Batteries.
pub mod batteries;
/// 绑定电池
mod bind_battery;
/// The relation of a member and a battery.
pub mod bindings;
/// §2.2.17 会员电池资产更正
mod correct_member_battery_asset;
/// Conditions of the lists.
mod filter;
/// §2.2.16 会员电池资产
mod list_member_battery_assets;
/// §2.2.13 门店会员电池
mod list_merchant_batteries;
/// §2.2.15 运营电池
mod list_operation_batteries;
/// §2.2.8 逾期车辆
mod list_overdue_vehicles;
/// 记录车辆租赁
mod record_rental;
/// §2.1.1 电柜资产修改
mod tank_update;
/// Tanks.
pub mod tanks;
/// 解绑电池
mod unbind_battery;
/// Vehicles.
pub mod vehicles;

pub use bind_battery::bind_battery;
pub use correct_member_battery_asset::correct_member_battery_asset;
pub use list_member_battery_assets::list_member_battery_assets;
pub use list_merchant_batteries::list_merchant_batteries;
pub use list_operation_batteries::list_operation_batteries;
pub use list_overdue_vehicles::list_overdue_vehicles;
pub use record_rental::record_rental;
pub use tank_update::tank_update;
pub use unbind_battery::unbind_battery;
