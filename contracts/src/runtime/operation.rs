use super::{Document, Wire};

/// Whether the page documents an operation, or gives its title alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// Its table stands on the page.
    Documented,
    /// The page has its title alone; the fields are a proposal.
    Provisional,
}

/// What is known of an operation at compile time.
#[derive(Debug, PartialEq, Eq)]
pub struct OperationInfo {
    /// `operationId`, e.g. `queryTanks`.
    pub id: &'static str,
    /// The path within its side, e.g. `/tank/query`.
    pub path: &'static str,
    /// The section of the page, e.g. `1.1.1`.
    pub section: &'static str,
    /// The Chinese title.
    pub title: &'static str,
    /// Documented or provisional.
    pub status: Status,
    /// The component schema of the request.
    pub request: &'static str,
    /// The component schema of the successful reply.
    pub success: &'static str,
    /// The HTTP statuses of its documented failures.
    pub failures: &'static [u16],
    /// Those of them whose body carries `data` of its own.
    pub failures_with_data: &'static [u16],
}

/// An operation of the contract, as a type.
pub trait Operation: Send + Sync + 'static {
    /// The request body.
    type Request: Wire;
    /// What a successful reply carries.
    type Data: Wire;
    /// What the failures in [`OperationInfo::failures_with_data`] carry.
    type FailureData: Wire;
    /// Everything else that is known of it.
    const INFO: OperationInfo;

    /// The document that it belongs to.
    fn document() -> &'static Document;
}

/// Does something with the type of every operation of a side.
pub trait OperationVisitor {
    /// Called once for each operation.
    fn visit<O: Operation>(&mut self);
}
