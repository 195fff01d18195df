use std::cmp::Ordering;

use serde_json::Value;

use super::{
    node::Key,
    pattern::{Matcher, Pattern},
    scope::Scope,
    template::Template,
};

/// Where a value is not like its pattern, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mismatch {
    /// A JSON Pointer into the reply.
    pub pointer: String,
    pub reason: String,
}

/// Sees whether the value at `pointer` (none: there is no such field) is like `pattern`; what is kept goes to `scope`.
pub(super) fn matches(
    pattern: &Pattern,
    value: Option<&Value>,
    pointer: &str,
    scope: &mut Scope,
) -> Result<(), Mismatch> {
    let fail = |reason: String| Err(Mismatch { pointer: pointer.to_owned(), reason });
    match pattern {
        Pattern::Matchers(matchers) => matchers.iter().try_for_each(|matcher| holds(matcher, value, pointer, scope)),
        _ => {
            let Some(value) = value else { return fail("the field is missing".to_owned()) };
            match pattern {
                Pattern::Equal(template) => {
                    let due = filled(template, scope, pointer)?;
                    if *value == due { Ok(()) } else { fail(format!("{due} is due, and it is {}", short(value))) }
                }
                Pattern::Fields(fields) => {
                    if !value.is_object() {
                        return fail(format!("an object is due, and it is {}", short(value)));
                    }
                    each_field(fields, value, pointer, scope)
                }
                Pattern::Items(patterns) => {
                    let Some(items) = value.as_array() else {
                        return fail(format!("a list is due, and it is {}", short(value)));
                    };
                    if items.len() != patterns.len() {
                        return fail(format!("{} items are due, and there are {}", patterns.len(), items.len()));
                    }
                    let mut both = patterns.iter().zip(items).enumerate();
                    both.try_for_each(|(index, (pattern, item))| {
                        matches(pattern, Some(item), &format!("{pointer}/{index}"), scope)
                    })
                }
                Pattern::Matchers(_) => Ok(()),
            }
        }
    }
}

fn each_field(fields: &[(Key, Pattern)], value: &Value, pointer: &str, scope: &mut Scope) -> Result<(), Mismatch> {
    fields.iter().try_for_each(|(key, pattern)| {
        let place = format!("{pointer}/{}", key.name.replace('~', "~0").replace('/', "~1"));
        matches(pattern, value.get(&key.name), &place, scope)
    })
}

