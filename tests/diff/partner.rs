use polaris::diff::{Contract, compare};
use serde_json::{Value, json};

use super::words;

/// A document whose one operation answers `schema`, with `shared` for it to refer to.
fn answering(schema: Value, shared: Value) -> Contract {
    let content = json!({"application/json": {"schema": schema}});
    let root = json!({
        "openapi": "3.1.0",
        "paths": {"/a": {"get": {"responses": {"200": {"content": content}}}}},
        "components": {"schemas": shared},
    });
    Contract::new("partner.json", root).expect("a document")
}

fn found(old: (Value, Value), new: (Value, Value)) -> Vec<String> {
    let changes = compare(&answering(old.0, old.1), &answering(new.0, new.1));
    let found = changes.iter().map(words);
    found.map(|words| words.trim_start_matches("GET /a reply 200 ").to_owned()).collect()
}

/// The same, without shared schemas.
fn between(old: Value, new: Value) -> Vec<String> {
    found((old, json!({})), (new, json!({})))
}

#[test]
fn it_is_all_the_same_where_a_schema_stands() {
    let person = json!({"type": "object", "properties": {"name": {"type": "string"}}});
    let shared = json!({"Person": person});
    assert_eq!(found((person.clone(), json!({})), (json!({"$ref": "#/components/schemas/Person"}), shared)), [""; 0]);
}

#[test]
fn all_of_is_the_object_that_its_parts_make_together() {
    let base = json!({"type": "object", "required": ["id"], "properties": {"id": {"type": "integer", "minimum": 1}}});
    let parts = json!({"allOf": [
        {"$ref": "#/components/schemas/Base"},
        {"required": ["name"], "properties": {"name": {"type": "string"}, "id": {"minimum": 5}}},
    ]});
    let whole = json!({
        "type": "object",
        "required": ["id", "name"],
        "properties": {"id": {"type": "integer", "minimum": 5}, "name": {"type": "string"}},
    });
    assert_eq!(found((parts, json!({"Base": base})), (whole, json!({}))), [""; 0]);
}

#[test]
fn what_all_of_cannot_say_in_one_schema_is_not_lost() {
    let both = |other: &str| json!({"type": "string", "pattern": "^a", "allOf": [{"pattern": other}]});
    assert_eq!(between(both("b$"), both("c$")), ["unknown-keyword-changed allOf: callers and provider"]);
}

#[test]
fn one_of_a_value_and_null_is_the_value_made_nullable() {
    let text = json!({"type": "string", "maxLength": 5});
    let or_null = json!({"oneOf": [{"type": "null"}, {"$ref": "#/components/schemas/Text"}]});
    let shared = json!({"Text": text});
    assert_eq!(found((text.clone(), json!({})), (or_null.clone(), shared.clone())), ["became-nullable: callers"]);
    let nullable = json!({"type": ["string", "null"], "maxLength": 5});
    assert_eq!(found((nullable, json!({})), (or_null, shared)), [""; 0]);
}

#[test]
fn null_beside_alternatives_is_one_of_them() {
    let pet = json!({"oneOf": [{"type": "string", "title": "name"}, {"type": "integer", "title": "id"}]});
    let shared = json!({"Pet": pet});
    let or_null = json!({"anyOf": [{"$ref": "#/components/schemas/Pet"}, {"type": "null"}]});
    let changes = found((json!({"$ref": "#/components/schemas/Pet"}), shared.clone()), (or_null, shared));
    assert!(!changes.is_empty() && changes.iter().all(|words| words.ends_with("callers and provider")), "{changes:?}");
}

