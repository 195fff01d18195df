//! Scalars: their keywords, and what the generator demands of them so that every engine reads them alike.

use regex::Regex;

use super::pattern;
use crate::{
    cursor::{Cursor, Fields, Result},
    model::{Primitive, Scalar},
    node::Node,
};

/// The string formats that both validators know.
const FORMATS: [&str; 6] = ["datetime", "minute", "day", "code-list", "id-list", "id-list-1-100"];

/// The sample values that `contracts::runtime::faker` can make.
#[rustfmt::skip]
const FAKERS: [&str; 21] = [
    "phone", "person-name", "merchant-name", "address", "latitude", "longitude", "datetime", "minute", "day", "yuan",
    "id-digits", "tank-code", "battery-code", "vehicle-code", "merchant-code", "share-code", "masked-share-code",
    "user-id", "image-url", "trace-id", "no",
];

/// The greatest whole number up to which JavaScript, and every other reader of doubles, reads exactly.
const EXACT: i64 = (1 << 53) - 1;

/// Reads a scalar of the type `word`; `None` for what is always null.
pub fn scalar(fields: &Fields<'_>, word: &str, nullable: bool) -> Result<Option<Scalar>> {
    let mut scalar =
        Scalar { description: fields.optional_as("description", |text| text.prose())?, ..Scalar::default() };
    match word {
        // `type: 'null'` alone is more than some client generators can read.
        "string" if nullable && is_only_null(fields) => return Ok(None),
        "string" => text(fields, &mut scalar, nullable)?,
        "integer" => integer(fields, &mut scalar, nullable)?,
        "boolean" => scalar.primitive = Primitive::Boolean,
        "object" => return Err(fields.at.error("an object should be a schema of its own")),
        _ => return Err(fields.at.error("a list should stand at the field itself")),
    }
    scalar.examples = values(fields.optional("examples"), &scalar, nullable)?;
    let has_sample = scalar.is_closed() || !scalar.examples.is_empty() || scalar.faker.is_some();
    if scalar.primitive == Primitive::Text && !has_sample {
        return Err(fields.at.error("a string needs `examples` or `x-faker`, so that sample data can be made"));
    }
    Ok(Some(scalar))
}

fn is_only_null(fields: &Fields<'_>) -> bool {
    fields.optional("enum").is_some_and(|list| *list.node() == Node::List(vec![Node::Null]))
}

fn text(fields: &Fields<'_>, scalar: &mut Scalar, nullable: bool) -> Result<()> {
    scalar.primitive = Primitive::Text;
    scalar.format = fields.optional_as("format", |format| format.one_of("format", &FORMATS))?;
    scalar.min_length = fields.optional_as("minLength", |limit| limit.count())?;
    scalar.max_length = fields.optional_as("maxLength", |limit| limit.count())?;
    if scalar.min_length.unwrap_or(0) > scalar.max_length.unwrap_or(usize::MAX) {
        return Err(fields.at.error("`minLength` is above `maxLength`"));
    }
    let pattern = fields.optional_as("pattern", |source| pattern::pattern(&source))?;
    let bounded = scalar.max_length.is_some() || pattern.as_ref().is_some_and(|pattern| pattern.bounded);
    scalar.pattern = pattern.map(|pattern| pattern.source);
    scalar.faker = fields.optional_as("x-faker", |kind| kind.one_of("x-faker", &FAKERS))?;
    scalar.trim = fields.optional_as("x-trim", |trim| trim.boolean())?.unwrap_or(false);
    closed_set(fields, scalar, nullable)?;
    if bounded || scalar.is_closed() {
        Ok(())
    } else {
        Err(fields.at.error("a string needs an upper bound: `maxLength`, a bounded `pattern`, `enum` or `const`"))
    }
}

