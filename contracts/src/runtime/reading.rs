use serde::de::DeserializeOwned;
use serde_ignored::Path;
use serde_json::{Deserializer, Value};

use super::{Document, Rule, Violation, Wire, objects::Objects, pointer, text};

/// A value that was read from JSON and holds every limit of the contract.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading<T> {
    /// The value.
    pub value: T,
    /// JSON Pointers of the fields that the contract does not have.
    pub unknown: Vec<String>,
}

/// Reads `body` as the component schema `schema` of `document`.
///
/// The good path parses straight into `T` and runs the generated checks. Only when one of them refuses does the JSON
/// Schema validator of the same document look at the body again, to name every violation at once.
///
/// # Errors
/// All violations, at least one.
pub fn read<T: Wire>(body: &[u8], document: &Document, schema: &str) -> Result<Reading<T>, Vec<Violation>> {
    let text = text(body).map_err(|rule| vec![Violation::new("", rule)])?;
    let found = match parse::<T>(text) {
        Ok(reading) => match reading.value.validate() {
            found if found.is_empty() => return Ok(reading),
            found => found,
        },
        Err(_) => Vec::new(),
    };
    Err(all_violations::<T>(text, document, schema, found))
}

/// Like [`read`], but a field that the contract does not have is a violation too.
///
/// # Errors
/// All violations, at least one.
pub fn read_strictly<T: Wire>(body: &[u8], document: &Document, schema: &str) -> Result<Reading<T>, Vec<Violation>> {
    let mut violations = match read::<T>(body, document, schema) {
        Ok(reading) if reading.unknown.is_empty() => return Ok(reading),
        Ok(_) => Vec::new(),
        Err(violations) => violations,
    };
    if let Ok(value) = serde_json::from_slice::<Value>(body)
        && value.is_object()
    {
        let unknown = document.unknown_fields(schema, &value);
        violations.extend(unknown.into_iter().map(|place| Violation::new(place, Rule::Unknown)));
    }
    violations.sort();
    violations.truncate(Violation::LIMIT);
    Err(violations)
}

/// Parses `text` without holding it against the limits of the contract.
///
/// # Errors
/// When it is no JSON, or its types are not those of `T`.
pub fn parse<T: DeserializeOwned>(text: &str) -> serde_json::Result<Reading<T>> {
    let mut unknown = Vec::new();
    let mut deserializer = Deserializer::from_str(text);
    let value = serde_ignored::deserialize(Objects(&mut deserializer), |path| unknown.push(place(&path)))?;
    deserializer.end()?;
    if !unknown.is_empty() {
        // serde skips unknown fields without a look at bottomless nesting, or at numbers and characters beyond range.
        serde_json::from_str::<Value>(text)?;
    }
    Ok(Reading { value, unknown })
}

/// The complete list for a body that is known to be refused; `found` is what the generated checks found.
fn all_violations<T: Wire>(text: &str, document: &Document, schema: &str, found: Vec<Violation>) -> Vec<Violation> {
    let value: Value = match serde_json::from_str(text) {
        Ok(value) => value,
        Err(error) => return vec![Violation::new("", Rule::Json(error.line(), error.column()))],
    };
    let all = document.violations(schema, &value);
    if !all.is_empty() {
        return all;
    }
    if !found.is_empty() {
        return found;
    }
    // What serde refuses and JSON Schema cannot see: a key that stands twice.
    let repeated = serde_path_to_error::deserialize::<_, T>(Objects(&mut Deserializer::from_str(text))).err();
    let violation = repeated.and_then(|error| {
        let message = error.inner().to_string();
        let (name, _) = message.strip_prefix("duplicate field `")?.split_once('`')?;
        let object =
            error.path().iter().fold(String::new(), |place, segment| pointer::join(&place, &segment.to_string()));
        Some(Violation::new(pointer::join(&object, name), Rule::Duplicate))
    });
    vec![violation.unwrap_or_else(|| Violation::new("", Rule::Other("type")))]
}

/// The JSON Pointer of a path that serde ignored.
fn place(path: &Path<'_>) -> String {
    match path {
        Path::Root => String::new(),
        Path::Seq { parent, index } => pointer::join(&place(parent), &index.to_string()),
        Path::Map { parent, key } => pointer::join(&place(parent), key),
        Path::Some { parent } | Path::NewtypeStruct { parent } | Path::NewtypeVariant { parent } => place(parent),
    }
}
