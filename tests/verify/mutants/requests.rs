use poem::http::{HeaderValue, header::CONTENT_TYPE};
use polaris::verify::{
    Side,
    contract::{Field, Keyword, Kind, Operation},
};
use reqwest::Method;
use serde_json::{Value, json};

use super::{
    call::Asked,
    mutant::{Damage, Mutant, Mutator, once},
    place,
};

pub const MUTATORS: &[Mutator] = &[
    Mutator::new("accept a bad value", Damage::Request(accept), limits),
    Mutator::new("accept another content type", Damage::Request(any_content_type), once),
    Mutator::new("accept another method", Damage::Request(any_method), once),
    Mutator::new("refuse a value at its limit", Damage::Refuse(at_limit), limited),
    Mutator::new("refuse an optional field", Damage::Refuse(present), optional),
    Mutator::new("refuse null", Damage::Refuse(null), nullable),
    Mutator::new("refuse an unknown field", Damage::Refuse(unknown), once),
    Mutator::new("ignore a filter", Damage::Request(ignore), filters).everywhere(),
    Mutator::new("ignore a field of a write", Damage::Request(ignore), written).everywhere(),
    Mutator::new("lose an update", Damage::Lose, writes),
    Mutator::new("apply an update twice", Damage::Twice, writes),
    Mutator::new("serve a stale read", Damage::Stale, reads),
    Mutator::new("slow", Damage::Slow, once),
];

fn writes(_: Side, operation: &'static Operation) -> Vec<String> {
    if operation.writes { vec![String::new()] } else { Vec::new() }
}

fn reads(_: Side, operation: &'static Operation) -> Vec<String> {
    if operation.writes { Vec::new() } else { vec![String::new()] }
}

fn places(operation: &'static Operation, fits: impl Fn(&Field) -> bool) -> Vec<String> {
    operation.fields.iter().filter(|field| fits(field)).map(|field| field.place.clone()).collect()
}

fn is_outer(field: &Field) -> bool {
    !field.place[1..].contains('/')
}

fn is_page(field: &Field) -> bool {
    ["pageNo", "pageSize"].contains(&field.name.as_str())
}

/// Every keyword of every field.
fn limits(_: Side, operation: &'static Operation) -> Vec<String> {
    let of_field = |field: &'static Field| {
        let rules = field.keywords.iter().map(|keyword| keyword.rule());
        let mut rules: Vec<_> = rules.map(|rule| format!("{} {rule}", field.place)).collect();
        rules.dedup();
        rules
    };
    operation.fields.iter().flat_map(of_field).collect()
}

fn limited(_: Side, operation: &'static Operation) -> Vec<String> {
    let limits = [Keyword::Minimum, Keyword::Maximum, Keyword::MaxLength, Keyword::MaxItems];
    places(operation, |field| field.keywords.iter().any(|keyword| limits.contains(keyword)))
}

fn optional(_: Side, operation: &'static Operation) -> Vec<String> {
    places(operation, |field| !field.required && is_outer(field))
}

fn nullable(_: Side, operation: &'static Operation) -> Vec<String> {
    places(operation, |field| field.nullable() && is_outer(field))
}

fn filters(_: Side, operation: &'static Operation) -> Vec<String> {
    if operation.writes { Vec::new() } else { places(operation, is_outer) }
}

fn written(_: Side, operation: &'static Operation) -> Vec<String> {
    if operation.writes { places(operation, |field| is_outer(field) && !field.required) } else { Vec::new() }
}

/// A request that violates nothing but this rule at this place is taken for a good one.
fn accept(mutant: &Mutant, asked: &Asked) -> Option<Asked> {
    let request = asked.json.as_ref().filter(|_| asked.is_json())?;
    let (place, rule) = mutant.place.split_once(' ')?;
    let violations = mutant.violations(request);
    let alone = !violations.is_empty() && violations.iter().all(|(at, broken)| at == place && broken == rule);
    alone.then(|| asked.with(mutant.example()))
}

fn any_content_type(_: &Mutant, asked: &Asked) -> Option<Asked> {
    let other = asked.method == Method::POST && asked.json.is_some() && !asked.is_json();
    other.then(|| as_json(asked.clone()))
}

fn any_method(mutant: &Mutant, asked: &Asked) -> Option<Asked> {
    let other = asked.method != Method::POST && asked.method != Method::OPTIONS;
    other.then(|| as_json(Asked { method: Method::POST, ..asked.with(mutant.example()) }))
}

fn as_json(mut asked: Asked) -> Asked {
    asked.headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    asked
}

/// The value of a valid request at the mutant's place.
fn valid<'a>(mutant: &Mutant, asked: &'a Asked) -> Option<&'a Value> {
    let request = asked.json.as_ref().filter(|_| asked.is_json())?;
    let value = place::first(request, &mutant.place)?;
    mutant.violations(request).is_empty().then_some(value)
}

fn at_limit(mutant: &Mutant, asked: &Asked) -> bool {
    let Some((value, field)) = valid(mutant, asked).zip(mutant.operation.field(&mutant.place)) else { return false };
    let size = match value {
        Value::String(text) => i64::try_from(text.chars().count()).ok(),
        Value::Array(items) => i64::try_from(items.len()).ok(),
        other => other.as_i64(),
    };
    let keyword = match field.kind() {
        Kind::String => "maxLength",
        Kind::Array => "maxItems",
        _ if field.limit("maximum").is_some() => "maximum",
        _ => "minimum",
    };
    size.is_some() && size == field.limit(keyword)
}

fn present(mutant: &Mutant, asked: &Asked) -> bool {
    valid(mutant, asked).is_some_and(|value| !value.is_null())
}

fn null(mutant: &Mutant, asked: &Asked) -> bool {
    valid(mutant, asked).is_some_and(Value::is_null)
}

fn unknown(mutant: &Mutant, asked: &Asked) -> bool {
    asked.is_json()
        && asked.json.as_ref().is_some_and(|request| {
            mutant.violations(request).is_empty()
                && !mutant.side.document().unknown_fields(mutant.operation.info.request, request).is_empty()
        })
}

/// A valid request without that field; where it must be there, with the value of the contract's example.
fn ignore(mutant: &Mutant, asked: &Asked) -> Option<Asked> {
    let value = valid(mutant, asked)?;
    let field = mutant.operation.field(&mutant.place)?;
    let instead = match field.name.as_str() {
        "pageNo" => Some(json!(1)),
        "pageSize" => Some(json!(200)),
        name if field.required => Some(mutant.example()[name].clone()),
        _ => None,
    };
    debug_assert!(instead.is_some() || !is_page(field));
    // Null and the empty string say as much as nothing.
    if instead.as_ref() == Some(value) || value.is_null() || value == "" {
        return None;
    }
    let mut request = asked.json.clone()?;
    let fields = request.as_object_mut()?;
    match instead {
        Some(instead) => drop(fields.insert(field.name.clone(), instead)),
        None => drop(fields.remove(&field.name)),
    }
    Some(asked.with(request))
}
