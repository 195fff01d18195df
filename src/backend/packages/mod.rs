//! Packages: what members are given, and what they buy by the month.

/// A gift as it is stored.
mod gift;
/// Gives a package to a member.
mod grant_package_gift;
/// Monthly orders for both back offices.
mod list_monthly_package_orders;
/// Gifts for the operator's pages.
mod list_package_gifts;
/// A monthly order comes in, or moves on.
mod record_package_order;
/// Takes a gift back.
mod revoke_package_gift;

pub use grant_package_gift::grant_package_gift;
pub use list_monthly_package_orders::list_monthly_package_orders;
pub use list_package_gifts::list_package_gifts;
pub use record_package_order::record_package_order;
pub use revoke_package_gift::revoke_package_gift;
