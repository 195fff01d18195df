use std::collections::BTreeSet;

use contracts::runtime::{Document, Violation, Wire, parse, read, read_strictly};
use serde_json::{Value, json};

use super::{BodyVisitor, every_body, samples::sample};

/// Values that some field somewhere must refuse, and some must accept.
fn values() -> Vec<Value> {
    let long = |text: &str, times: usize| Value::from(text.repeat(times));
    let mut values = vec![
        json!(null),
        json!(true),
        json!(0),
        json!(-1),
        json!(1),
        json!(2),
        json!(3),
        json!(2.0),
        json!(1.5),
        json!(1e300),
        json!(100),
        json!(200),
        json!(201),
        json!(500),
        json!(1000),
        json!(2_147_483_647),
        json!(2_147_483_648_i64),
        json!(9_007_199_254_740_991_i64),
        json!(9_007_199_254_740_992_i64),
        json!(9_007_199_254_740_994.0),
        json!(u64::MAX),
        json!(i64::MIN),
        json!(""),
        json!(" "),
        json!("x"),
        json!("A,B,,"),
        json!("1, 2,9007199254740991"),
        json!("0"),
        json!("A B"),
        json!("13333111222"),
        json!("23333111222"),
        json!("133331112220"),
        json!("１３333111222"),
        json!("2023-02-30 10:00:00"),
        json!("2023-02-28 10:00"),
        json!("2023-02-28 10:00:61"),
        json!("2023-02-28"),
        json!("1976-03-02"),
        json!("2024-02-29 10:00:00"),
        json!("2023-02-29"),
        json!("\u{0}"),
        json!("a\u{0}b"),
        json!("90.00000000"),
        json!("90.1"),
        json!("-180"),
        json!("180.000000001"),
        json!("0.5"),
        json!("199.00"),
        json!("199.0"),
        json!("月卡"),
        json!("pending"),
        json!("张三"),
        json!("a\nb"),
        json!("13333111222\n"),
        json!([]),
        json!({}),
        json!([null]),
        json!([1]),
        json!(["A"]),
        json!(["A", 1]),
        json!([{}]),
        json!([[]]),
        json!({"a": 1}),
    ];
    values.extend(
        [32, 33, 64, 65, 200, 201, 500, 501].into_iter().flat_map(|times| [long("张", times), long("a", times)]),
    );
    let ids = |count: usize| Value::from((1..=count).map(|id| id.to_string()).collect::<Vec<_>>().join(","));
    values.extend([ids(100), ids(101), ids(500), ids(501), long("9", 16), long("9", 17), long("a,", 20_001)]);
    values
}

/// Every value that differs from `value` in one place: something else there, nothing there, more there.
fn mutants(value: &Value) -> Vec<Value> {
    let mut mutants = Vec::new();
    for pointer in pointers(value, String::new()) {
        let at = |change: &dyn Fn(&mut Value)| {
            let mut mutant = value.clone();
            change(mutant.pointer_mut(&pointer).expect("a place of the value"));
            mutant
        };
        mutants.extend(values().into_iter().map(|other| at(&|place| *place = other.clone())));
        match value.pointer(&pointer).expect("a place of the value") {
            Value::Object(fields) => {
                mutants.extend(
                    fields.keys().map(|key| at(&|place| drop(place.as_object_mut().expect("an object").remove(key)))),
                );
                mutants.push(at(&|place| {
                    drop(place.as_object_mut().expect("an object").insert("unknown".into(), json!([])))
                }));
            }
            Value::Array(items) if !items.is_empty() => {
                mutants.extend(
                    [1, 100, 101, 200, 201, 500, 501]
                        .map(|count| at(&|place| *place = vec![items[0].clone(); count].into())),
                );
            }
            _ => {}
        }
    }
    mutants
}

/// The places of `value`; of a list, the first item alone.
fn pointers(value: &Value, pointer: String) -> Vec<String> {
    let children: Vec<_> = match value {
        Value::Object(fields) => fields.iter().map(|(key, value)| (key.clone(), value)).collect(),
        Value::Array(items) => items.first().map(|item| ("0".to_owned(), item)).into_iter().collect(),
        _ => Vec::new(),
    };
    let below = children.into_iter().flat_map(|(key, child)| pointers(child, format!("{pointer}/{key}")));
    below.chain([pointer.clone()]).collect()
}

