use contracts::{internal, polaris, runtime::Document, weichuang};
use serde_json::Value;

/// Holds every `examples` of a request or reply body against the schema beside it, and counts them.
fn check(document: &Document, node: &Value, place: &str, found: &mut Vec<String>) -> usize {
    let mut count = 0;
    match node {
        Value::Object(fields) => {
            if let (Some(schema), Some(Value::Object(examples))) = (fields.get("schema"), fields.get("examples")) {
                let name =
                    schema["$ref"].as_str().and_then(|target| target.rsplit('/').next()).expect("a named schema");
                for (key, example) in examples {
                    count += 1;
                    let violations = document.violations(name, &example["value"]);
                    found.extend(violations.iter().map(|violation| format!("{place}/examples/{key}: {violation}")));
                }
            }
            for (key, value) in fields {
                count += check(document, value, &format!("{place}/{}", key.replace('/', "~1")), found);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                count += check(document, item, &format!("{place}/{index}"), found);
            }
        }
        _ => {}
    }
    count
}

#[test]
fn every_example_is_valid_against_its_own_schema() {
    for (document, operations) in [
        (&weichuang::DOCUMENT, weichuang::OPERATIONS.len()),
        (&polaris::DOCUMENT, polaris::OPERATIONS.len()),
        (&internal::DOCUMENT, internal::OPERATIONS.len()),
    ] {
        let root: Value = serde_json::from_str(document.json).expect("JSON");
        let mut found = Vec::new();
        let count = check(document, &root, "#", &mut found);
        assert_eq!(found, [""; 0]);
        assert!(count >= 2 * operations, "{count} examples for {operations} operations");
    }
}

#[test]
fn every_operation_has_an_example_of_its_request_and_of_its_reply_and_every_failure_has_one() {
    for document in [&weichuang::DOCUMENT, &polaris::DOCUMENT, &internal::DOCUMENT] {
        let root: Value = serde_json::from_str(document.json).expect("JSON");
        let has_examples = |body: &Value| {
            body["content"]["application/json"]["examples"].as_object().is_some_and(|examples| !examples.is_empty())
        };
        for (path, item) in root["paths"].as_object().expect("paths") {
            let post = &item["post"];
            assert!(has_examples(&post["requestBody"]), "{path}: no request example");
            for (status, response) in post["responses"].as_object().expect("responses") {
                let shared = response["$ref"].as_str().and_then(|target| root.pointer(target.trim_start_matches('#')));
                assert!(has_examples(shared.unwrap_or(response)), "{path}: no example of the reply {status}");
            }
        }
    }
}

#[test]
fn an_example_that_violates_its_schema_would_be_found() {
    let violations = weichuang::DOCUMENT.violations("QueryUserRequest", &serde_json::json!({"phoneNo": "123"}));
    assert_eq!(violations.iter().map(|violation| violation.rule.as_str()).collect::<Vec<_>>(), ["pattern"]);
}
