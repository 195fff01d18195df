/// Apps: their secrets, and what is stored of them.
mod apps;
/// Every step of the check, and what a caller hears of it.
mod check;
/// A server that demands signatures.
mod front;
/// `POST /gateway?api=NAME`.
mod kop;
/// How often an app may call.
mod rate;
/// One signature, one call.
mod replay;
/// What an app sees and changes: its merchants alone.
mod scope;
/// `docs/SIGNING.md`: its vectors and its programs.
mod signing;

pub use front::{Front, everything, now, on_both_engines, signed};
