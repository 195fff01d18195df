use std::collections::{BTreeMap, BTreeSet};

use polaris::diff::{Contract, Rule, compare};
use serde_json::{Value, json};

use super::{OURS, words};

#[test]
fn a_document_does_not_differ_from_itself() {
    for (file, yaml) in OURS {
        let document = Contract::parse(file, yaml).expect("our document");
        assert_eq!(compare(&document, &document).iter().map(words).collect::<Vec<_>>(), [""; 0]);
    }
}

/// A change at one place of a document.
struct Mutation {
    pointer: String,
    kind: Kind,
}

#[derive(Debug, Clone, Copy)]
enum Kind {
    /// The key or item is gone.
    Removed,
    /// The value is another.
    Other,
    /// A key that nobody has heard of is there.
    More,
}

const UNHEARD: &str = "unheard";

/// Mappings whose keys are names and no keywords.
const NAMES: [&str; 9] =
    ["paths", "properties", "schemas", "responses", "headers", "securitySchemes", "content", "components", "security"];

/// The document with short examples: each is one place, and they are most of the text.
fn with_short_examples(mut node: Value) -> Value {
    match &mut node {
        Value::Object(map) => {
            for (key, value) in map.iter_mut() {
                *value = match (key.as_str(), value.take()) {
                    ("examples", Value::Object(_)) => json!({"one": {"value": 1}}),
                    (_, value) => with_short_examples(value),
                };
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| *item = with_short_examples(item.take())),
        _ => {}
    }
    node
}

/// A change of every place of `node`; an example is one place. The kinds take turns, for each keyword by itself.
fn mutations(node: &Value, pointer: String, turns: &mut BTreeMap<String, usize>, all: &mut Vec<Mutation>) {
    let kinds = match node {
        _ if pointer.is_empty() => &[Kind::More][..],
        Value::Object(_) => &[Kind::Removed, Kind::More],
        Value::Array(_) => &[Kind::Removed],
        _ => &[Kind::Other, Kind::Removed],
    };
    let turn = turns.entry(keyword(&pointer).to_owned()).or_default();
    all.push(Mutation { pointer: pointer.clone(), kind: kinds[*turn % kinds.len()] });
    *turn += 1;
    if pointer.ends_with("/examples") && !pointer.ends_with("/properties/examples") {
        return;
    }
    match node {
        Value::Object(map) => {
            for (key, value) in map {
                mutations(value, format!("{pointer}/{}", key.replace('~', "~0").replace('/', "~1")), turns, all);
            }
        }
        Value::Array(items) => {
            items
                .iter()
                .enumerate()
                .for_each(|(index, item)| mutations(item, format!("{pointer}/{index}"), turns, all));
        }
        _ => {}
    }
}

fn mutated(document: &Value, mutation: &Mutation) -> Value {
    let mut document = document.clone();
    match mutation.kind {
        Kind::Removed => {
            let (parent, token) = mutation.pointer.rsplit_once('/').expect("a place below the root");
            let token = token.replace("~1", "/").replace("~0", "~");
            match document.pointer_mut(parent).expect("its parent") {
                Value::Object(map) => drop(map.remove(&token)),
                Value::Array(items) => drop(items.remove(token.parse().expect("an index"))),
                other => panic!("no parent: {other}"),
            }
        }
        Kind::Other => {
            let place = document.pointer_mut(&mutation.pointer).expect("the place");
            *place = match &*place {
                Value::String(text) => json!(format!("{text}x")),
                Value::Number(number) => json!(number.as_i64().expect("a whole number") + 1),
                Value::Bool(bool) => json!(!bool),
                _ => json!(UNHEARD),
            };
        }
        Kind::More => {
            let place = document.pointer_mut(&mutation.pointer).expect("the place");
            place[UNHEARD] = json!({"said": true});
        }
    }
    document
}

/// Which operations, by path, what stands at `pointer` belongs to; none for the document as a whole. Found by looking
/// for references as text, the way no part of the comparison does it.
struct Reach {
    /// The text of every operation, by path.
    operations: BTreeMap<String, String>,
    /// The text of every component, by reference.
    components: BTreeMap<String, String>,
}

impl Reach {
    fn new(document: &Value) -> Self {
        let object = |value: &Value| value.as_object().cloned().unwrap_or_default();
        let security = document["security"].to_string();
        let operations = object(&document["paths"]).into_iter();
        let operations = operations.map(|(path, item)| (path, format!("{item}{security}"))).collect();
        let kinds = object(&document["components"]).into_iter();
        let components = kinds.flat_map(|(kind, parts)| {
            object(&parts)
                .into_iter()
                .map(move |(name, part)| (format!("#/components/{kind}/{name}"), part.to_string()))
        });
        Self { operations, components: components.collect() }
    }

    /// The paths of the operations that use `component`, directly or not.
    fn users(&self, component: &str) -> BTreeSet<String> {
        let named = |reference: &str| match reference.strip_prefix("#/components/securitySchemes/") {
            Some(scheme) => format!("\"{scheme}\":[]"),
            None => format!("\"{reference}\""),
        };
        let mut wanted = vec![component.to_owned()];
        let mut index = 0;
        while let Some(reference) = wanted.get(index).map(|reference| named(reference)) {
            let more =
                self.components.iter().filter(|(_, text)| text.contains(&reference)).map(|(name, _)| name.clone());
            let more: Vec<_> = more.filter(|name| !wanted.contains(name)).collect();
            wanted.extend(more);
            index += 1;
        }
        let wanted: Vec<_> = wanted.iter().map(|reference| named(reference)).collect();
        let uses = |text: &String| wanted.iter().any(|reference| text.contains(reference));
        self.operations.iter().filter(|(_, text)| uses(text)).map(|(path, _)| path.clone()).collect()
    }

    fn of(&self, pointer: &str) -> BTreeSet<String> {
        let tokens: Vec<_> = pointer.split('/').skip(1).collect();
        match tokens[..] {
            ["paths", path, ..] => BTreeSet::from([path.replace("~1", "/")]),
            ["paths"] | ["security", ..] => self.operations.keys().cloned().collect(),
            ["components", kind] => {
                let all = self.components.keys().filter(|name| name.starts_with(&format!("#/components/{kind}/")));
                all.flat_map(|name| self.users(name)).collect()
            }
            ["components", kind, name, ..] => self.users(&format!("#/components/{kind}/{name}")),
            _ => BTreeSet::new(),
        }
    }
}

/// The last keyword on the way to a place.
fn keyword(pointer: &str) -> &str {
    let tokens: Vec<_> = pointer.split('/').collect();
    let is_name = |index: usize| {
        index > 0 && NAMES.contains(&tokens[index - 1]) && !tokens[..index - 1].ends_with(&["properties"])
    };
    let is_index = |token: &str| token.bytes().all(|byte| byte.is_ascii_digit());
    match tokens[..] {
        ["", "components"] | ["", "components", _] => return "components",
        ["", "security", ..] => return "security",
        ["", "x-tagGroups", ..] => return "tags",
        _ => {}
    }
    let keywords = (0..tokens.len()).rev().filter(|index| !is_name(*index) && !is_index(tokens[*index]));
    keywords.map(|index| tokens[index]).next().filter(|token| !token.is_empty()).unwrap_or("(document)")
}

/// Keywords that hold parts of the contract: what happens to one of them happens to its parts.
const HOLDERS: [&str; 11] = [
    "$ref",
    "(document)",
    "components",
    "content",
    "headers",
    "items",
    "paths",
    "post",
    "properties",
    "requestBody",
    "schema",
];

/// How the rules begin that a change of a keyword is reported by.
const RULES: [(&str, &[&str]); 39] = [
    ("const", &["const-", "enum-removed"]),
    ("contact", WORDS),
    ("description", WORDS),
    ("enum", &["enum-", "no-longer-nullable", "became-nullable"]),
    ("examples", WORDS),
    ("format", &["format-"]),
    ("identifier", WORDS),
    ("in", &["security-scheme-changed"]),
    ("info", WORDS),
    ("license", WORDS),
    ("maxItems", &["max-items-"]),
    ("maxLength", &["max-length-"]),
    ("maximum", &["maximum-"]),
    ("minItems", &["min-items-"]),
    ("minLength", &["min-length-"]),
    ("minimum", &["minimum-"]),
    ("name", &["documentation-changed", "security-scheme-changed"]),
    ("oneOf", &["alternative-", "alternatives-"]),
    ("openapi", WORDS),
    ("operationId", &["operation-renamed"]),
    ("pattern", &["pattern-"]),
    ("required", &["field-became-", "required-field-"]),
    ("responses", &["status-"]),
    ("scheme", &["security-scheme-changed"]),
    ("security", &["security-alternative-"]),
    ("servers", &["server-"]),
    ("summary", WORDS),
    ("tags", WORDS),
    ("title", WORDS),
    ("type", &["type-", "became-nullable", "no-longer-nullable", "security-scheme-changed"]),
    ("url", &["server-"]),
    ("version", WORDS),
    ("x-envelope", &["envelope-changed"]),
    ("x-faker", EXTENSION),
    ("x-section", EXTENSION),
    ("x-status", EXTENSION),
    ("x-success-msg", EXTENSION),
    ("x-kop-name-status", EXTENSION),
    ("x-trim", EXTENSION),
];

const WORDS: &[&str] = &["documentation-changed"];
const EXTENSION: &[&str] = &["extension-changed"];

/// Whether a change of `keyword` may be reported by `rule`.
fn is_rule_of(keyword: &str, rule: Rule) -> bool {
    let begins = RULES.iter().find(|(known, _)| *known == keyword).map(|(_, begins)| begins);
    begins.map_or(HOLDERS.contains(&keyword), |begins| begins.iter().any(|begin| rule.id().starts_with(begin)))
}

#[derive(Default)]
struct Noticed {
    count: usize,
    wrong: Vec<String>,
}

impl Noticed {
    fn mutate_everything(&mut self, file: &str, yaml: &str) {
        let document = with_short_examples(serde_saphyr::from_str(yaml).expect("our document"));
        let old = Contract::new(file, document.clone()).expect("our document");
        let reach = Reach::new(&document);
        let mut all = Vec::new();
        mutations(&document, String::new(), &mut BTreeMap::new(), &mut all);
        for mutation in all {
            self.count += 1;
            let Mutation { pointer, kind } = &mutation;
            let Ok(new) = Contract::new(file, mutated(&document, &mutation)) else {
                assert!(["$ref", "components", "openapi"].contains(&keyword(pointer)), "{file} {pointer}");
                continue;
            };
            let changes = compare(&old, &new);
            let found: BTreeSet<_> =
                changes.iter().filter_map(|change| change.operation.as_ref()).map(|found| found.path.clone()).collect();
            let of_document = changes.iter().any(|change| change.operation.is_none());
            let expected = reach.of(pointer);
            let right = match (kind, keyword(pointer)) {
                // A new component that nobody refers to is no part of the contract.
                (Kind::More, "components") if pointer.matches('/').count() < 3 => changes.is_empty(),
                // Paths start with a slash.
                (Kind::More, "paths") if pointer == "/paths" => found.is_empty() && of_document,
                // What said nothing, or stands at the other end of the reference too, may go.
                (Kind::Removed, "description" | "examples") => found.is_subset(&expected),
                (Kind::Removed, "required") if document.pointer(pointer) == Some(&json!([])) => changes.is_empty(),
                // Without a word on security, everybody is let in too.
                (Kind::Removed, _) if pointer == "/security" && document["security"] == json!([]) => changes.is_empty(),
                _ => found == expected && of_document == expected.is_empty(),
            };
            if !right {
                let changes: Vec<_> = changes.iter().map(words).collect();
                self.wrong.push(format!("{file} {pointer} {kind:?}: in {expected:?}, found {changes:#?}"));
            }
            let strange = changes.iter().find(|change| match kind {
                Kind::More => false,
                _ => change.rule == Rule::UnknownKeywordChanged || !is_rule_of(keyword(pointer), change.rule),
            });
            if let Some(strange) = strange {
                self.wrong.push(format!("{file} {pointer} {kind:?}: by a rule for something else: {}", words(strange)));
            }
        }
    }
}

fn assert_every_change_is_noticed((file, yaml): (&str, &str)) {
    let mut noticed = Noticed::default();
    noticed.mutate_everything(file, yaml);
    let Noticed { count, wrong } = noticed;
    assert!(wrong.is_empty(), "{} of {count}:\n{}", wrong.len(), wrong[..wrong.len().min(20)].join("\n"));
    assert!(count > 1000, "{count} changes");
}

// Three tests, so that they run side by side.

#[test]
fn no_change_of_any_place_in_the_internal_document_goes_unnoticed() {
    assert_every_change_is_noticed(OURS[0]);
}

#[test]
fn no_change_of_any_place_in_our_document_goes_unnoticed() {
    assert_every_change_is_noticed(OURS[1]);
}

#[test]
fn no_change_of_any_place_in_weichuangs_document_goes_unnoticed() {
    assert_every_change_is_noticed(OURS[2]);
}
