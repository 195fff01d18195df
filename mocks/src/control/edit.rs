use std::sync::Arc;

use poem::{
    Body, Request, Response, handler,
    http::StatusCode,
    web::{Data, Path},
};
use serde_json::Value;
use utoipa::ToSchema;

use super::{
    ControlFailure,
    error::{ControlError, json, read, typed},
    state::{Side, known_side, unknown_collection, unknown_entity},
};
use crate::{
    Mock,
    world::{Battery, Kept, Merchant, Records, Tank, User, Vehicle},
};

/// An entity, of the form that its collection has.
#[derive(ToSchema)]
#[schema(as = Entity)]
#[serde(untagged)]
#[expect(dead_code, reason = "it stands in the document alone")]
pub(super) enum AnyEntity {
    Merchant(Merchant),
    Tank(Tank),
    Battery(Battery),
    Vehicle(Vehicle),
    User(User),
}

/// Replace one entity
#[utoipa::path(put, path = "/state/{side}/{collection}/{key}", operation_id = "replaceEntity", tag = "world",
    params(
        ("side" = String, Path, description = "weichuang", example = "weichuang"),
        ("collection" = String, Path, description = "merchants, tanks, batteries, vehicles or users", example = "batteries"),
        ("key" = String, Path, description = "The entity's code or id, the same as in the body", example = "BT0001"),
    ),
    request_body(content = AnyEntity, description = "The whole entity: a field that is left out becomes empty",
        example = json!({"batteryCode": "BT0001", "merchantId": "1001", "model": "72V30Ah"})),
    responses(
        (status = 200, description = "The entity as it is now", body = AnyEntity),
        (status = 400, description = "The body is no JSON in UTF-8", body = ControlFailure),
        (status = 413, description = "The body is larger than 1 MiB", body = ControlFailure),
        (status = 415, description = "The body is compressed, or in another charset than UTF-8", body = ControlFailure),
        (status = 404, description = "No such side, collection or entity", body = ControlFailure),
        (status = 409, description = "The rest of the world does not allow it", body = ControlFailure),
        (status = 422, description = "The body is no entity of this collection", body = ControlFailure),
    ))]
#[handler]
pub(super) async fn put_entity(
    mock: Data<&Arc<Mock>>,
    Path((side, collection, key)): Path<(String, String, String)>,
    request: &Request,
    body: Body,
) -> Result<Response, ControlError> {
    editable(&side)?;
    let entity = read(request, body).await?;
    mock.weichuang().edit(|records| change(records, &collection, &key, |_| entity))
}

/// Change some fields of one entity, by JSON merge patch
#[utoipa::path(patch, path = "/state/{side}/{collection}/{key}", operation_id = "patchEntity", tag = "world",
    params(
        ("side" = String, Path, description = "weichuang", example = "weichuang"),
        ("collection" = String, Path, description = "merchants, tanks, batteries, vehicles or users", example = "users"),
        ("key" = String, Path, description = "The entity's code or id", example = "U10001"),
    ),
    request_body(content = std::collections::HashMap<String, Value>, description = "The fields to change; null empties one (RFC 7396)",
        example = json!({"deposit": null})),
    responses(
        (status = 200, description = "The entity as it is now", body = AnyEntity),
        (status = 400, description = "The body is no JSON in UTF-8", body = ControlFailure),
        (status = 413, description = "The body is larger than 1 MiB", body = ControlFailure),
        (status = 415, description = "The body is compressed, or in another charset than UTF-8", body = ControlFailure),
        (status = 404, description = "No such side, collection or entity", body = ControlFailure),
        (status = 409, description = "The rest of the world does not allow it", body = ControlFailure),
        (status = 422, description = "The changed entity would have a wrong form", body = ControlFailure),
    ))]
#[handler]
pub(super) async fn patch_entity(
    mock: Data<&Arc<Mock>>,
    Path((side, collection, key)): Path<(String, String, String)>,
    request: &Request,
    body: Body,
) -> Result<Response, ControlError> {
    editable(&side)?;
    let patch: Value = read(request, body).await?;
    if !patch.is_object() {
        return Err(ControlError::malformed("a patch is a JSON object"));
    }
    mock.weichuang().edit(|records| {
        change(records, &collection, &key, |mut entity| {
            merge(&mut entity, patch);
            entity
        })
    })
}

/// Polaris's side is changed by its operations: that keeps its rules.
fn editable(side: &str) -> Result<(), ControlError> {
    match known_side(side)? {
        Side::Weichuang => Ok(()),
        Side::Polaris => Err(ControlError::conflict("polaris is changed by its own operations, /kop and /internal")),
    }
}

fn change(
    records: &mut Records,
    collection: &str,
    key: &str,
    make: impl FnOnce(Value) -> Value,
) -> Result<Response, ControlError> {
    match collection {
        "merchants" => change_one::<Merchant>(records, key, make),
        "tanks" => change_one::<Tank>(records, key, make),
        "batteries" => change_one::<Battery>(records, key, make),
        "vehicles" => change_one::<Vehicle>(records, key, make),
        "users" => change_one::<User>(records, key, make),
        "bindings" => Err(ControlError::conflict("a binding is changed at its battery or vehicle")),
        "migrations" => Err(ControlError::conflict("a migration is changed at its user")),
        _ => Err(unknown_collection()),
    }
}

fn change_one<T: Kept>(
    records: &mut Records,
    key: &str,
    make: impl FnOnce(Value) -> Value,
) -> Result<Response, ControlError> {
    let old = T::table(records).get(key).ok_or_else(unknown_entity)?;
    let old = serde_json::to_value(old).map_err(|error| ControlError::malformed(error.to_string()))?;
    let new: T = typed(make(old))?;
    if new.key() != key {
        return Err(ControlError::malformed(format!("{} must be the same as in the path", T::KEY)));
    }
    let answer = json(StatusCode::OK, &new);
    records.replace(new).map_err(|problem| ControlError::conflict(problem.to_string()))?;
    Ok(answer)
}

/// JSON merge patch, RFC 7396.
fn merge(target: &mut Value, patch: Value) {
    let Value::Object(patch) = patch else {
        *target = patch;
        return;
    };
    if !target.is_object() {
        *target = Value::Object(serde_json::Map::new());
    }
    let Value::Object(fields) = target else { return };
    for (name, value) in patch {
        if value.is_null() {
            fields.remove(&name);
        } else {
            merge(fields.entry(name).or_insert(Value::Null), value);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_merge_patch_changes_adds_and_removes() {
        let mut target = json!({"a": {"b": 1, "c": 2}, "d": 3});
        merge(&mut target, json!({"a": {"b": null, "e": {"f": null, "g": 4}}, "d": [5]}));
        assert_eq!(target, json!({"a": {"c": 2, "e": {"g": 4}}, "d": [5]}));
    }
}
