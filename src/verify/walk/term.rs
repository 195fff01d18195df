//! What stands on the sides of a claim.
//!
//! A **path** names a value: of the request (`sent`), of the reply (`got`, its `code`), of a look before or after
//! (`before.NAME`, `after.NAME`, `later.NAME`) … ; `*` stands for every item of a list. What is not there is `nothing`.
//! Beside paths stand JSON literals, `count(PATH)` and sums (`A + B`: numbers are added, lists joined).

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};

/// The values that paths begin with.
#[derive(Debug, Clone, Default)]
pub(super) struct Scope(BTreeMap<&'static str, Value>);

impl Scope {
    pub fn set(&mut self, name: &'static str, value: Value) {
        self.0.insert(name, value);
    }

    pub fn with(&self, name: &'static str, value: Value) -> Self {
        let mut scope = self.clone();
        scope.set(name, value);
        scope
    }

    /// The value at `path`; null if there is none.
    pub fn value(&self, path: &str) -> Value {
        self.values(path).into_iter().next().unwrap_or_default()
    }

    fn values(&self, path: &str) -> Vec<Value> {
        let mut segments = path.split('.');
        let first = segments.next().and_then(|root| self.0.get(root)).cloned().unwrap_or_default();
        segments.fold(vec![first], |found, segment| found.into_iter().flat_map(|value| below(value, segment)).collect())
    }
}

fn below(mut value: Value, segment: &str) -> Vec<Value> {
    match (segment, &mut value) {
        ("*", Value::Array(items)) => std::mem::take(items),
        ("*", _) => Vec::new(),
        (name, Value::Object(fields)) => vec![fields.remove(name).unwrap_or_default()],
        (index, Value::Array(items)) => {
            let item =
                index.parse().ok().filter(|index| *index < items.len()).map(|index: usize| items.swap_remove(index));
            vec![item.unwrap_or_default()]
        }
        _ => vec![Value::Null],
    }
}

/// What stands on one side of a claim.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Term {
    Literal(Value),
    Path(String),
    Count(String),
    Sum(Vec<Term>),
}

impl Term {
    pub fn read(text: &str) -> Result<Self, String> {
        let text = text.trim();
        if text.contains(" + ") {
            return Ok(Self::Sum(text.split(" + ").map(Self::read).collect::<Result<_, _>>()?));
        }
        if text == "nothing" {
            return Ok(Self::Literal(Value::Null));
        }
        if let Some(path) = text.strip_prefix("count(").and_then(|rest| rest.strip_suffix(')')) {
            return Ok(Self::Count(path.to_owned()));
        }
        if let Ok(literal) = serde_json::from_str(text) {
            return Ok(Self::Literal(literal));
        }
        let plain = |char: char| char.is_ascii_alphanumeric() || ".*_".contains(char);
        if text.is_empty() || !text.chars().all(plain) {
            return Err(format!("neither a path nor JSON: {text}"));
        }
        Ok(Self::Path(text.to_owned()))
    }

    /// Its values: one, or as many as `*` finds.
    pub fn values(&self, scope: &Scope) -> Vec<Value> {
        match self {
            Self::Literal(value) => vec![value.clone()],
            Self::Path(path) => scope.values(path),
            Self::Count(path) => {
                let values = scope.values(path);
                let list = (!path.contains('*')).then(|| values.first()?.as_array().map(Vec::len)).flatten();
                let all = values.iter().filter(|value| !value.is_null()).count();
                vec![json!(list.unwrap_or(all))]
            }
            Self::Sum(terms) => {
                let values: Vec<_> = terms.iter().flat_map(|term| term.values(scope)).collect();
                vec![match values.iter().any(Value::is_array) {
                    true => {
                        values.into_iter().flat_map(|value| value.as_array().cloned().unwrap_or_default()).collect()
                    }
                    false => json!(values.iter().filter_map(Value::as_i64).sum::<i64>()),
                }]
            }
        }
    }

    /// Its value; null if there is none.
    pub fn value(&self, scope: &Scope) -> Value {
        self.values(scope).into_iter().next().unwrap_or_default()
    }

    pub fn roots<'a>(&'a self, roots: &mut Vec<&'a str>) {
        match self {
            Self::Literal(_) => {}
            Self::Path(path) | Self::Count(path) => roots.push(path.split('.').next().unwrap_or_default()),
            Self::Sum(terms) => terms.iter().for_each(|term| term.roots(roots)),
        }
    }
}

impl TryFrom<String> for Term {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        Self::read(&text)
    }
}

impl<'de> Deserialize<'de> for Term {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::read(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}
