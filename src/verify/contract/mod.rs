//! The contract as the parts of a run need it, read from the document.

/// Rules that a schema cannot say.
mod beyond;
/// The fields of a request.
mod field;
/// The operations.
mod operation;
/// The pages of a list.
mod page;
/// The component schemas.
mod schema;
/// Which operations write.
mod writes;

use std::sync::OnceLock;

use serde_json::Value;
use sha2::{Digest, Sha256};

use super::Side;

pub use beyond::Beyond;
pub use field::{Field, Keyword, Kind};
pub use operation::{Operation, ReplyForm};
pub use page::Page;
pub use schema::Schemas;
pub use writes::writes;

/// The contract of one side.
#[derive(Debug)]
pub struct Contract {
    /// Whose it is.
    pub side: Side,
    /// SHA-256 of the document's source, as `sha256sum` prints it.
    pub hash: String,
    /// The document's `info.version`.
    pub version: String,
    /// The operations, in the order of the document.
    pub operations: Vec<Operation>,
    /// The component schemas.
    pub schemas: Schemas,
}

impl Contract {
    /// The contract of `side`, read when it is first needed.
    ///
    /// # Panics
    /// When the document is no contract: the generator has made sure that it is.
    pub(super) fn of(side: Side) -> &'static Self {
        static CONTRACTS: [OnceLock<Contract>; 3] = [const { OnceLock::new() }; 3];
        let index = Side::ALL.iter().position(|each| *each == side).unwrap_or_default();
        CONTRACTS[index].get_or_init(|| Self::read(side))
    }

    fn read(side: Side) -> Self {
        let document: Value = serde_json::from_str(side.document().json).expect("the generator wrote valid JSON");
        let schemas = Schemas::of(&document);
        let operations = side.operations().iter().map(|info| Operation::read(side, info, &document, &schemas));
        Self {
            side,
            hash: Sha256::digest(side.document().yaml).iter().map(|byte| format!("{byte:02x}")).collect(),
            version: document["info"]["version"].as_str().unwrap_or_default().to_owned(),
            operations: operations.collect(),
            schemas,
        }
    }

    /// The first digits of the hash, enough to tell documents apart.
    #[must_use]
    pub fn short_hash(&self) -> &str {
        &self.hash[..12]
    }

    /// The operation of that id.
    #[must_use]
    pub fn operation(&self, id: &str) -> Option<&Operation> {
        self.operations.iter().find(|operation| operation.id() == id)
    }
}

/// FNV-1a: stable across releases of Rust, unlike the standard library's hasher.
pub(in crate::verify) fn fnv(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}
