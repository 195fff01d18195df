use std::cmp::Ordering;

use serde_json::{Map, Number, Value};

use super::{change::Place, comparison::Comparison, rule::Rule};

/// A keyword, and the rules for a limit that became greater and smaller. No limit at all is the least lower limit and
/// the greatest upper one.
struct Limit {
    keyword: &'static str,
    upper: bool,
    greater: Rule,
    smaller: Rule,
}

const fn lower(keyword: &'static str, greater: Rule, smaller: Rule) -> Limit {
    Limit { keyword, upper: false, greater, smaller }
}

const fn upper(keyword: &'static str, greater: Rule, smaller: Rule) -> Limit {
    Limit { keyword, upper: true, greater, smaller }
}

const LIMITS: [Limit; 10] = [
    lower("minimum", Rule::MinimumRaised, Rule::MinimumLowered),
    upper("maximum", Rule::MaximumRaised, Rule::MaximumLowered),
    lower("exclusiveMinimum", Rule::ExclusiveMinimumRaised, Rule::ExclusiveMinimumLowered),
    upper("exclusiveMaximum", Rule::ExclusiveMaximumRaised, Rule::ExclusiveMaximumLowered),
    lower("minLength", Rule::MinLengthRaised, Rule::MinLengthLowered),
    upper("maxLength", Rule::MaxLengthRaised, Rule::MaxLengthLowered),
    lower("minItems", Rule::MinItemsRaised, Rule::MinItemsLowered),
    upper("maxItems", Rule::MaxItemsRaised, Rule::MaxItemsLowered),
    lower("minProperties", Rule::MinPropertiesRaised, Rule::MinPropertiesLowered),
    upper("maxProperties", Rule::MaxPropertiesRaised, Rule::MaxPropertiesLowered),
];

/// The keywords that are limits.
pub(super) fn keywords() -> impl Iterator<Item = &'static str> {
    LIMITS.iter().map(|limit| limit.keyword)
}

impl Comparison<'_> {
    pub(super) fn limits(&mut self, place: &Place, old: &Map<String, Value>, new: &Map<String, Value>) {
        for Limit { keyword, upper, greater, smaller } in &LIMITS {
            let number = |value| Value::as_number(value);
            let Some((was, is)) = self.differing(place, keyword, (old, new), number) else { continue };
            let order = match (was, is) {
                (Some(was), Some(is)) => order(was, is),
                // No upper limit is greater than any, no lower limit is smaller than any.
                (None, _) if *upper => Ordering::Greater,
                (None, _) => Ordering::Less,
                (_, None) if *upper => Ordering::Less,
                (_, None) => Ordering::Greater,
            };
            let rule = match order {
                Ordering::Less => *greater,
                Ordering::Greater => *smaller,
                Ordering::Equal => continue,
            };
            self.found(place, rule, old.get(*keyword), new.get(*keyword));
        }
    }
}

/// Whole numbers are compared exactly, others as near as a double is.
fn order(one: &Number, other: &Number) -> Ordering {
    match (one.as_i128(), other.as_i128()) {
        (Some(one), Some(other)) => one.cmp(&other),
        _ => one.as_f64().partial_cmp(&other.as_f64()).unwrap_or(Ordering::Equal),
    }
}
