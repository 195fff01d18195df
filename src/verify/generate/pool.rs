use std::collections::BTreeMap;

use fastrand::Rng;
use serde_json::Value;

use crate::verify::Side;

/// At most this many values of one field from one source are kept.
const MOST: usize = 64;
/// At most this many names of fields are known: the contract has far fewer.
const NAMES: usize = 1_000;
/// A longer name or value is not kept.
const LONGEST: usize = 1 << 10;

/// Values that fields of a name were seen to hold: in the contract's examples, and in what the target answered. Requests
/// made of them meet something that exists; requests made of random values hardly ever do. They are kept by their source:
/// an `id` from a list of refunds is another thing than one from a list of members, and what there are few of must not
/// drown.
#[derive(Debug, Clone, Default)]
pub(in crate::verify) struct Pool(BTreeMap<String, Vec<Source>>);

#[derive(Debug, Clone)]
struct Source {
    name: &'static str,
    values: Vec<Value>,
}

impl Pool {
    /// The values that the contract's own examples hold.
    pub fn of_examples(side: Side) -> Self {
        let mut pool = Self::default();
        for operation in &side.contract().operations {
            for field in &operation.fields {
                let examples = field.schema["examples"].as_array().into_iter().flatten();
                examples.for_each(|value| pool.add("examples", &field.name, value));
            }
            operation.examples.iter().for_each(|(_, body)| pool.learn("examples", body));
        }
        pool
    }

    /// Keeps the scalars of `value`, which came from `source`, under the names of their fields.
    pub fn learn(&mut self, source: &'static str, value: &Value) {
        match value {
            Value::Object(fields) => fields.iter().for_each(|(name, value)| self.learn_field(source, name, value)),
            Value::Array(items) => items.iter().for_each(|item| self.learn(source, item)),
            _ => {}
        }
    }

    fn learn_field(&mut self, source: &'static str, name: &str, value: &Value) {
        match value {
            Value::Object(_) => self.learn(source, value),
            Value::Array(items) => items.iter().for_each(|item| self.learn_field(source, name, item)),
            _ => self.add(source, name, value),
        }
    }

    fn add(&mut self, source: &'static str, name: &str, value: &Value) {
        if !(value.is_number() || value.as_str().is_some_and(|text| text.len() <= LONGEST)) {
            return;
        }
        if !self.0.contains_key(name) && (self.0.len() >= NAMES || name.len() > LONGEST) {
            return;
        }
        let sources = self.0.entry(name.to_owned()).or_default();
        let index = sources.iter().position(|each| each.name == source).unwrap_or_else(|| {
            sources.push(Source { name: source, values: Vec::new() });
            sources.len() - 1
        });
        let values = &mut sources[index].values;
        if values.len() < MOST && !values.contains(value) {
            values.push(value.clone());
        }
    }

    /// The first value that a field like `name` was seen to hold.
    pub fn first(&self, name: &str) -> Option<&Value> {
        self.sources(name).first()?.values.first()
    }

    /// Some value that a field like `name` was seen to hold, from some source.
    pub fn any(&self, name: &str, rng: &mut Rng) -> Option<&Value> {
        let sources = self.sources(name);
        let source = sources.get(rng.usize(..sources.len().max(1)))?;
        source.values.get(rng.usize(..source.values.len().max(1)))
    }

    /// The fields of the same name, or for lists (`orderIds`) those of one (`orderId`).
    fn sources(&self, name: &str) -> &[Source] {
        let singular = name.strip_suffix('s').unwrap_or(name);
        self.0.get(name).or_else(|| self.0.get(singular)).map_or(&[], Vec::as_slice)
    }
}
