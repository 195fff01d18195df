//! Apps: who may call, with what secret, which operations, and what they see.

/// What the gateway keeps of all apps.
mod known;
/// Which operations an app may call.
mod operations;
/// Apps in the database.
mod store;

pub(super) use known::{App, Known};
pub use operations::{Operations, PatternError};
pub use store::{AppError, Credentials, Listed, NewApp, create, disable, list, register, rotate};
