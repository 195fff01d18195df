use fastrand::Rng;
use serde_json::Value;

use super::{
    pool::Pool,
    value::{Extent, Maker},
};
use crate::verify::{
    Side,
    contract::{Beyond, Field, Operation},
};

/// A valid request with what is required alone, made of the contract's examples where it has some.
pub(in crate::verify) fn least(side: Side, operation: &Operation, pool: &Pool, rng: &mut Rng) -> Value {
    make(side, operation, pool, rng, Extent::Least)
}

/// Some valid request.
pub(in crate::verify) fn any(side: Side, operation: &Operation, pool: &Pool, rng: &mut Rng) -> Value {
    make(side, operation, pool, rng, Extent::Some)
}

fn make(side: Side, operation: &Operation, pool: &Pool, rng: &mut Rng, extent: Extent) -> Value {
    let schemas = &side.contract().schemas;
    let schema = schemas.named(operation.info.request);
    let mut body = Maker { schemas, pool, rng, extent }.value("", schema);
    Beyond::of(operation.id()).for_each(|rule| rule.repair(&mut body));
    body
}

/// `body` with everything that `field` stands in: optional objects and lists around it, and itself. Gives its place.
pub(in crate::verify) fn with(
    side: Side,
    operation: &Operation,
    field: &Field,
    body: &mut Value,
    pool: &Pool,
    rng: &mut Rng,
) -> String {
    let schemas = &side.contract().schemas;
    let around = operation.fields.iter().filter(|each| field.place.starts_with(&format!("{}/", each.place)));
    for each in around.chain([field]) {
        if body.pointer(&each.pointer()).is_none_or(Value::is_null) {
            let value = Maker { schemas, pool, rng, extent: Extent::Least }.value(&each.name, &each.schema);
            put(body, &each.pointer(), value);
        }
    }
    field.pointer()
}

/// Puts `value` at `pointer`, whose parent is there.
pub(in crate::verify) fn put(body: &mut Value, pointer: &str, value: Value) {
    let (parent, token) = pointer.rsplit_once('/').unwrap_or_default();
    let token = token.replace("~1", "/").replace("~0", "~");
    match body.pointer_mut(parent) {
        Some(Value::Object(fields)) => drop(fields.insert(token, value)),
        Some(Value::Array(items)) => match token.parse::<usize>() {
            Ok(index) if index < items.len() => items[index] = value,
            _ => items.push(value),
        },
        _ => {}
    }
}

/// Takes away what stands at `pointer`.
pub(in crate::verify) fn remove(body: &mut Value, pointer: &str) {
    let (parent, token) = pointer.rsplit_once('/').unwrap_or_default();
    match body.pointer_mut(parent) {
        Some(Value::Object(fields)) => drop(fields.remove(&token.replace("~1", "/").replace("~0", "~"))),
        Some(Value::Array(items)) => {
            if let Some(index) = token.parse().ok().filter(|index| *index < items.len()) {
                items.remove(index);
            }
        }
        _ => {}
    }
}