#[test]
fn a_schema_that_contains_itself_comes_to_an_end() {
    let node = |maximum: u8| {
        let next = json!({"allOf": [{"$ref": "#/components/schemas/Node"}], "description": "the next"});
        json!({"Node": {"type": "object", "properties": {
            "value": {"type": "integer", "maximum": maximum},
            "next": next,
            "children": {"type": "array", "items": {"$ref": "#/components/schemas/Node"}},
        }}})
    };
    let root = json!({"$ref": "#/components/schemas/Node"});
    let changes = found((root.clone(), node(5)), (root.clone(), node(4)));
    assert!(changes.contains(&"/value maximum-lowered: provider".to_owned()), "{changes:?}");
    assert_eq!(found((root.clone(), node(5)), (root, node(5))), [""; 0]);
    let hollow = json!({"A": {"allOf": [{"$ref": "#/components/schemas/A"}], "maximum": 3}});
    let to_hollow = json!({"$ref": "#/components/schemas/A"});
    assert_eq!(found((to_hollow, hollow), (json!({"maximum": 2}), json!({}))), ["maximum-lowered: provider"]);
}

#[test]
fn schemas_that_all_contain_one_another_come_to_an_end_soon() {
    let names: Vec<_> = (0..15).map(|number| format!("S{number}")).collect();
    let schemas = |maximum: u8| {
        let fields = names.iter().map(|name| (name.clone(), json!({"$ref": format!("#/components/schemas/{name}")})));
        let fields: Value =
            fields.chain([("value".to_owned(), json!({"type": "integer", "maximum": maximum}))]).collect();
        names
            .iter()
            .map(|name| (name.clone(), json!({"type": "object", "title": name, "properties": fields})))
            .collect()
    };
    let root = json!({"$ref": "#/components/schemas/S0"});
    let changes = found((root.clone(), schemas(5)), (root, schemas(4)));
    assert!(changes.contains(&"/value maximum-lowered: provider".to_owned()), "{changes:?}");
    assert!((15..1000).contains(&changes.len()), "{} changes", changes.len());
}

#[test]
fn what_a_keyword_refers_to_counts_even_if_the_keyword_is_not_understood() {
    let not = json!({"not": {"$ref": "#/components/schemas/Bad"}});
    let bad = |word: &str| json!({"Bad": {"$ref": "#/components/schemas/Worse"}, "Worse": {"const": word}});
    let changes = found((not.clone(), bad("a")), (not, bad("b")));
    assert_eq!(changes, ["unknown-keyword-changed not: callers and provider"]);
}

#[test]
fn maps_are_compared_by_what_stands_under_any_key() {
    let map = |maximum: u8| json!({"type": "object", "additionalProperties": {"type": "integer", "maximum": maximum}});
    assert_eq!(between(map(5), map(6)), ["/* maximum-raised: callers"]);
    assert_eq!(
        between(json!({"type": "object"}), map(6)),
        ["/* no-longer-nullable: provider", "/* type-narrowed: provider", "/* maximum-lowered: provider"]
    );
}

#[test]
fn keywords_in_a_form_that_cannot_be_read_are_not_understood_rather_than_passed_over() {
    for (keyword, old, new) in [
        ("type", json!("string"), json!(5)),
        ("maximum", json!(5), json!("6")),
        ("pattern", json!("^a$"), json!(["^a$"])),
        ("enum", json!(["a"]), json!("a")),
        ("properties", json!({}), json!([])),
        ("required", json!(["a"]), json!([1])),
        ("oneOf", json!([]), json!({})),
    ] {
        let changes = between(json!({keyword: old}), json!({keyword: new}));
        let expected = format!("unknown-keyword-changed {keyword}: callers and provider");
        assert!(changes.contains(&expected), "{keyword}: {changes:?}");
    }
}

#[test]
fn a_fields_name_is_written_as_in_a_json_pointer() {
    let object = |fields: Value| json!({"type": "object", "properties": fields});
    assert_eq!(between(object(json!({"a/b~c": true})), object(json!({}))), ["/a~1b~0c field-removed: callers"]);
}

