use std::fmt;

use serde::Serialize;
use serde_json::Value;

use super::rule::{Breaks, Rule, Side};

/// One change of a contract.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// The document, by the name of its file without the ending.
    pub document: String,
    /// The operation; `None` for the document as a whole.
    pub operation: Option<Operation>,
    /// Where, within the operation.
    pub place: Place,
    /// What kind of change.
    pub rule: Rule,
    /// Which keyword or part it is about, where the rule does not say.
    pub subject: Option<String>,
    /// What was there.
    pub was: Option<Value>,
    /// What is there now.
    pub is: Option<Value>,
    /// A guess for the reader, such as the new name of what is gone.
    pub note: Option<String>,
}

/// An operation, as the newer version has it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Operation {
    /// Its operationId, or method and path where it has none.
    #[serde(rename = "operation")]
    pub id: String,
    /// Its method, in capitals.
    pub method: String,
    /// Its path, below the server.
    pub path: String,
}

/// A place in an operation, as its caller sees it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// Which way the value there travels.
    pub side: Side,
    /// `request`, `reply 200`, `query` …; empty for the operation as a whole.
    pub part: String,
    /// A JSON Pointer into the body. `*` stands for every item of a list or every other field of an object, a name in
    /// parentheses for one of several alternatives.
    pub pointer: String,
}

impl Place {
    pub(super) fn new(side: Side, part: impl Into<String>) -> Self {
        Self { side, part: part.into(), pointer: String::new() }
    }

    /// The operation or the document as a whole.
    pub(super) fn whole() -> Self {
        Self::new(Side::Request, "")
    }

    pub(super) fn field(&self, name: &str) -> Self {
        self.below(&format!("/{}", name.replace('~', "~0").replace('/', "~1")))
    }

    pub(super) fn every(&self) -> Self {
        self.below("/*")
    }

    pub(super) fn alternative(&self, label: &str) -> Self {
        self.below(&format!("({label})"))
    }

    fn below(&self, token: &str) -> Self {
        Self { pointer: format!("{}{token}", self.pointer), ..self.clone() }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let between = if self.part.is_empty() || self.pointer.is_empty() { "" } else { " " };
        out.pad(&format!("{}{between}{}", self.part, self.pointer))
    }
}

impl Change {
    /// Whom it breaks.
    #[must_use]
    pub fn breaks(&self) -> Breaks {
        self.rule.breaks(self.place.side)
    }

    /// Names this very change and no other one: `polaris queryOrders request /pageSize maximum-lowered 200 → 100`.
    #[must_use]
    pub fn id(&self) -> String {
        self.id_as(self.operation.as_ref().map_or("", |operation| &operation.id))
    }

    /// The id with another word for the operation.
    pub(super) fn id_as(&self, operation: &str) -> String {
        let parts = [&self.document, operation, &self.place.to_string(), &self.what()];
        parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
    }

    /// The rule, what it is about, and the values: `maximum-lowered 200 → 100`.
    fn what(&self) -> String {
        let subject = self.subject.iter().map(|subject| format!(" {subject}")).collect::<String>();
        format!("{}{subject}{}", self.rule.id(), self.values())
    }

    /// What was and what is, in one line, with a blank in front; empty where the change has no values.
    pub(super) fn values(&self) -> String {
        match (&self.was, &self.is) {
            (None, None) => String::new(),
            (Some(only), None) if self.rule.id().ends_with("-removed") => format!(" {only}"),
            (None, Some(only)) if self.rule.id().ends_with("-added") => format!(" {only}"),
            (was, is) => {
                let word = |value: &Option<Value>| value.as_ref().map_or_else(|| "none".to_owned(), Value::to_string);
                format!(" {} → {}", word(was), word(is))
            }
        }
    }
}
