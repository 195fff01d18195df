use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::contract::Contract;

impl Contract {
    /// The schema at `node` as one mapping: what it refers to, what stands beside the reference, and the parts of
    /// `allOf`, as far as they can be said in one. A value that is null or one other thing is that thing, nullable.
    pub(super) fn schema(&self, node: &Value) -> Map<String, Value> {
        let mut flat = self.merged(node, &mut BTreeSet::new());
        for keyword in ["oneOf", "anyOf"] {
            let other = or_null(flat.get(keyword)).map(|other| self.merged(other, &mut BTreeSet::new()));
            // One without a type would be nullable before and after, and the difference be lost.
            if let Some(other) = other.filter(|other| other.contains_key("type")) {
                flat.remove(keyword);
                merge(&mut flat, nullable(other));
            }
        }
        flat
    }

    /// `merged_before` are the references that are part of the same mapping already: one that comes again, by another way or
    /// within itself, adds nothing.
    fn merged(&self, node: &Value, merged_before: &mut BTreeSet<String>) -> Map<String, Value> {
        let mut flat = match node {
            Value::Object(map) => map.clone(),
            Value::Bool(true) => Map::new(),
            Value::Bool(false) => Map::from_iter([("not".to_owned(), json!({}))]),
            other => Map::from_iter([("(no schema)".to_owned(), other.clone())]),
        };
        let parts = match flat.get("allOf") {
            Some(Value::Array(_)) => flat.remove("allOf").and_then(|parts| parts.as_array().cloned()),
            _ => None,
        };
        if let Some(Value::String(reference)) = flat.get("$ref").cloned() {
            flat.remove("$ref");
            if merged_before.insert(reference.clone()) {
                let target = self.target(&reference).map(|target| self.merged(target, merged_before));
                merge(&mut flat, target.unwrap_or_default());
            }
        }
        for part in parts.into_iter().flatten() {
            merge(&mut flat, self.merged(&part, merged_before));
        }
        flat
    }
}

/// The alternative beside null, if there are just these two.
fn or_null(alternatives: Option<&Value>) -> Option<&Value> {
    let null = |node: &Value| *node == json!({"type": "null"});
    match &alternatives?.as_array()?[..] {
        [other, node] | [node, other] if null(node) && !null(other) => Some(other),
        _ => None,
    }
}

fn nullable(mut schema: Map<String, Value>) -> Map<String, Value> {
    match schema.get_mut("type") {
        Some(Value::Array(types)) if !types.contains(&json!("null")) => types.push(json!("null")),
        Some(only @ Value::String(_)) => *only = json!([only, "null"]),
        _ => {}
    }
    match schema.get_mut("enum") {
        Some(Value::Array(values)) if !values.contains(&Value::Null) => values.push(Value::Null),
        _ => {}
    }
    match schema.remove("const") {
        Some(Value::Null) | None => {}
        Some(only) => drop(schema.insert("enum".to_owned(), json!([only, null]))),
    }
    schema
}

/// Adds what `more` demands to `schema`. Where both use a keyword, limits become those that hold both, words are kept side
/// by side, and the outer default wins; what cannot be said so stays in `allOf`.
fn merge(schema: &mut Map<String, Value>, more: Map<String, Value>) {
    let mut left = Map::new();
    for (keyword, value) in more {
        let Some(own) = schema.get_mut(&keyword) else {
            schema.insert(keyword, value);
            continue;
        };
        if *own == value {
            continue;
        }
        match (keyword.as_str(), own, value) {
            ("default" | "deprecated", _, _) => {}
            ("description" | "title" | "examples" | "example", own, value) => *own = json!([own, value]),
            (word, own, value) if word.starts_with("x-") => *own = json!([own, value]),
            ("required" | "allOf", Value::Array(own), Value::Array(more)) => {
                let more: Vec<_> = more.into_iter().filter(|item| !own.contains(item)).collect();
                own.extend(more);
            }
            ("properties", Value::Object(own), Value::Object(more)) => {
                for (name, property) in more {
                    let both = match own.remove(&name) {
                        Some(own) if own != property => both(own, property),
                        _ => property,
                    };
                    own.insert(name, both);
                }
            }
            ("enum", Value::Array(own), Value::Array(more)) => own.retain(|value| more.contains(value)),
            ("type", own, more) if common_type(own, &more).is_some() => {
                *own = common_type(own, &more).unwrap_or_default();
            }
            ("minimum" | "exclusiveMinimum" | "minLength" | "minItems" | "minProperties", own, more)
                if own.is_number() && more.is_number() =>
            {
                if own.as_f64() < more.as_f64() {
                    *own = more;
                }
            }
            ("maximum" | "exclusiveMaximum" | "maxLength" | "maxItems" | "maxProperties", own, more)
                if own.is_number() && more.is_number() =>
            {
                if own.as_f64() > more.as_f64() {
                    *own = more;
                }
            }
            (_, _, value) => drop(left.insert(keyword, value)),
        }
    }
    if !left.is_empty() {
        let parts = schema.entry("allOf").or_insert_with(|| json!([]));
        if let Value::Array(parts) = parts {
            parts.push(left.into());
        }
    }
}

/// What demands `one` and `other`, each of their parts once.
fn both(one: Value, other: Value) -> Value {
    let parts = |node: Value| match node {
        Value::Object(map) if map.len() == 1 && map.get("allOf").is_some_and(Value::is_array) => {
            map.into_iter().flat_map(|(_, parts)| parts.as_array().cloned().unwrap_or_default()).collect()
        }
        other => vec![other],
    };
    let mut all = parts(one);
    for part in parts(other) {
        if !all.contains(&part) {
            all.push(part);
        }
    }
    json!({ "allOf": all })
}

/// The types that both allow, if any are.
fn common_type(one: &Value, other: &Value) -> Option<Value> {
    let list = |types: &Value| types.as_array().cloned().unwrap_or_else(|| vec![types.clone()]);
    let others = list(other);
    let common: Vec<_> = list(one).into_iter().filter(|word| others.contains(word)).collect();
    match &common[..] {
        [] => None,
        [only] => Some(only.clone()),
        _ => Some(common.into()),
    }
}
