//! Access reviews: a user asks to be taken in by a merchant, who approves or rejects.

/// A merchant approves.
mod approve_access_review;
/// Reviews for the merchant's pages.
mod list_access_reviews;
/// A merchant rejects.
mod reject_access_review;
/// A review as it is stored, and its states.
mod review;
/// A review comes in.
mod submit_access_review;

pub use approve_access_review::approve_access_review;
pub use list_access_reviews::list_access_reviews;
pub use reject_access_review::reject_access_review;
pub use review::State;
pub use submit_access_review::submit_access_review;