fn holds(matcher: &Matcher, value: Option<&Value>, pointer: &str, scope: &mut Scope) -> Result<(), Mismatch> {
    let fail = |reason: String| Err(Mismatch { pointer: pointer.to_owned(), reason });
    if let Matcher::Absent = matcher {
        return if value.is_some() { fail("the field should not be there".to_owned()) } else { Ok(()) };
    }
    let Some(value) = value else { return fail("the field is missing".to_owned()) };
    let list = || {
        value.as_array().ok_or_else(|| Mismatch {
            pointer: pointer.to_owned(),
            reason: format!("a list is due, and it is {}", short(value)),
        })
    };
    let bound = |template: &Template, scope: &Scope, wrong: Ordering, word: &str| {
        let due = filled(template, scope, pointer)?;
        match value.as_i64().zip(due.as_i64()) {
            Some((is, due)) if is.cmp(&due) != wrong => Ok(()),
            _ => fail(format!("{word} {due} is due, and it is {}", short(value))),
        }
    };
    match matcher {
        Matcher::Absent => Ok(()),
        Matcher::Any(due) if due.of(value) => Ok(()),
        Matcher::Any(due) => fail(format!("some {} is due, and it is {}", due.name(), short(value))),
        Matcher::Matches(regex) if value.as_str().is_some_and(|text| regex.is_match(text)) => Ok(()),
        Matcher::Matches(regex) => fail(format!("text like {regex} is due, and it is {}", short(value))),
        Matcher::Not(pattern) => match matches(pattern, Some(value), pointer, &mut scope.clone()) {
            Ok(()) => fail(format!("it should not be {}", short(value))),
            Err(_) => Ok(()),
        },
        Matcher::In(templates) => {
            for template in templates {
                if filled(template, scope, pointer)? == *value {
                    return Ok(());
                }
            }
            fail(format!("it is {}, none of the values that are due", short(value)))
        }
        Matcher::Min(template) => bound(template, scope, Ordering::Less, "at least"),
        Matcher::Max(template) => bound(template, scope, Ordering::Greater, "at most"),
        Matcher::Contains(pattern) => {
            let mut nearest = None;
            for (index, item) in list()?.iter().enumerate() {
                let mut tried = scope.clone();
                match matches(pattern, Some(item), &format!("{pointer}/{index}"), &mut tried) {
                    Ok(()) => {
                        *scope = tried;
                        return Ok(());
                    }
                    Err(mismatch) => nearest = nearest.or(Some(mismatch)),
                }
            }
            let first = nearest.map(|first| format!(" ({}: {})", first.pointer, first.reason)).unwrap_or_default();
            fail(format!("no item is as is due{first}"))
        }
        Matcher::Each(pattern) => {
            let items = list()?;
            if items.is_empty() {
                return fail("the list is empty".to_owned());
            }
            let mut items = items.iter().enumerate();
            items.try_for_each(|(index, item)| matches(pattern, Some(item), &format!("{pointer}/{index}"), scope))
        }
        Matcher::Count(pattern) => {
            let count = match value {
                Value::Array(items) => items.len(),
                Value::String(text) => text.chars().count(),
                _ => return fail(format!("a list or a string is due, and it is {}", short(value))),
            };
            matches(pattern, Some(&count.into()), pointer, scope)
                .map_err(|mismatch| Mismatch { reason: format!("the length: {}", mismatch.reason), ..mismatch })
        }
        Matcher::Sorted(fields) => {
            let items = list()?;
            let wrong = items.windows(2).position(|pair| order(fields, &pair[0], &pair[1]) == Ordering::Less);
            match wrong {
                Some(index) => Err(Mismatch {
                    pointer: format!("{pointer}/{}", index + 1),
                    reason: format!("the item should stand before the one before it, by {}", fields.join(", ")),
                }),
                None => Ok(()),
            }
        }
        Matcher::Exact(fields) => {
            let Some(object) = value.as_object() else {
                return fail(format!("an object is due, and it is {}", short(value)));
            };
            if let Some(name) = object.keys().find(|name| fields.iter().all(|(key, _)| key.name != **name)) {
                return fail(format!("the field {name} should not be there"));
            }
            each_field(fields, value, pointer, scope)
        }
        Matcher::Keep(_, name) => {
            scope.set(name, value.clone());
            Ok(())
        }
    }
}

fn filled(template: &Template, scope: &Scope, pointer: &str) -> Result<Value, Mismatch> {
    template.fill(scope).map_err(|reason| Mismatch { pointer: pointer.to_owned(), reason })
}

/// By the first field that differs: numbers, and digits in strings, as numbers; other texts as texts.
fn order(fields: &[String], one: &Value, other: &Value) -> Ordering {
    let number = |value: &Value| value.as_i64().or_else(|| value.as_str()?.parse().ok());
    let compare = |one: &Value, other: &Value| match number(one).zip(number(other)) {
        Some((one, other)) => one.cmp(&other),
        None => one.as_str().cmp(&other.as_str()),
    };
    fields
        .iter()
        .map(|field| compare(&one[field], &other[field]))
        .find(|order| order.is_ne())
        .unwrap_or(Ordering::Equal)
}

/// A value as a sentence can hold it.
fn short(value: &Value) -> String {
    match value {
        Value::Array(items) => format!("a list of {}", items.len()),
        Value::Object(_) => "an object".to_owned(),
        other => other.to_string().chars().take(80).collect(),
    }
}
