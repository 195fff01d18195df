use polaris::verify::{Envelope, Side, contract::Operation};
use serde_json::{Value, json};

use super::{
    call::{Answer, Asked},
    mutant::{Damage, Mutant, Mutator},
    place,
};

pub const MUTATORS: &[Mutator] = &[
    Mutator::new("drop a field", Damage::Reply(drop_field), leaves),
    Mutator::new("null a field", Damage::Reply(null), leaves),
    Mutator::new("change a field's type", Damage::Reply(change_type), leaves),
    Mutator::new("shift a number", Damage::Reply(shift), numbers),
    Mutator::new("shift a time", Damage::Reply(shift_time), times),
    Mutator::new("change a text", Damage::Reply(change_text), texts),
];

/// A field of a successful reply: its place and its schema.
pub(super) fn fields(side: Side, operation: &'static Operation) -> Vec<(String, &'static Value)> {
    let schemas = &side.contract().schemas;
    let mut found = Vec::new();
    below(schemas, schemas.named(operation.info.success), "", &mut found);
    found
}

fn below(
    schemas: &'static polaris::verify::contract::Schemas,
    schema: &'static Value,
    place: &str,
    found: &mut Vec<(String, &'static Value)>,
) {
    for (name, field) in schema["properties"].as_object().into_iter().flatten() {
        let mut place = format!("{place}/{name}");
        let mut field = schemas.resolve(field);
        // `anyOf` an object and null.
        for choice in field["anyOf"].as_array().into_iter().flatten() {
            let choice = schemas.resolve(choice);
            if choice["properties"].is_object() {
                field = choice;
            }
        }
        found.push((place.clone(), field));
        while field["items"].is_object() {
            field = schemas.resolve(&field["items"]);
            place.push_str("/*");
        }
        below(schemas, field, &place, found);
    }
}

fn leaves_that(side: Side, operation: &'static Operation, fits: impl Fn(&str, &Value) -> bool) -> Vec<String> {
    let code = format!("/{}", side.envelope().code_field());
    let own = |place: &String| side.envelope() == Envelope::Flat || place.starts_with("/data/") || *place == code;
    let found = fields(side, operation).into_iter().filter(|(_, schema)| schema["properties"].is_null());
    found.filter(|(place, schema)| fits(place, schema)).map(|(place, _)| place).filter(own).collect()
}

fn leaves(side: Side, operation: &'static Operation) -> Vec<String> {
    leaves_that(side, operation, |place, _| place != "/msg")
}

fn is(schema: &Value, kind: &str) -> bool {
    schema["type"] == kind || schema["type"].as_array().is_some_and(|kinds| kinds.iter().any(|each| each == kind))
}

fn numbers(side: Side, operation: &'static Operation) -> Vec<String> {
    let code = ["/code", "/result"];
    leaves_that(side, operation, |place, schema| {
        let name = place.rsplit('/').next().unwrap_or_default().to_lowercase();
        let money = is(schema, "string") && ["amount", "deposit", "money"].iter().any(|each| name.ends_with(each));
        let page = ["/data/total", "/data/pageNo", "/data/pageSize"].contains(&place);
        (is(schema, "integer") || money) && !code.contains(&place) && !page
    })
}

fn is_time(place: &str, schema: &Value) -> bool {
    let name = place.rsplit('/').next().unwrap_or_default().to_lowercase();
    is(schema, "string") && (name.contains("time") || name.contains("date") || name == "birthday")
}

fn times(side: Side, operation: &'static Operation) -> Vec<String> {
    leaves_that(side, operation, is_time)
}

fn texts(side: Side, operation: &'static Operation) -> Vec<String> {
    leaves_that(side, operation, |place, schema| is(schema, "string") && !is_time(place, schema) && place != "/msg")
}

/// Changes the field of a success wherever it stands.
fn change(mutant: &Mutant, answer: &mut Answer, change: impl Fn(&Value) -> Option<Value>) {
    if mutant.success(answer) {
        answer.edit(|body| {
            place::each(body, &mutant.place, &mut |fields, name| {
                if let Some(changed) = change(&fields[name]) {
                    fields.insert(name.to_owned(), changed);
                }
            });
        });
    }
}

fn drop_field(mutant: &Mutant, _: &Asked, answer: &mut Answer) {
    if mutant.success(answer) {
        answer.edit(|body| place::each(body, &mutant.place, &mut |fields, name| drop(fields.remove(name))));
    }
}

fn null(mutant: &Mutant, _: &Asked, answer: &mut Answer) {
    change(mutant, answer, |_| Some(Value::Null));
}

fn change_type(mutant: &Mutant, _: &Asked, answer: &mut Answer) {
    change(mutant, answer, |value| {
        Some(match value {
            Value::Null => return None,
            Value::String(text) => text.parse::<i64>().map_or_else(|_| json!([text]), |number| json!(number)),
            Value::Number(number) => json!(number.to_string()),
            Value::Bool(yes) => json!(yes.to_string()),
            Value::Array(_) => json!({}),
            Value::Object(_) => json!([]),
        })
    });
}

fn shift(mutant: &Mutant, _: &Asked, answer: &mut Answer) {
    change(mutant, answer, |value| match value {
        Value::Number(number) => Some(json!(number.as_i64()? + 1)),
        Value::String(yuan) => {
            let (whole, cents) = yuan.split_once('.')?;
            Some(json!(format!("{}.{cents}", whole.parse::<i64>().ok()? + 1)))
        }
        _ => None,
    });
}

/// A year earlier.
fn shift_time(mutant: &Mutant, _: &Asked, answer: &mut Answer) {
    change(mutant, answer, |value| {
        let text = value.as_str()?;
        let year: i32 = text.get(..4)?.parse().ok()?;
        Some(json!(format!("{}{}", year - 1, &text[4..])))
    });
}

/// Another last character, of the same kind.
fn change_text(mutant: &Mutant, _: &Asked, answer: &mut Answer) {
    change(mutant, answer, |value| {
        let mut text = value.as_str()?.to_owned();
        let last = text.pop()?;
        text.push(match last {
            '9' => '0',
            '0'..='8' => char::from(last as u8 + 1),
            'z' => 'a',
            'Z' => 'A',
            'a'..='y' | 'A'..='Y' => char::from(last as u8 + 1),
            '乙' => '甲',
            _ => '乙',
        });
        Some(text.into())
    });
}