#[derive(Default)]
struct Agreement {
    accepted: usize,
    refused: usize,
    rules: BTreeSet<String>,
    differences: Vec<String>,
}

impl Agreement {
    fn compare<T: Wire>(&mut self, document: &'static Document, schema: &'static str, value: &Value) {
        let by_schema = document.violations(schema, value);
        let parsed = parse::<T>(&value.to_string());
        let by_code = parsed.map(|reading| sorted(reading.value.validate()));
        let agree = match &by_code {
            Ok(by_code) => *by_code == by_schema,
            Err(_) => !by_schema.is_empty(),
        };
        if !agree && self.differences.len() < 20 {
            let by_code = by_code.map_err(|error| error.to_string());
            self.differences
                .push(format!("{schema}\n  code:   {by_code:?}\n  schema: {by_schema:?}\n  value: {value}"));
        }
        match by_schema.is_empty() {
            true => self.accepted += 1,
            false => self.refused += 1,
        }
        self.rules.extend(by_schema.into_iter().map(|violation| violation.rule));
    }
}

fn sorted(mut violations: Vec<Violation>) -> Vec<Violation> {
    violations.sort();
    violations
}

impl BodyVisitor for Agreement {
    fn body<T: Wire>(&mut self, document: &'static Document, schema: &'static str) {
        // The sample with most in it has the most places to change.
        let fullest = (0..20).map(sample::<T>).map(|sample| serde_json::to_value(sample).expect("JSON"));
        let fullest = fullest.max_by_key(|value| pointers(value, String::new()).len()).expect("a sample");
        self.compare::<T>(document, schema, &fullest);
        for mutant in mutants(&fullest) {
            self.compare::<T>(document, schema, &mutant);
        }
    }
}

#[test]
fn the_generated_validator_and_the_json_schema_validator_agree_on_every_value() {
    let mut agreement = Agreement::default();
    every_body(&mut agreement);
    assert!(agreement.differences.is_empty(), "{}", agreement.differences.join("\n"));
    assert!(
        agreement.accepted > 1000 && agreement.refused > 10_000,
        "{} accepted, {} refused",
        agreement.accepted,
        agreement.refused
    );
    let rules: Vec<_> = agreement.rules.iter().map(String::as_str).collect();
    let all = [
        "const",
        "enum",
        "format",
        "maxItems",
        "maxLength",
        "maximum",
        "minItems",
        "minLength",
        "minimum",
        "pattern",
        "required",
        "type",
    ];
    assert_eq!(rules, all, "the corpus meets every rule");
}

#[test]
fn a_body_that_repeats_a_key_is_refused_at_that_key() {
    let body = br#"{"batteryCode": "BT0001", "batteryCode": "BT0002"}"#;
    let violations = read::<contracts::weichuang::QueryBatteriesRequest>(
        body,
        &contracts::weichuang::DOCUMENT,
        "QueryBatteriesRequest",
    )
    .expect_err("a refusal");
    assert_eq!(
        violations.iter().map(|found| (found.pointer.as_str(), found.rule.as_str())).collect::<Vec<_>>(),
        [("/batteryCode", "duplicate")]
    );
}

#[test]
fn read_strictly_a_body_names_its_unknown_fields_beside_everything_else_that_is_wrong() {
    let body = br#"{"batchNo": "", "more": 1, "bindings": [{"assetTyp": 2, "state": 7}]}"#;
    let document = &contracts::weichuang::DOCUMENT;
    let violations =
        read_strictly::<contracts::weichuang::SyncAssetBindingsRequest>(body, document, "SyncAssetBindingsRequest");
    let violations = violations.expect_err("a refusal");
    let unknown: Vec<_> =
        violations.iter().filter(|found| found.rule == "unknown").map(|found| &found.pointer).collect();
    assert_eq!(unknown, ["/bindings/0/assetTyp", "/more"]);
    assert!(violations.iter().any(|found| found.pointer == "/bindings/0/assetType" && found.rule == "required"));
}

#[test]
fn a_violation_never_repeats_the_value_that_it_refuses() {
    let body = br#"{"batteryCode": "secret value", "more": {"secret value": 1}}"#;
    let violations = read::<contracts::weichuang::QueryBatteriesRequest>(
        body,
        &contracts::weichuang::DOCUMENT,
        "QueryBatteriesRequest",
    )
    .expect_err("a refusal");
    assert!(!violations.is_empty() && !format!("{violations:?}").contains("secret"), "{violations:?}");
}
