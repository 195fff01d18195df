use polaris::verify::{Side, contract::Operation};
use serde_json::{Value, json};

use super::{
    call::{Answer, Asked},
    fields,
    mutant::{Damage, Mutant, Mutator},
    place,
};

pub const MUTATORS: &[Mutator] = &[
    Mutator::new("repeat a row", Damage::Reply(repeat_row), lists),
    Mutator::new("drop a row", Damage::Reply(drop_row), lists),
    Mutator::new("reorder rows", Damage::Reply(reorder), rows),
    Mutator::new("wrong total", Damage::Reply(total), pages),
    Mutator::new("wrong hasMore", Damage::Reply(has_more), pages),
    Mutator::new("wrong pageNo", Damage::Reply(page_no), pages),
    Mutator::new("wrong pageSize", Damage::Reply(page_size), pages),
];

/// Lists that a reply holds.
fn lists(side: Side, operation: &'static Operation) -> Vec<String> {
    let found = fields::fields(side, operation).into_iter().filter(|(_, schema)| schema["items"].is_object());
    found.map(|(place, _)| place).collect()
}

/// Rows that have an order.
fn rows(_: Side, operation: &'static Operation) -> Vec<String> {
    operation.page.iter().map(|_| "/data/result".to_owned()).collect()
}

fn pages(_: Side, operation: &'static Operation) -> Vec<String> {
    operation.page.iter().map(|_| String::new()).collect()
}

fn change(mutant: &Mutant, answer: &mut Answer, change: fn(&mut Vec<Value>)) {
    if mutant.success(answer) {
        answer.edit(|body| {
            place::each(body, &mutant.place, &mut |fields, name| {
                if let Some(rows) = fields[name].as_array_mut() {
                    change(rows);
                }
            });
        });
    }
}

fn repeat_row(mutant: &Mutant, _: &Asked, answer: &mut Answer) {
    change(mutant, answer, |rows| {
        if let Some(row) = rows.first().cloned() {
            rows.insert(1, row);
        }
    });
}

/// The one in the middle.
fn drop_row(mutant: &Mutant, _: &Asked, answer: &mut Answer) {
    change(mutant, answer, |rows| {
        if !rows.is_empty() {
            rows.remove(rows.len() / 2);
        }
    });
}

fn reorder(mutant: &Mutant, _: &Asked, answer: &mut Answer) {
    change(mutant, answer, |rows| rows.reverse());
}

fn page(mutant: &Mutant, answer: &mut Answer, field: &str, change: fn(&Value) -> Value) {
    if mutant.success(answer) {
        answer.edit(|body| body["data"][field] = change(&body["data"][field]));
    }
}

fn total(mutant: &Mutant, _: &Asked, answer: &mut Answer) {
    page(mutant, answer, "total", |total| total.as_u64().map_or(Value::Null, |total| json!(total + 1)));
}

fn has_more(mutant: &Mutant, _: &Asked, answer: &mut Answer) {
    page(mutant, answer, "hasMore", |more| json!(more != true));
}

fn page_no(mutant: &Mutant, _: &Asked, answer: &mut Answer) {
    page(mutant, answer, "pageNo", |number| json!(number.as_u64().unwrap_or(0) + 1));
}

fn page_size(mutant: &Mutant, _: &Asked, answer: &mut Answer) {
    page(mutant, answer, "pageSize", |size| json!(size.as_u64().unwrap_or(0) % 200 + 1));
}
