use std::{borrow::Cow, collections::BTreeSet};

use serde_json::{Map, Value};

/// Keywords whose values are data: what looks like a reference there is none.
const DATA: [&str; 5] = ["const", "default", "enum", "example", "examples"];

/// A document that cannot be compared, and why.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}: {problem}")]
pub struct Unreadable {
    /// The file, as it was named to the reader.
    pub file: String,
    /// What is wrong with it.
    pub problem: String,
}

/// An OpenAPI 3.1 document whose references all lead somewhere.
#[derive(Debug, Clone)]
pub struct Contract {
    name: String,
    root: Value,
    /// Every `$ref` in it.
    references: BTreeSet<String>,
}

impl Contract {
    /// Reads the text of the document `file`: JSON if its name ends in `.json`, else YAML.
    ///
    /// # Errors
    ///
    /// If it is neither, no OpenAPI 3.1, or refers to something that is not in it.
    pub fn parse(file: &str, text: &str) -> Result<Self, Unreadable> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let parsed = if has_ending(file, &["json"]) {
            serde_json::from_str(text).map_err(|error| error.to_string())
        } else {
            // Of the error's many lines, the first says what and where.
            let first = |error: serde_saphyr::Error| error.to_string().lines().next().unwrap_or_default().to_owned();
            serde_saphyr::from_str(text).map_err(first)
        };
        let checked = parsed.and_then(|root| Self::new(file, root).map_err(|error| error.problem));
        checked.map_err(|problem| Unreadable { file: file.to_owned(), problem })
    }

    /// The document `root`, which stands in `file`.
    ///
    /// # Errors
    ///
    /// If it is no OpenAPI 3.1, or refers to something that is not in it.
    pub fn new(file: &str, root: Value) -> Result<Self, Unreadable> {
        let problem = match root.get("openapi").map(|version| (version, version.as_str())) {
            None => Some("is no OpenAPI document: `openapi` is missing".to_owned()),
            Some((_, Some(version))) if version == "3.1" || version.starts_with("3.1.") => None,
            Some((version, _)) => Some(format!("is OpenAPI {version}; only 3.1 is understood")),
        };
        let mut found = BTreeSet::new();
        references(&root, &mut found);
        let problem = problem.or_else(|| found.iter().find_map(|reference| broken(&root, reference)));
        if let Some(problem) = problem {
            return Err(Unreadable { file: file.to_owned(), problem });
        }
        let name = file.rsplit('/').next().unwrap_or(file);
        let name = name.rsplit_once('.').map_or(name, |(stem, _)| stem).to_owned();
        let references = found.into_iter().map(str::to_owned).collect();
        Ok(Self { name, root, references })
    }

    /// The name of its file, without folder and ending.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The whole document.
    pub(super) fn root(&self) -> &Value {
        &self.root
    }

    /// Every `$ref` in it, once.
    pub(super) fn references(&self) -> &BTreeSet<String> {
        &self.references
    }

    /// What `reference`, the value of a `$ref`, leads to.
    pub(super) fn target(&self, reference: &str) -> Option<&Value> {
        target(&self.root, reference)
    }

    /// The object at `node`, or what it refers to; keywords beside a reference override those of its target. What is no
    /// object becomes one with an impossible key, so that a change of it is seen.
    pub(super) fn object<'a>(&'a self, node: &'a Value) -> Cow<'a, Map<String, Value>> {
        let Value::Object(map) = node else {
            return Cow::Owned(Map::from_iter([("(no object)".to_owned(), node.clone())]));
        };
        let Some(target) = map.get("$ref").and_then(Value::as_str).and_then(|to| self.target(to)) else {
            return Cow::Borrowed(map);
        };
        let mut object = self.object(target);
        let beside = map.iter().filter(|(key, _)| *key != "$ref");
        beside.for_each(|(key, value)| drop(object.to_mut().insert(key.clone(), value.clone())));
        object
    }
}

/// Whether a file name has one of these endings.
pub(super) fn has_ending(file: &str, endings: &[&str]) -> bool {
    file.rsplit_once('.').is_some_and(|(_, ending)| endings.iter().any(|known| ending.eq_ignore_ascii_case(known)))
}

fn target<'a>(root: &'a Value, reference: &str) -> Option<&'a Value> {
    root.pointer(reference.strip_prefix('#')?)
}

/// Adds every reference below `node` to `found`.
pub(super) fn references<'v>(node: &'v Value, found: &mut BTreeSet<&'v str>) {
    match node {
        Value::Object(map) => {
            found.extend(map.get("$ref").and_then(Value::as_str));
            let below = map.iter().filter(|(key, _)| !DATA.contains(&key.as_str()));
            below.for_each(|(_, node)| references(node, found));
        }
        Value::Array(items) => items.iter().for_each(|node| references(node, found)),
        _ => {}
    }
}

/// What is wrong with a reference that leads nowhere, or back to itself.
fn broken(root: &Value, reference: &str) -> Option<String> {
    let mut seen = vec![reference];
    loop {
        let last = seen[seen.len() - 1];
        let Some(target) = target(root, last) else {
            return Some(match last.starts_with('#') {
                true => format!("refers to `{last}`, which is not there"),
                false => format!("refers to `{last}`, another document: bundle them into one first"),
            });
        };
        let next = target.get("$ref").and_then(Value::as_str)?;
        if seen.contains(&next) {
            return Some(format!("`{next}` refers to itself"));
        }
        seen.push(next);
    }
}
