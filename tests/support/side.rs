use contracts::{
    internal, polaris,
    runtime::{Document, OperationInfo},
    weichuang,
};
use serde_json::Value;

/// A side of the contract.
#[derive(Clone, Copy)]
pub struct Side {
    /// Its prefix on the server.
    pub prefix: &'static str,
    pub operations: &'static [OperationInfo],
    pub document: &'static Document,
    /// Whether its replies are flat, as Weichuang's.
    pub flat: bool,
}

/// All three.
pub static SIDES: [Side; 3] = [
    Side { prefix: "/weichuang", operations: &weichuang::OPERATIONS, document: &weichuang::DOCUMENT, flat: true },
    Side { prefix: "/kop", operations: &polaris::OPERATIONS, document: &polaris::DOCUMENT, flat: false },
    Side { prefix: "/internal", operations: &internal::OPERATIONS, document: &internal::DOCUMENT, flat: false },
];

impl Side {
    /// The request examples of an operation, by name.
    pub fn examples(&self, operation: &OperationInfo) -> Vec<(String, Value)> {
        let document: Value = serde_json::from_str(self.document.json).expect("the contract is JSON");
        let content = &document["paths"][operation.path]["post"]["requestBody"]["content"]["application/json"];
        let examples = content["examples"].as_object().expect("every operation has examples");
        examples.iter().map(|(name, example)| (name.clone(), example["value"].clone())).collect()
    }

    /// Where an operation is called.
    pub fn path(&self, operation: &OperationInfo) -> String {
        format!("{}{}", self.prefix, operation.path)
    }

    /// Panics unless `body` is a failure of this side's form, as its contract says.
    pub fn assert_failure(&self, status: u16, body: &Value, about: &str) {
        let (schema, code) = match (self.flat, status) {
            (true, 400) => ("InvalidRequest", &body["result"]),
            (true, _) => ("Refusal", &body["result"]),
            (false, _) => ("Failure", &body["code"]),
        };
        assert_eq!(code, status, "{about}: {body}");
        assert_eq!(self.document.violations(schema, body), [], "{about}: {body}");
        if status == 400 {
            let violations = body["violations"].as_array().unwrap_or_else(|| panic!("{about}: {body}"));
            assert!(!violations.is_empty(), "{about}: {body}");
        }
    }
}
