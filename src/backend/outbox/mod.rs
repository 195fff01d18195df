//! What Weichuang must be told, and how it is delivered: a transactional outbox.
//!
//! A row is written in the transaction of the change that it tells ([`enqueue`]) and delivered at least once, each time
//! with the same idempotency key. It waits for every earlier undelivered row that shares its battery or its member.
//! [`deliver_now`] makes the first attempt, after the commit; [`run`] makes all others, and any that a crash left over.
//! A row that is being delivered is leased: no other instance takes it until the lease ends, or that of the instance.

/// One attempt.
mod attempt;
/// What a delivery changes here, in the transaction that ends its row.
mod effect;
/// Writing rows.
mod enqueue;
/// Why an attempt did not deliver.
mod fault;
/// How attempts end.
mod finish;
/// Taking rows that are due.
mod lease;
/// 查询向微创的投递
mod list_deliveries;
/// What a row says.
mod message;
/// How often, and after how long.
mod retry;
/// 重新投递
mod retry_delivery;
/// All current bindings, in batches.
mod sync;
/// Who a member is at Weichuang.
mod user;
/// Who delivers, and when.
mod worker;

pub use enqueue::enqueue;
pub use list_deliveries::list_deliveries;
pub use message::{Message, SyncedBinding};
pub use retry::Retry;
pub use retry_delivery::retry_delivery;
pub use sync::{SyncRefusal, SyncReport, sync_bindings};
pub use worker::{deliver_due, deliver_now, run};

pub(crate) use enqueue::{enqueue_parked, requeue};
pub(crate) use fault::{Fault, Reason};
pub(in crate::backend) use lease::release;
pub(in crate::backend) use worker::Background;
