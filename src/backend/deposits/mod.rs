//! Deposits and their refunds. A deposit is held by us, in our ledger, or by Weichuang, for a member who has moved to us;
//! a refund pays back all that a member has paid, and ends the membership.

/// todo.1 押金退还申请
mod apply_deposit_refund;
/// §2.2.24 确认退还押金
mod confirm_deposit_refund;
/// Deposits, and who holds them.
mod deposit;
/// §2.2.23 申请明细
mod get_deposit_refund;
/// §2.2.22 申请列表
mod list_deposit_refunds;
/// todo.2 商家确认退押金
mod merchant_confirm_refund;
/// The life of an application.
mod refund;

pub use apply_deposit_refund::apply_deposit_refund;
pub use confirm_deposit_refund::confirm_deposit_refund;
pub use deposit::{Holder, record};
pub use get_deposit_refund::get_deposit_refund;
pub use list_deposit_refunds::list_deposit_refunds;
pub use merchant_confirm_refund::merchant_confirm_refund;

pub(super) use deposit::{HELD, Paid, REFUNDED, record_paid};
pub(super) use refund::{carried_out, reason_of_refunding, refund_no, refused, resume_later};