fn integer(fields: &Fields<'_>, scalar: &mut Scalar, nullable: bool) -> Result<()> {
    scalar.primitive = match fields.required("format")?.one_of("integer format", &["int32", "int64"])? {
        "int32" => Primitive::Int32,
        _ => Primitive::Int64,
    };
    let limit = |limit: Cursor<'_>| typed(&limit, scalar.primitive).and_then(|_| limit.integer());
    let (minimum, maximum) = (fields.optional_as("minimum", limit)?, fields.optional_as("maximum", limit)?);
    (scalar.minimum, scalar.maximum) = (minimum, maximum);
    closed_set(fields, scalar, nullable)?;
    match (minimum, maximum) {
        (Some(minimum), Some(maximum)) if minimum > maximum => Err(fields.at.error("`minimum` is above `maximum`")),
        (Some(_), Some(_)) => Ok(()),
        (None, None) if scalar.is_closed() => Ok(()),
        _ => Err(fields.at.error("an integer needs `minimum` and `maximum`, or `enum`, or `const`")),
    }
}

/// Reads `const` and `enum`.
fn closed_set(fields: &Fields<'_>, scalar: &mut Scalar, nullable: bool) -> Result<()> {
    let list = fields.optional("enum");
    if let Some(only) = fields.optional("const") {
        if nullable || list.is_some() {
            return Err(only.error("leaves no room for null or for an `enum`"));
        }
        scalar.only = Some(admitted(&only, scalar)?);
    }
    let Some(list) = list else { return Ok(()) };
    if nullable != list.items()?.iter().any(|item| *item.node() == Node::Null) {
        return Err(list.error("should have null where `type` has it, and only there"));
    }
    let allowed = values(Some(list.clone()), scalar, nullable)?;
    if allowed.is_empty() || (1..allowed.len()).any(|index| allowed[index..].contains(&allowed[index - 1])) {
        return Err(list.error("should have values, each of them once"));
    }
    let mut numbers: Vec<_> = allowed.iter().filter_map(Node::as_integer).collect();
    numbers.sort_unstable();
    if numbers.windows(2).any(|pair| pair[1] - pair[0] != 1) {
        return Err(list.error("the integers should follow one another without a gap"));
    }
    scalar.allowed = allowed;
    Ok(())
}

/// The values of a list of examples or allowed values; `null`, which nullability says already, is left out.
fn values(list: Option<Cursor<'_>>, scalar: &Scalar, nullable: bool) -> Result<Vec<Node>> {
    let items = list.map_or(Ok(Vec::new()), |list| list.items())?;
    items.iter().filter(|item| !nullable || *item.node() != Node::Null).map(|item| admitted(item, scalar)).collect()
}

/// The value at `at`, which holds the limits of `scalar` as far as they are read.
fn admitted(at: &Cursor<'_>, scalar: &Scalar) -> Result<Node> {
    let value = typed(at, scalar.primitive)?;
    let holds = match &value {
        Node::Text(text) => {
            let length = text.chars().count();
            let pattern = scalar.pattern.as_ref().and_then(|pattern| Regex::new(pattern).ok());
            (scalar.min_length.unwrap_or(0)..=scalar.max_length.unwrap_or(usize::MAX)).contains(&length)
                && pattern.is_none_or(|pattern| pattern.is_match(text))
        }
        Node::Integer(value) => {
            (scalar.minimum.unwrap_or(i64::MIN)..=scalar.maximum.unwrap_or(i64::MAX)).contains(value)
        }
        _ => true,
    };
    let closed = || scalar.only.iter().chain(&scalar.allowed).any(|known| *known == value);
    if holds && (!scalar.is_closed() || closed()) {
        Ok(value)
    } else {
        Err(at.error("does not hold the limits beside it"))
    }
}

/// The value at `at`, which is of the type `primitive`.
fn typed(at: &Cursor<'_>, primitive: Primitive) -> Result<Node> {
    let fits = match (primitive, at.node()) {
        (Primitive::Text, Node::Text(_)) | (Primitive::Boolean, Node::Bool(_)) => true,
        (Primitive::Int32, Node::Integer(value)) => i32::try_from(*value).is_ok(),
        (Primitive::Int64, Node::Integer(value)) => (-EXACT..=EXACT).contains(value),
        _ => false,
    };
    let expected = match primitive {
        Primitive::Text => "a string",
        Primitive::Int32 => "a whole number within int32",
        Primitive::Int64 => "a whole number within ±(2^53−1), which JavaScript reads exactly",
        Primitive::Boolean => "true or false",
    };
    if fits { Ok(at.node().clone()) } else { Err(at.error(format!("should be {expected}"))) }
}
