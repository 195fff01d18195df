use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{
    change::Place,
    comparison::Comparison,
    fields::{Field, Fields},
    limits,
    rule::Rule,
};

type Schema = Map<String, Value>;

/// No schema says more than this.
static ANYTHING: Value = Value::Bool(true);

/// Deeper than any message; a schema that goes further down is recursive in a way that is not seen as such.
const DEEPEST: usize = 64;

/// The keywords that a rule is for, beside the limits.
const READ: [&str; 13] = [
    "additionalProperties",
    "anyOf",
    "const",
    "default",
    "enum",
    "format",
    "items",
    "oneOf",
    "pattern",
    "properties",
    "required",
    "type",
    "uniqueItems",
];

/// Words for people that are keywords of a schema.
const WORDS: [&str; 4] = ["$comment", "example", "examples", "$schema"];

impl Comparison<'_> {
    /// Compares what may stand at `place`.
    pub(super) fn schema(&mut self, old: &Value, new: &Value, place: &Place) {
        if self.same(Some(old), Some(new)) {
            return;
        }
        let pair = (old.clone(), new.clone());
        if self.recursive.contains(&pair) {
            return;
        }
        if let Some(index) = self.under_way.iter().position(|(other, _)| *other == pair) {
            self.under_way[index..].iter_mut().for_each(|(_, recursive)| *recursive = true);
            return;
        }
        if self.under_way.len() == DEEPEST {
            self.found_of(place, Rule::UnknownKeywordChanged, "(nested too deeply)", None, None);
            return;
        }
        if !self.places.take(&pair) {
            return;
        }
        self.under_way.push((pair, false));
        self.flat_schema(place, &self.old.schema(old), &self.new.schema(new));
        let ended = self.under_way.pop();
        self.recursive.extend(ended.filter(|(_, recursive)| *recursive).map(|(pair, _)| pair));
    }

    fn flat_schema(&mut self, place: &Place, old: &Schema, new: &Schema) {
        if !self.types(place, old, new) {
            return;
        }
        self.enumeration(place, old, new);
        self.format(place, old, new);
        self.pattern(place, old, new);
        self.limits(place, old, new);
        self.unique_items(place, old, new);
        self.items(place, old, new);
        self.object(place, old, new);
        self.alternatives(place, "oneOf", old, new);
        self.alternatives(place, "anyOf", old, new);
        if !self.same(old.get("default"), new.get("default")) {
            self.found(place, Rule::DefaultChanged, old.get("default"), new.get("default"));
        }
        let read: Vec<_> = READ.into_iter().chain(limits::keywords()).collect();
        self.others(place, old, new, &read, &WORDS);
    }

    fn items(&mut self, place: &Place, old: &Schema, new: &Schema) {
        let (was, is) = (old.get("items").unwrap_or(&ANYTHING), new.get("items").unwrap_or(&ANYTHING));
        self.schema(was, is, &place.every());
    }

    fn object(&mut self, place: &Place, old: &Schema, new: &Schema) {
        // Only to hear of forms that cannot be read.
        let _ = self.differing(place, "properties", (old, new), Value::as_object);
        let _ = self.differing(place, "required", (old, new), names);
        self.fields(place, &fields(old), &fields(new), |comparison, old, new, at| comparison.schema(old, new, at));
        let others = |schema: &Schema| schema.get("additionalProperties").unwrap_or(&ANYTHING).clone();
        match (others(old), others(new)) {
            (Value::Bool(false), Value::Bool(false)) => {}
            (_, Value::Bool(false)) => drop(self.found(place, Rule::AdditionalFieldsRefused, None, None)),
            (Value::Bool(false), _) => drop(self.found(place, Rule::AdditionalFieldsAllowed, None, None)),
            (was, is) => self.schema(&was, &is, &place.every()),
        }
    }

    fn alternatives(&mut self, place: &Place, keyword: &str, old: &Schema, new: &Schema) {
        let (was, is) = match self.differing(place, keyword, (old, new), Value::as_array) {
            None => return,
            Some((Some(was), Some(is))) => (labelled(was), labelled(is)),
            Some(_) => {
                self.found(place, Rule::AlternativesChanged, old.get(keyword), new.get(keyword));
                return;
            }
        };
        for (label, node) in &was {
            match is.get(label) {
                Some(other) => self.schema(node, other, &place.alternative(label)),
                None => drop(self.found(place, Rule::AlternativeRemoved, Some(&json!(label)), None)),
            }
        }
        for label in is.keys().filter(|label| !was.contains_key(*label)) {
            self.found(place, Rule::AlternativeAdded, None, Some(&json!(label)));
        }
    }
}

fn names(list: &Value) -> Option<Vec<&str>> {
    list.as_array()?.iter().map(Value::as_str).collect()
}

/// The fields of an object. One that is only demanded may be anything.
fn fields(schema: &Schema) -> Fields {
    let required = schema.get("required").and_then(names).unwrap_or_default();
    let demanded = required.iter().map(|name| (*name, &ANYTHING));
    let properties = schema.get("properties").and_then(Value::as_object).into_iter().flatten();
    let nodes: BTreeMap<_, _> = demanded.chain(properties.map(|(name, node)| (name.as_str(), node))).collect();
    let field = |name: &str, node: &Value| Field { required: required.contains(&name), node: node.clone() };
    Fields {
        all: nodes.into_iter().map(|(name, node)| (name.to_owned(), field(name, node))).collect(),
        closed: schema.get("additionalProperties") == Some(&Value::Bool(false)),
    }
}

/// Alternatives by what they are called: the last part of a reference, a title, or else the place in the list.
fn labelled(alternatives: &[Value]) -> BTreeMap<String, &Value> {
    let mut labelled = BTreeMap::new();
    for (index, node) in alternatives.iter().enumerate() {
        let reference = node.get("$ref").and_then(Value::as_str).and_then(|to| to.rsplit('/').next());
        let label = reference.or_else(|| node.get("title").and_then(Value::as_str)).map(str::to_owned);
        let label = label.filter(|label| !labelled.contains_key(label));
        labelled.insert(label.unwrap_or_else(|| (index + 1).to_string()), node);
    }
    labelled
}
