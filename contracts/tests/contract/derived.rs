use std::{collections::BTreeMap, sync::Arc};

use contracts::{
    internal::{self, InternalRoutes},
    polaris::{self, PolarisRoutes},
    runtime::{Document, faker::Samples},
    weichuang::{self, WeichuangRoutes},
};
use poem_openapi::{OpenApi, OpenApiService};
use serde_json::{Map, Value, json};

/// What both documents say in a form that does not depend on how they say it: references are followed, `allOf` is
/// merged, nullability is one mark, a closed set of integers is a range and one of strings a pattern, and prose is
/// left out. String formats are left out too, since poem-openapi has no way to carry one beside its own types; both
/// validators' tests hold those.
fn normalise(schema: &Value, root: &Value) -> Value {
    let mut out = Map::new();
    merge(schema, root, &mut out);
    Value::Object(out)
}

fn merge(schema: &Value, root: &Value, out: &mut Map<String, Value>) {
    if let Some(target) = schema["$ref"].as_str() {
        merge(root.pointer(target.trim_start_matches('#')).expect("a schema"), root, out);
    }
    for part in schema["allOf"].as_array().into_iter().flatten() {
        merge(part, root, out);
    }
    if schema["enum"] == json!([null]) {
        out.insert("type".into(), "null".into());
        return;
    }
    for (key, value) in schema.as_object().expect("a schema is an object") {
        match key.as_str() {
            "$ref" | "allOf" | "description" | "title" | "examples" | "x-faker" | "x-trim" => {}
            "type" => {
                let types: Vec<_> = value.as_array().map_or(vec![value.clone()], Clone::clone);
                if types.contains(&json!("null")) && types.len() > 1 {
                    out.insert("nullable".into(), true.into());
                }
                out.insert("type".into(), types[0].clone());
            }
            "nullable" => drop(value.as_bool().unwrap_or_default().then(|| out.insert("nullable".into(), true.into()))),
            "format" if schema["type"] != "integer" && schema["type"][0] != "integer" => {}
            "const" => closed(std::slice::from_ref(value), out),
            "enum" => closed(value.as_array().expect("a list"), out),
            "minimum" | "maximum" => drop(out.insert(key.clone(), json!(value.as_f64().expect("a number") as i64))),
            "items" => drop(out.insert(key.clone(), normalise(value, root))),
            "oneOf" => {
                let parts = value.as_array().expect("a list").iter().map(|part| normalise(part, root)).collect();
                out.insert(key.clone(), Value::Array(parts));
            }
            "properties" => {
                let all = out.entry("properties").or_insert_with(|| json!({})).as_object_mut().expect("an object");
                for (name, property) in value.as_object().expect("an object") {
                    all.insert(name.clone(), normalise(property, root));
                }
            }
            "required" => {
                let names = out.entry("required").or_insert_with(|| json!([])).as_array_mut().expect("a list");
                names.extend(value.as_array().expect("a list").iter().cloned());
                names.sort_by_key(|name| name.as_str().map(str::to_owned));
                if names.is_empty() {
                    out.remove("required");
                }
            }
            limit @ ("minLength" | "maxLength" | "pattern" | "minItems" | "maxItems" | "format") => {
                out.insert(limit.to_owned(), value.clone());
            }
            other => panic!("{other} is not compared"),
        }
    }
    if out.get("properties") == Some(&json!({})) {
        out.remove("properties");
    }
}

fn closed(values: &[Value], out: &mut Map<String, Value>) {
    let numbers: Vec<_> = values.iter().filter_map(Value::as_i64).collect();
    if let (Some(least), Some(greatest)) = (numbers.iter().min(), numbers.iter().max()) {
        out.insert("minimum".into(), json!(least));
        out.insert("maximum".into(), json!(greatest));
    } else {
        let texts: Vec<_> = values.iter().filter_map(Value::as_str).collect();
        out.insert("pattern".into(), format!("^({})$", texts.join("|")).into());
    }
}

/// Operation → (part of it → normalised schema).
fn operations(root: &Value) -> BTreeMap<String, BTreeMap<String, Value>> {
    let mut operations = BTreeMap::new();
    for (path, item) in root["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("a path item") {
            let mut parts = BTreeMap::new();
            parts.insert("operationId".to_owned(), operation["operationId"].clone());
            parts.insert("summary".to_owned(), operation["summary"].clone());
            let body = &operation["requestBody"];
            parts.insert("request required".to_owned(), body["required"].clone());
            parts.insert("request".to_owned(), content(body, root));
            for (status, response) in operation["responses"].as_object().expect("responses") {
                let shared = response["$ref"].as_str().and_then(|target| root.pointer(target.trim_start_matches('#')));
                parts.insert(format!("reply {status}"), content(shared.unwrap_or(response), root));
            }
            operations.insert(format!("{method} {path}"), parts);
        }
    }
    operations
}

fn content(body: &Value, root: &Value) -> Value {
    let (_, media) = body["content"].as_object().expect("content").iter().next().expect("a media type");
    normalise(&media["schema"], root)
}

fn compare(document: &Document, api: impl OpenApi + 'static, count: usize) {
    let derived: Value = serde_json::from_str(&OpenApiService::new(api, "derived", "1").spec()).expect("JSON");
    let contract: Value = serde_json::from_str(document.json).expect("JSON");
    let (derived, contract) = (operations(&derived), operations(&contract));
    assert_eq!(contract.len(), count);
    assert_eq!(derived.keys().collect::<Vec<_>>(), contract.keys().collect::<Vec<_>>());
    for (operation, parts) in &contract {
        let derived = &derived[operation];
        assert_eq!(derived.keys().collect::<Vec<_>>(), parts.keys().collect::<Vec<_>>(), "{operation}");
        for (part, expected) in parts {
            assert_eq!(&derived[part], expected, "{operation}, {part}: derived ≠ contract");
        }
    }
}

#[test]
fn the_document_derived_from_the_handlers_of_weichuang_is_the_contract() {
    compare(&weichuang::DOCUMENT, WeichuangRoutes::new(Arc::new(Samples { seed: 0 })), 9);
}

#[test]
fn the_document_derived_from_the_handlers_of_polaris_is_the_contract() {
    compare(&polaris::DOCUMENT, PolarisRoutes::new(Arc::new(Samples { seed: 0 })), 25);
}

#[test]
fn the_document_derived_from_the_internal_handlers_is_the_contract() {
    compare(&internal::DOCUMENT, InternalRoutes::new(Arc::new(Samples { seed: 0 })), 10);
}
