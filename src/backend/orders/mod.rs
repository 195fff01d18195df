//! Swap orders: how they come in, how they are found, how abnormal ones are handled.

/// 2.2.7: an abnormal order has been dealt with.
mod handle_abnormal_order;
/// 2.2.1: orders by every filter.
mod query_orders;
/// Inflow: the cabinet platform reports an order.
mod record_swap_order;
/// What a report says, and how it may differ from the one before.
mod report;
/// An order as a row of the database and of the reply.
mod row;
/// The statements of 2.2.1.
mod search;

pub use handle_abnormal_order::handle_abnormal_order;
pub use query_orders::query_orders;
pub use record_swap_order::record_swap_order;
pub use search::Search;

/// `orderType`: 异常.
const ABNORMAL: i64 = 0;
/// `orderType`: 正常.
const NORMAL: i64 = 1;

/// `orderState`: 进行中.
const IN_PROGRESS: i64 = 0;
/// `orderState`: 已完成.
const COMPLETED: i64 = 1;
/// `orderState`: 异常待处理.
const PENDING: i64 = 2;
/// `orderState`: 异常已处理.
const HANDLED: i64 = 3;
/// `orderState`: 已取消.
const CANCELLED: i64 = 4;

/// What an unknown order is answered with.
const NO_ORDER: &str = "订单不存在";
