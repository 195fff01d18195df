use std::collections::BTreeMap;

use serde_json::Value;

use crate::verify::Side;

/// At most this many values of one field are kept.
const MOST: usize = 64;

/// Values that fields of a name were seen to hold: in the contract's examples, and in what the target answered. Requests
/// made of them meet something that exists; requests made of random values hardly ever do.
#[derive(Debug, Clone, Default)]
pub(super) struct Pool(BTreeMap<String, Vec<Value>>);

impl Pool {
    /// The values that the contract's own examples hold.
    pub fn of_examples(side: Side) -> Self {
        let mut pool = Self::default();
        for operation in &side.contract().operations {
            for field in &operation.fields {
                let examples = field.schema["examples"].as_array().into_iter().flatten();
                examples.for_each(|value| pool.add(&field.name, value));
            }
            operation.examples.iter().for_each(|(_, body)| pool.learn(body));
        }
        pool
    }

    /// Keeps the scalars of `value` under the names of their fields.
    pub fn learn(&mut self, value: &Value) {
        match value {
            Value::Object(fields) => {
                for (name, value) in fields {
                    match value {
                        Value::Object(_) => self.learn(value),
                        Value::Array(items) => {
                            items.iter().for_each(|item| {
                                if item.is_object() { self.learn(item) } else { self.add(name, item) }
                            });
                        }
                        _ => self.add(name, value),
                    }
                }
            }
            Value::Array(items) => items.iter().for_each(|item| self.learn(item)),
            _ => {}
        }
    }

    fn add(&mut self, name: &str, value: &Value) {
        if !(value.is_string() || value.is_number()) {
            return;
        }
        let values = self.0.entry(name.to_owned()).or_default();
        if values.len() < MOST && !values.contains(value) {
            values.push(value.clone());
        }
    }

    /// What fields like `name` hold: those of the same name, and for lists (`orderIds`) those of one (`orderId`).
    pub fn values(&self, name: &str) -> &[Value] {
        let singular = name.strip_suffix('s').unwrap_or(name);
        self.0.get(name).or_else(|| self.0.get(singular)).map_or(&[], Vec::as_slice)
    }
}
