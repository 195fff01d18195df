//! What the fuzz targets share: every operation of the contract by number.

use contracts::{
    internal, polaris,
    runtime::{Document, Operation, OperationInfo, OperationVisitor, read, read_strictly},
    weichuang,
};
use serde_json::Value;

/// Reads a body as the request of one operation, and holds what comes of it against the contract.
type Decoder = fn(&[u8]);

/// An operation of the contract.
pub struct Target {
    pub info: OperationInfo,
    pub document: &'static Document,
    pub decode: Decoder,
}

/// All of them, of the three sides.
pub fn targets() -> Vec<Target> {
    struct All(Vec<Target>);
    impl OperationVisitor for All {
        fn visit<O: Operation>(&mut self) {
            self.0.push(Target { info: O::INFO, document: O::document(), decode: decode::<O> });
        }
    }
    let mut all = All(Vec::new());
    weichuang::visit_operations(&mut all);
    polaris::visit_operations(&mut all);
    internal::visit_operations(&mut all);
    all.0
}

/// The generated decoder and the JSON Schema validator must agree; what was accepted must stand writing and reading.
fn decode<O: Operation>(body: &[u8]) {
    let schema = O::INFO.request;
    let found = read::<O::Request>(body, O::document(), schema);
    let strict = read_strictly::<O::Request>(body, O::document(), schema);
    match found {
        Ok(reading) => {
            let sent: Value = serde_json::from_slice(body).expect("what was accepted is JSON");
            assert!(O::document().violations(schema, &sent).is_empty(), "{}: accepted against its schema", O::INFO.id);
            assert_eq!(strict.is_ok(), reading.unknown.is_empty(), "{}: strictness is about unknown fields", O::INFO.id);
            let written = serde_json::to_vec(&reading.value).expect("JSON");
            let again = read::<O::Request>(&written, O::document(), schema);
            let again = again.unwrap_or_else(|found| panic!("{}: its own words refused: {found:?}", O::INFO.id));
            assert_eq!(written, serde_json::to_vec(&again.value).expect("JSON"), "{}: another value", O::INFO.id);
        }
        Err(violations) => {
            assert!(!violations.is_empty(), "{}: refused without a reason", O::INFO.id);
            assert!(strict.is_err(), "{}: strict takes what is refused otherwise", O::INFO.id);
        }
    }
}
