//! Merchants and their codes: `merchantId` is digits, `merchantCode` like BCD001, `shareCode` like ABC001.

/// Finding merchants.
mod find;

pub use find::{Merchant, by_id, by_share_code, digit_ids, ids_inside, ids_of_codes};
