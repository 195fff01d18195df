//! Users who move from Weichuang to us: what Weichuang knows of one is asked for, kept here in one transaction, and
//! Weichuang is told that the move is complete.

/// What Weichuang knows of a user.
mod ask;
/// 查询迁移状态
mod get_migration;
/// Keeping it here.
mod import;
/// 开始迁移用户
mod start_migration;
/// How far a migration is.
mod state;

pub use get_migration::get_migration;
pub use start_migration::{resume, start_migration};

pub(super) use state::{completed, refused};
