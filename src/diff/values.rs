use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::{change::Place, comparison::Comparison, rule::Rule};

type Schema = Map<String, Value>;

impl Comparison<'_> {
    /// Compares nullability and types. Whether the values have anything in common: if not, there is nothing more to say.
    pub(super) fn types(&mut self, place: &Place, old: &Schema, new: &Schema) -> bool {
        match (may_be_null(old), may_be_null(new)) {
            (false, true) => drop(self.found(place, Rule::BecameNullable, None, None)),
            (true, false) => drop(self.found(place, Rule::NoLongerNullable, None, None)),
            _ => {}
        }
        if self.differing(place, "type", (old, new), types).is_none() {
            return true;
        }
        let (was, is) = (type_names(old), type_names(new));
        let (gone, more) = (beyond(&was, &is), beyond(&is, &was));
        let rule = match (gone, more) {
            (false, false) => return true,
            (true, false) => Rule::TypeNarrowed,
            (false, true) => Rule::TypeWidened,
            (true, true) => Rule::TypeChanged,
        };
        self.found(place, rule, shown_type(old).as_ref(), shown_type(new).as_ref());
        let common = was.iter().any(|word| covers(&is, word)) || is.iter().any(|word| covers(&was, word));
        rule != Rule::TypeChanged || common
    }

    /// Compares `enum` and `const`. Null is the business of [`Self::types`].
    pub(super) fn enumeration(&mut self, place: &Place, old: &Schema, new: &Schema) {
        let listed = self.differing(place, "enum", (old, new), Value::as_array).is_some();
        match (old.get("const"), new.get("const")) {
            (Some(was), Some(is)) if listed => {
                self.found_of(place, Rule::UnknownKeywordChanged, "enum beside const", Some(was), Some(is));
            }
            (Some(was), Some(is)) if was != is => drop(self.found(place, Rule::ConstChanged, Some(was), Some(is))),
            (was, is) if listed || was != is => self.allowed_values(place, old, new),
            _ => {}
        }
    }

    fn allowed_values(&mut self, place: &Place, old: &Schema, new: &Schema) {
        match (allowed(old), allowed(new)) {
            (None, None) => {}
            (None, Some(is)) => drop(self.found(place, Rule::EnumAdded, None, Some(&is.into()))),
            (Some(was), None) => drop(self.found(place, Rule::EnumRemoved, Some(&was.into()), None)),
            (Some(was), Some(is)) => {
                for value in was.iter().filter(|value| !is.contains(value)) {
                    self.found(place, Rule::EnumValueRemoved, Some(value), None);
                }
                for value in is.iter().filter(|value| !was.contains(value)) {
                    self.found(place, Rule::EnumValueAdded, None, Some(value));
                }
            }
        }
    }

    /// Compares the format. Number formats are sizes, every other one is a language of its own.
    pub(super) fn format(&mut self, place: &Place, old: &Schema, new: &Schema) {
        let Some((was, is)) = self.differing(place, "format", (old, new), Value::as_str) else { return };
        let rule = match (was, is) {
            (Some("int32"), Some("int64")) | (Some("float"), Some("double")) | (_, None) => Rule::FormatWidened,
            (Some("int64"), Some("int32")) | (Some("double"), Some("float")) | (None, _) => Rule::FormatNarrowed,
            _ => Rule::FormatChanged,
        };
        self.found(place, rule, old.get("format"), new.get("format"));
    }

    /// Compares the pattern.
    pub(super) fn pattern(&mut self, place: &Place, old: &Schema, new: &Schema) {
        let Some((was, is)) = self.differing(place, "pattern", (old, new), Value::as_str) else { return };
        let rule = match (was, is) {
            (None, _) => Rule::PatternAdded,
            (_, None) => Rule::PatternRemoved,
            _ => Rule::PatternChanged,
        };
        self.found(place, rule, old.get("pattern"), new.get("pattern"));
    }

    /// Compares `uniqueItems`.
    pub(super) fn unique_items(&mut self, place: &Place, old: &Schema, new: &Schema) {
        let differing = self.differing(place, "uniqueItems", (old, new), Value::as_bool);
        match differing.map(|(was, is)| (was.unwrap_or(false), is.unwrap_or(false))) {
            Some((false, true)) => drop(self.found(place, Rule::UniqueItemsDemanded, None, None)),
            Some((true, false)) => drop(self.found(place, Rule::UniqueItemsDropped, None, None)),
            _ => {}
        }
    }
}

/// The words of a `type`, one or a list.
fn types(value: &Value) -> Option<BTreeSet<&str>> {
    match value {
        Value::String(word) => Some(BTreeSet::from([word.as_str()])),
        Value::Array(words) => words.iter().map(Value::as_str).collect(),
        _ => None,
    }
}

/// The types that a schema allows, but for null.
fn type_names(schema: &Schema) -> BTreeSet<&str> {
    let named = schema.get("type").and_then(types);
    let mut names = named.unwrap_or_else(|| BTreeSet::from(["array", "boolean", "number", "object", "string"]));
    names.remove("null");
    names
}

/// Whether `one` allows something that `other` does not.
fn beyond(one: &BTreeSet<&str>, other: &BTreeSet<&str>) -> bool {
    !one.iter().all(|word| covers(other, word))
}

fn covers(types: &BTreeSet<&str>, word: &str) -> bool {
    types.contains(word) || word == "integer" && types.contains("number")
}

/// The type as it is shown: one word, a list of words, or nothing for any; null is said elsewhere.
pub(super) fn shown_type(schema: &Schema) -> Option<Value> {
    schema.get("type")?;
    let names: Vec<_> = type_names(schema).into_iter().collect();
    Some(match names[..] {
        [only] => only.into(),
        _ => names.into(),
    })
}

/// The values that `const` or `enum` leaves, but for null.
fn allowed(schema: &Schema) -> Option<Vec<Value>> {
    let only = schema.get("const").map(|only| vec![only.clone()]);
    let values = only.or_else(|| schema.get("enum").and_then(Value::as_array).cloned())?;
    Some(values.into_iter().filter(|value| !value.is_null()).collect())
}

fn may_be_null(schema: &Schema) -> bool {
    let by_type = schema.get("type").and_then(types).is_none_or(|types| types.contains("null"));
    let by_enum = schema.get("enum").and_then(Value::as_array).is_none_or(|values| values.contains(&Value::Null));
    by_type && by_enum && schema.get("const").is_none_or(Value::is_null)
}
