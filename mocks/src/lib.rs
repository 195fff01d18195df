//! The stateful mock of Weichuang (微创): its world, its rules and its control API.
//!
//! A [`World`] is read from a file or built from a seed. A [`Mock`] runs it: [`Weichuang`] answers the contract's
//! operations, [`control::routes`] lets tests and people look into the world and change it.

/// Business time: set, frozen, advanced.
mod clock;
/// The control API, `/_mock`.
pub mod control;
/// What a proxy in front says of a request.
mod forwarded;
/// Pictures of assets, drawn on demand.
mod images;
/// The running mock: a world, its clock, and the way back to the start.
mod mock;
/// The address by which callers reach the mock.
mod origin;
/// Reading a whole file of text.
mod text_file;
/// Weichuang's side of the contract.
mod weichuang;
/// What the mock knows.
pub mod world;

pub use clock::{Clock, Time};
pub use images::Picture;
pub use mock::Mock;
pub use origin::{CallersOrigin, Origin};
pub use text_file::read_text;
pub use weichuang::Weichuang;
pub use world::{Generator, Size, World, WorldError};
