//! Members: who they are, which state they are in, and what the back office sees of them.

/// Registering members, and what happens to them later.
mod change;
/// How many members there are, kept with every change.
mod counts;
/// Which members a list shows.
mod filter;
/// How a member's data reads in replies.
mod labels;
/// §2.2.21 用户资产详情
mod list_member_assets;
/// §2.2.19 会员列表
mod list_members;
/// §2.2.14 门店会员
mod list_merchant_members;
/// A member, and finding it.
mod member;
/// §2.2.18 会员统计
mod member_statistics;
/// §2.2.20 冻结、封号、解绑身份
mod operate_members;
/// The states of a member.
mod state;
/// Members become overdue, and are no longer.
mod sweep;

pub use change::{NewMember, create, set_merchant, set_state, start_using};
pub(super) use counts::Counts;
pub use list_member_assets::list_member_assets;
pub use list_members::list_members;
pub use list_merchant_members::list_merchant_members;
pub use member::{Member, by_id, by_phone, demand};
pub use member_statistics::member_statistics;
pub use operate_members::operate_members;
pub use state::State;
pub use sweep::{sweep, sweep_every};
