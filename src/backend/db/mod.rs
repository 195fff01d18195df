//! The database: one of two engines behind one face. Engines differ here, in `migrations` and in `orders/search.rs`, and
//! nowhere else.

/// Many rows at once.
mod bulk;
/// What can go wrong.
mod error;
/// The file of a SQLite database, as the file system sees it.
mod file;
/// Many values in one parameter.
mod many;
/// Opening a database by its URL.
mod open;
/// How the engines carry out statements.
mod plans;
/// Connections to PostgreSQL.
mod postgres;
/// Rows.
mod row;
/// A connection, in a transaction or not.
mod session;
/// Statements and their parameters.
mod sql;
/// Connections to SQLite.
mod sqlite;

pub use error::DbError;
pub use file::Serving;
pub use many::Many;
pub use open::{Db, Engine};
pub use plans::{Plan, explained};
pub use row::{Cell, Row};
pub use session::Session;
pub use sql::{Bound, Sql, begins_with, sql};
