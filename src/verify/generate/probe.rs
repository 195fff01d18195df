use std::collections::BTreeSet;

use fastrand::Rng;
use serde_json::Value;

use super::{
    base,
    limits::{self, Try},
    pool::Pool,
};
use crate::verify::{
    Call, Cell, Expectation, Origin, Purpose, Side,
    contract::{Beyond, Field, Operation},
};

/// The part's name in origins.
pub(super) const PART: &str = "generated";

/// A call, with what must come of it and why it is made.
#[derive(Debug, Clone)]
pub(super) struct Probe {
    pub call: Call,
    pub expected: Expectation,
    pub purpose: Purpose,
}

impl Probe {
    /// A probe of `operation`; the contract says what must come of it.
    pub fn judged(side: Side, operation: &'static Operation, body: &Value, name: String, covers: Vec<Cell>) -> Self {
        let expected = verdict(side, operation, body);
        Self::new(Call::new(operation, body), expected, operation, &name, covers)
    }

    /// A probe whose outcome is known.
    pub fn new(call: Call, expected: Expectation, operation: &Operation, name: &str, covers: Vec<Cell>) -> Self {
        let origin = Origin::new(PART, format!("{} {name}", operation.id()));
        Self { call, expected, purpose: Purpose { origin, covers } }
    }
}

/// What the contract says of the request `body`.
pub(in crate::verify) fn verdict(side: Side, operation: &Operation, body: &Value) -> Expectation {
    let violations = side.document().violations(operation.info.request, body);
    if !violations.is_empty() {
        let set: BTreeSet<_> = violations.into_iter().map(|each| (each.pointer, each.rule)).collect();
        return Expectation::Refused { violations: set.into_iter().collect() };
    }
    if Beyond::of(operation.id()).any(|rule| !rule.holds(body)) {
        return Expectation::Invalid;
    }
    Expectation::Accepted { unknown: side.document().unknown_fields(operation.info.request, body) }
}

/// Values at the limits of every keyword of every field of `operation`, one field after the other.
pub(super) fn fields(
    side: Side,
    operation: &'static Operation,
    pool: Pool,
    mut rng: Rng,
) -> impl Iterator<Item = Probe> + Send + use<> {
    operation.fields.iter().flat_map(move |field| field_probes(side, operation, field, &pool, &mut rng))
}

fn field_probes(side: Side, operation: &'static Operation, field: &Field, pool: &Pool, rng: &mut Rng) -> Vec<Probe> {
    let mut body = base::least(side, operation, pool, rng);
    let pointer = base::with(side, operation, field, &mut body, pool, rng);
    let good = body.pointer(&pointer).cloned().unwrap_or_default();
    let mut probes = Vec::new();
    for keyword in &field.keywords {
        let cell = Cell::Keyword { operation: operation.id(), place: field.place.clone(), keyword: *keyword };
        let mut later_item = false;
        for Try { keyword, name, value } in limits::tries(field, *keyword, &good) {
            let mut changed = body.clone();
            match &value {
                Some(value) => base::put(&mut changed, &pointer, value.clone()),
                None => base::remove(&mut changed, &pointer),
            }
            let name = format!("{} {}: {name}", field.place, keyword.name());
            let probe = Probe::judged(side, operation, &changed, name.clone(), vec![cell.clone()]);
            let of_this_keyword = match &probe.expected {
                Expectation::Refused { violations } => {
                    violations.iter().any(|(place, rule)| *place == pointer && rule == keyword.rule())
                }
                Expectation::Accepted { .. } => true,
                _ => false,
            };
            if !of_this_keyword {
                continue;
            }
            // Not only the first item of a list is checked.
            if !later_item
                && matches!(probe.expected, Expectation::Refused { .. })
                && let Some(changed) = in_second_item(&body, &changed, field)
            {
                later_item = true;
                probes.push(Probe::judged(
                    side,
                    operation,
                    &changed,
                    format!("{name}, in the second item"),
                    vec![cell.clone()],
                ));
            }
            probes.push(probe);
        }
    }
    probes
}

/// `changed` with the unchanged first item of the outermost list around `field` in front of the changed one.
fn in_second_item(body: &Value, changed: &Value, field: &Field) -> Option<Value> {
    let (list, _) = field.place.split_once("/*")?;
    let good = body.pointer(list)?.get(0)?.clone();
    let mut changed = changed.clone();
    changed.pointer_mut(list)?.as_array_mut()?.insert(0, good);
    Some(changed)
}

/// Requests that break the rules which the schema cannot say.
pub(super) fn breaches(side: Side, operation: &'static Operation, pool: &Pool, rng: &mut Rng) -> Vec<Probe> {
    let body = base::least(side, operation, pool, rng);
    let of_rule = |rule: &'static Beyond| {
        let cell = rule_cell(operation, rule);
        let probe = move |(name, body): (String, Value)| {
            Probe::judged(side, operation, &body, format!("{}: {name}", rule.rule), vec![cell.clone()])
        };
        rule.breaches(&body).into_iter().map(probe).collect::<Vec<_>>()
    };
    Beyond::of(operation.id()).flat_map(of_rule).collect()
}

/// The cell of a rule that the schema cannot say.
pub(super) fn rule_cell(operation: &Operation, rule: &Beyond) -> Cell {
    Cell::Rule { operation: operation.id(), name: rule.rule.clone() }
}
