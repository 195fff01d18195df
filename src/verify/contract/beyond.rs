use std::{collections::BTreeMap, sync::OnceLock};

use contracts::runtime::format;
use serde::Deserialize;
use serde_json::{Value, json};

/// A rule of requests that a schema cannot say: data in `contracts/cases/beyond-schema.yaml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Beyond {
    /// Its name, a sentence.
    pub rule: String,
    /// The section of the page.
    pub section: String,
    /// The ids of the operations that it holds for.
    pub operations: Vec<String>,
    product: Option<Product>,
    order: Option<Order>,
    choice: Option<Choice>,
    listed: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Product {
    of: [String; 2],
    absent: [i64; 2],
    at_most: i64,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Order {
    first: String,
    second: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Choice {
    given: String,
    allows: String,
    pairs: BTreeMap<i64, Vec<i64>>,
}

impl Beyond {
    /// All of them.
    ///
    /// # Panics
    /// When the file is broken; a test reads it.
    pub fn all() -> &'static [Self] {
        static RULES: OnceLock<Vec<Beyond>> = OnceLock::new();
        RULES.get_or_init(|| {
            let text = include_str!("../../../contracts/cases/beyond-schema.yaml");
            serde_saphyr::from_str(text).expect("beyond-schema.yaml holds rules")
        })
    }

    /// Those of one operation.
    pub fn of(operation: &str) -> impl Iterator<Item = &'static Self> {
        Self::all().iter().filter(move |rule| rule.operations.iter().any(|id| id == operation))
    }

    /// Whether the request `body`, which holds the schema, keeps to it.
    #[must_use]
    pub fn holds(&self, body: &Value) -> bool {
        if let Some(Product { of, absent, at_most }) = &self.product {
            let factor =
                |index: usize| body.pointer(&of[index]).and_then(Value::as_f64).unwrap_or(absent[index] as f64);
            return factor(0) * factor(1) <= *at_most as f64;
        }
        if let Some(Order { first, second }) = &self.order {
            let (first, second) = (text(body, first), text(body, second));
            return first.is_empty()
                || second.is_empty()
                || first[..16.min(first.len())] <= second[..16.min(second.len())];
        }
        if let Some(Choice { given, allows, pairs }) = &self.choice {
            let number = |place: &str| body.pointer(place).and_then(Value::as_f64).map(|number| number as i64);
            let allowed = number(given).and_then(|given| pairs.get(&given));
            return allowed.is_none_or(|allowed| number(allows).is_none_or(|value| allowed.contains(&value)));
        }
        self.listed.as_ref().is_none_or(|place| !format::items(text(body, place)).is_empty())
    }

    /// Changes a request that holds the schema so that it keeps to the rule too.
    pub fn repair(&self, body: &mut Value) {
        if self.holds(body) {
            return;
        }
        if let Some(Product { of, .. }) = &self.product {
            set(body, &of[0], json!(1));
        } else if let Some(Order { first, second }) = &self.order {
            let early = text(body, second).to_owned();
            let late = text(body, first).to_owned();
            set(body, first, early.into());
            set(body, second, late.into());
        } else if let Some(Choice { given, allows, pairs }) = &self.choice {
            let given = body.pointer(given).and_then(Value::as_f64).map(|number| number as i64);
            if let Some(first) = given.and_then(|given| pairs.get(&given)?.first()) {
                set(body, allows, json!(first));
            }
        } else if let Some(place) = &self.listed {
            set(body, place, json!("1"));
        }
    }

    /// Requests like `body` that break the rule and hold the schema, each with what it shows.
    #[must_use]
    pub fn breaches(&self, body: &Value) -> Vec<(String, Value)> {
        let with = |changes: &[(&str, Value)]| {
            let mut body = body.clone();
            changes.iter().for_each(|(place, value)| set(&mut body, place, value.clone()));
            body
        };
        let mut found = Vec::new();
        if let Some(Product { of: [first, second], at_most, .. }) = &self.product {
            for size in [2, 20, 200] {
                let number = at_most / size + 1;
                let body = with(&[(first.as_str(), json!(number)), (second.as_str(), json!(size))]);
                found.push((format!("{first} {number} of {second} {size}"), body));
            }
        }
        if let Some(Order { first, second }) = &self.order {
            let pairs = [("2024-02-01 00:00:00", "2024-01-31 23:59:59"), ("2024-02-01 00:01", "2024-02-01 00:00")];
            for (late, early) in pairs {
                let body = with(&[(first.as_str(), json!(late)), (second.as_str(), json!(early))]);
                found.push((format!("{first} {late}, {second} {early}"), body));
            }
        }
        if let Some(Choice { given, allows, pairs }) = &self.choice {
            let all: Vec<i64> = pairs.values().flatten().copied().collect();
            for (key, allowed) in pairs {
                for value in all.iter().filter(|value| !allowed.contains(value)) {
                    let body = with(&[(given.as_str(), json!(key)), (allows.as_str(), json!(value))]);
                    found.push((format!("{given} {key}, {allows} {value}"), body));
                }
            }
        }
        if let Some(place) = &self.listed {
            found.push((format!("{place} empty"), with(&[(place.as_str(), json!(""))])));
        }
        found.retain(|(_, body)| !self.holds(body));
        found
    }
}

fn text<'a>(body: &'a Value, place: &str) -> &'a str {
    body.pointer(place).and_then(Value::as_str).unwrap_or_default()
}

/// Sets a field of the outermost object.
fn set(body: &mut Value, place: &str, value: Value) {
    if let Some(fields) = body.as_object_mut() {
        fields.insert(place.trim_start_matches('/').to_owned(), value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verify::Side;

    #[test]
    fn every_rule_names_operations_and_fields_that_exist_and_can_be_broken_and_kept() {
        for rule in Beyond::all() {
            for id in &rule.operations {
                let found = Side::ALL.iter().find_map(|side| Some((side, side.contract().operation(id)?)));
                let (side, operation) = found.unwrap_or_else(|| panic!("{}: no operation {id}", rule.rule));
                let example = &operation.examples[0].1;
                let breaches = rule.breaches(example);
                assert!(!breaches.is_empty(), "{}: nothing breaks it", rule.rule);
                for (name, mut body) in breaches {
                    assert_eq!(side.document().violations(operation.info.request, &body), [], "{id}: {name}");
                    rule.repair(&mut body);
                    assert!(rule.holds(&body), "{id}: {name}: {body}");
                    assert_eq!(side.document().unknown_fields(operation.info.request, &body), [""; 0], "{id}: {name}");
                }
            }
        }
    }
}
