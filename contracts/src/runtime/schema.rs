use std::{collections::BTreeMap, sync::OnceLock};

use jsonschema::{PatternOptions, ValidationError, Validator, error::ValidationErrorKind};
use serde_json::{Map, Value, json};

use super::{Rule, Violation, format, pointer};

/// A document of the contract: its text, and a JSON Schema validator for each of its component schemas, built from
/// that text when it is first needed.
pub struct Document {
    /// The hand-written source.
    pub yaml: &'static str,
    /// The same document as JSON.
    pub json: &'static str,
    components: OnceLock<Components>,
}

struct Components {
    schemas: Map<String, Value>,
    validators: BTreeMap<String, OnceLock<Validator>>,
}

impl Document {
    /// A document from its source and the same as JSON.
    #[must_use]
    pub const fn new(yaml: &'static str, json: &'static str) -> Self {
        Self { yaml, json, components: OnceLock::new() }
    }

    /// All violations of `value` against the component schema `name` (at most [`Violation::LIMIT`]), sorted by place.
    ///
    /// # Panics
    /// When the document has no such schema, or is no valid one: the generator has made sure of both.
    #[must_use]
    pub fn violations(&self, name: &str, value: &Value) -> Vec<Violation> {
        let mut violations: Vec<_> =
            self.validator(name).iter_errors(value).take(Violation::LIMIT).map(|error| describe(&error)).collect();
        violations.sort();
        violations
    }

    /// JSON Pointers of the required fields that `value` lacks, however many they are.
    #[cfg(feature = "client")]
    pub(super) fn missing(&self, name: &str, value: &Value) -> Vec<String> {
        let errors = self.validator(name).iter_errors(value);
        errors.filter_map(|error| missing_field(&error)).collect()
    }

    /// The JSON Pointers of the fields of `value` that the component schema `name` does not have.
    #[must_use]
    pub fn unknown_fields(&self, name: &str, value: &Value) -> Vec<String> {
        let schemas = &self.components().schemas;
        let mut found = Vec::new();
        unknown_fields(&schemas[name], schemas, value, "", &mut found);
        found
    }

    fn components(&self) -> &Components {
        self.components.get_or_init(|| {
            let mut document: Value = serde_json::from_str(self.json).expect("the generator wrote valid JSON");
            let Value::Object(schemas) = document["components"]["schemas"].take() else {
                panic!("the generator wrote component schemas")
            };
            let validators = schemas.keys().map(|name| (name.clone(), OnceLock::new())).collect();
            Components { schemas, validators }
        })
    }

    fn validator(&self, name: &str) -> &Validator {
        let components = self.components();
        components.validators[name].get_or_init(|| {
            let mut needed = Map::new();
            collect(name, &components.schemas, &mut needed);
            let root = json!({"$ref": reference(name), "components": {"schemas": needed}});
            let mut options = jsonschema::options()
                .with_draft(jsonschema::Draft::Draft202012)
                .with_pattern_options(PatternOptions::regex())
                .should_validate_formats(true);
            for (format, holds) in format::FORMATS {
                options = options.with_format(*format, holds);
            }
            options.build(&root).expect("the generator refuses what is no schema")
        })
    }
}

fn unknown_fields(schema: &Value, schemas: &Map<String, Value>, value: &Value, place: &str, found: &mut Vec<String>) {
    let target = schema["$ref"].as_str().and_then(|target| target.rsplit('/').next());
    let schema = target.map_or(schema, |name| &schemas[name]);
    match value {
        Value::Object(fields) => {
            for (key, value) in fields {
                let place = pointer::join(place, key);
                match schema["properties"].get(key) {
                    Some(property) => unknown_fields(property, schemas, value, &place, found),
                    None => found.push(place),
                }
            }
        }
        Value::Array(items) if schema["items"].is_object() => {
            for (index, item) in items.iter().enumerate() {
                unknown_fields(&schema["items"], schemas, item, &pointer::join(place, &index.to_string()), found);
            }
        }
        _ => {}
    }
}

fn reference(name: &str) -> String {
    format!("#/components/schemas/{name}")
}

/// Copies the schema `name` and all that it refers to.
fn collect(name: &str, schemas: &Map<String, Value>, into: &mut Map<String, Value>) {
    if into.contains_key(name) {
        return;
    }
    let schema = &schemas[name];
    into.insert(name.to_owned(), schema.clone());
    visit_references(schema, &mut |target| collect(target, schemas, into));
}

fn visit_references(schema: &Value, visit: &mut impl FnMut(&str)) {
    match schema {
        Value::Object(fields) => {
            for (key, value) in fields {
                match value.as_str().and_then(|target| target.strip_prefix("#/components/schemas/")) {
                    Some(target) if key == "$ref" => visit(target),
                    _ => visit_references(value, visit),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| visit_references(item, visit)),
        _ => {}
    }
}

/// The place of the required field that is not there.
fn missing_field(error: &ValidationError<'_>) -> Option<String> {
    let ValidationErrorKind::Required { property } = error.kind() else { return None };
    Some(pointer::join(error.instance_path().as_str(), property.as_str()?))
}

/// The violation that a validation error stands for, without the value that it refuses.
fn describe(error: &ValidationError<'_>) -> Violation {
    use ValidationErrorKind as Kind;
    let place = error.instance_path().as_str();
    let limit = |limit: &Value| limit.as_i64().unwrap_or_default();
    let expected;
    let rule = match error.kind() {
        Kind::Required { .. } => return Violation::new(missing_field(error).unwrap_or_default(), Rule::Required),
        Kind::Type { kind } => {
            expected = match kind {
                jsonschema::error::TypeKind::Single(kind) => kind.to_string(),
                jsonschema::error::TypeKind::Multiple(kinds) => kinds
                    .iter()
                    .map(|kind| kind.to_string())
                    .filter(|kind| kind != "null")
                    .collect::<Vec<_>>()
                    .join("|"),
            };
            Rule::Type(&expected)
        }
        Kind::Constant { .. } => Rule::Const,
        Kind::Enum { .. } => Rule::Enum,
        Kind::Minimum { limit: value } => Rule::Minimum(limit(value)),
        Kind::Maximum { limit: value } => Rule::Maximum(limit(value)),
        Kind::MinLength { limit } => Rule::MinLength(*limit),
        Kind::MaxLength { limit } => Rule::MaxLength(*limit),
        Kind::Pattern { .. } => Rule::Pattern,
        Kind::Format { format } => Rule::Format(format),
        Kind::MinItems { limit } => Rule::MinItems(*limit),
        Kind::MaxItems { limit } => Rule::MaxItems(*limit),
        other => Rule::Other(other.keyword()),
    };
    Violation::new(place, rule)
}