#[test]
fn a_document_that_cannot_be_compared_says_why() {
    for (file, text, problem) in [
        ("a.yaml", "openapi: 3.1.0\n  x: [", "a.yaml: "),
        ("a.yaml", "just words", "a.yaml: is no OpenAPI document: `openapi` is missing"),
        ("a.json", "{\"openapi\": 3.1}", "a.json: is OpenAPI 3.1; only 3.1 is understood"),
        ("a.json", "openapi: 3.1.0", "a.json: expected value at line 1 column 1"),
        ("a.yaml", "openapi: 3.0.3", "a.yaml: is OpenAPI \"3.0.3\"; only 3.1 is understood"),
        ("a.yaml", "swagger: '2.0'", "a.yaml: is no OpenAPI document: `openapi` is missing"),
        ("a.yaml", "{openapi: 3.1.0, x: {$ref: '#/y'}}", "a.yaml: refers to `#/y`, which is not there"),
        ("a.yaml", "{openapi: 3.1.0, x: {$ref: b.yaml}}", "a.yaml: refers to `b.yaml`, another document"),
        ("a.yaml", "{openapi: 3.1.0, x: {$ref: '#/y'}, y: {$ref: '#/x'}}", "refers to itself"),
    ] {
        let error = Contract::parse(file, text).expect_err(text).to_string();
        assert!(error.contains(problem) && error.lines().count() == 1, "{text:?}: {error}");
    }
    let example = "{openapi: 3.1.0, x: {example: {$ref: 'no reference'}}}";
    Contract::parse("a.yaml", example).expect("an example is data");
}

/// Forty levels, each of which refers to the next one twice; `level` says how.
fn diamonds(level: impl Fn(String) -> Value, last: Value) -> Value {
    let at = |level: usize| format!("#/components/schemas/L{level}");
    let levels = (0..40).map(|index| (format!("L{index}"), level(at(index + 1))));
    Value::Object(levels.chain([("L40".to_owned(), last)]).collect())
}

#[test]
fn what_is_shared_over_and_over_is_compared_once() {
    let first = json!({"$ref": "#/components/schemas/L0"});
    let (text, number) =
        (json!({"properties": {"x": {"type": "string"}}}), json!({"properties": {"x": {"type": "integer"}}}));
    let all_of = |next: String| json!({"allOf": [{"$ref": next}, {"allOf": [{"$ref": next}]}]});
    let between = |level: &dyn Fn(String) -> Value| {
        found((first.clone(), diamonds(level, text.clone())), (first.clone(), diamonds(level, number.clone())))
    };
    assert_eq!(between(&all_of), ["/x type-changed: callers and provider"]);

    let fields = |next: String| json!({"type": "object", "properties": {"l": {"$ref": next}, "r": {"$ref": next}}});
    let found = between(&fields);
    assert!((1..3_000).contains(&found.len()), "{}", found.len());
    assert_eq!(found[0], format!("{}/x type-changed: callers and provider", "/l".repeat(40)));
    assert!(found.iter().all(|change| change.ends_with("/x type-changed: callers and provider")), "{found:#?}");

    let items = |next: String| json!({"oneOf": [{"title": "a", "items": {"$ref": next}}, {"title": "b", "items": {"$ref": next}}]});
    assert!((1..3_000).contains(&between(&items).len()));

    // The parts of a field come together in another order on every level.
    let crossed = |next: String| {
        let both = |one: &str, other: &str| json!({"allOf": [{"$ref": format!("{next}{one}")}, {"$ref": format!("{next}{other}")}]});
        json!({"allOf": [{"properties": {"p": both("", "")}}, {"properties": {"p": {"$ref": next}}}], "title": next})
    };
    assert!((1..3_000).contains(&between(&crossed).len()));
}

#[test]
fn fields_that_were_all_renamed_on_every_level_end_too() {
    let first = json!({"$ref": "#/components/schemas/L0"});
    let named = |names: [&'static str; 2]| move |next: String| json!({"type": "object", "properties": {names[0]: {"$ref": next}, names[1]: {"$ref": next}}});
    let old = diamonds(named(["a", "b"]), json!({"type": "string"}));
    let new = diamonds(named(["c", "d"]), json!({"type": "integer"}));
    let found = found((first.clone(), old), (first, new));
    assert_eq!(
        found,
        ["/a field-removed: callers", "/b field-removed: callers", "/c field-added: nobody", "/d field-added: nobody"]
    );
}
