//! The contract and the code that is generated from it agree.

/// The document that poem-openapi derives from the compiled handlers is the contract.
mod derived;
/// Every example in the documents is valid.
mod examples;
/// What holds of any body, list and time.
mod properties;
/// Sample data fits the contract.
mod samples;
/// Both validators accept and refuse the same values.
mod validators;

use contracts::{
    internal, polaris,
    runtime::{Document, Envelope, Flat, Operation, OperationVisitor, Wire},
    weichuang,
};

/// Something that is done with every body there is.
trait BodyVisitor {
    /// Called for the request and for the successful reply of every operation: the type that it is read into, and its
    /// component schema.
    fn body<T: Wire>(&mut self, document: &'static Document, schema: &'static str);
}

/// Visits the bodies of all three documents.
fn every_body(visitor: &mut impl BodyVisitor) {
    weichuang::visit_operations(&mut FlatBodies(visitor));
    polaris::visit_operations(&mut KopBodies(visitor));
    internal::visit_operations(&mut KopBodies(visitor));
}

struct FlatBodies<'a, V>(&'a mut V);
struct KopBodies<'a, V>(&'a mut V);

impl<V: BodyVisitor> OperationVisitor for FlatBodies<'_, V> {
    fn visit<O: Operation>(&mut self) {
        self.0.body::<O::Request>(O::document(), O::INFO.request);
        self.0.body::<Flat<O::Data>>(O::document(), O::INFO.success);
    }
}

impl<V: BodyVisitor> OperationVisitor for KopBodies<'_, V> {
    fn visit<O: Operation>(&mut self) {
        self.0.body::<O::Request>(O::document(), O::INFO.request);
        self.0.body::<Envelope<O::Data>>(O::document(), O::INFO.success);
    }
}
