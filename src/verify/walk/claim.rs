//! What an invariant says, as a sentence: `after.held.batteryList.0.userId is sent.userId`. What is claimed of a path with
//! `*` is claimed of each value that it finds.

use std::{cmp::Ordering, collections::BTreeMap};

use contracts::runtime::format;
use serde::Deserialize;
use serde_json::Value;

use super::term::{Scope, Term};

/// Longer values are cut where they are shown.
const SHOWN: usize = 160;

/// How the two sides relate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Relation {
    /// The same value; an id is the same as a number and as a string.
    Is,
    IsNot,
    /// An item of a list, or of a comma list.
    In,
    /// A list, one of whose items is the other side.
    Contains,
    /// The beginning of it, blanks around the other side aside.
    StartsWith,
    /// Numbers as such; times as far as both are given.
    AtMost,
    AtLeast,
    /// Fields of the same name hold the same.
    AgreesWith,
    /// A step that the invariant's `moves` allow.
    Follows,
    /// The rows stand in that order, the greatest first.
    DescendsBy,
    /// No two rows are alike in that field.
    IsDistinctBy,
}

const RELATIONS: [(&str, Relation); 11] = [
    (" is distinct by ", Relation::IsDistinctBy),
    (" is not ", Relation::IsNot),
    (" is ", Relation::Is),
    (" in ", Relation::In),
    (" contains ", Relation::Contains),
    (" starts with ", Relation::StartsWith),
    (" at most ", Relation::AtMost),
    (" at least ", Relation::AtLeast),
    (" agrees with ", Relation::AgreesWith),
    (" follows ", Relation::Follows),
    (" descends by ", Relation::DescendsBy),
];

/// One claim, or several of which one is enough (`… or …`).
#[derive(Debug, Clone, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct Claim {
    text: String,
    choices: Vec<Simple>,
}

#[derive(Debug, Clone)]
struct Simple {
    left: Term,
    relation: Relation,
    right: Term,
    /// Nothing is claimed where the right side is not given: a filter that is absent, null or empty.
    if_given: bool,
}

impl TryFrom<String> for Claim {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let choices = text.split(" or ").map(Simple::read).collect::<Result<_, _>>()?;
        Ok(Self { text, choices })
    }
}

impl Simple {
    fn read(text: &str) -> Result<Self, String> {
        let (claim, if_given) = text.strip_suffix(" if given").map_or((text, false), |claim| (claim, true));
        let found = RELATIONS.iter().find_map(|(word, relation)| Some((claim.split_once(word)?, *relation)));
        let ((left, right), relation) = found.ok_or_else(|| format!("no claim: {text}"))?;
        let right = match relation {
            Relation::DescendsBy | Relation::IsDistinctBy => {
                Term::Literal(right.split(' ').map(Value::from).collect::<Vec<_>>().into())
            }
            _ => Term::read(right)?,
        };
        Ok(Self { left: Term::read(left)?, relation, right, if_given })
    }
}

impl Claim {
    /// As it is written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The names that its paths begin with.
    pub fn roots(&self) -> Vec<&str> {
        let mut roots = Vec::new();
        for simple in &self.choices {
            simple.left.roots(&mut roots);
            simple.right.roots(&mut roots);
        }
        roots
    }

    /// Whether it holds; if not, what is there instead.
    pub fn check(&self, scope: &Scope, moves: &BTreeMap<String, Vec<Value>>) -> Result<(), String> {
        let mut reason = None;
        for simple in &self.choices {
            match simple.check(scope, moves) {
                Ok(()) => return Ok(()),
                Err(why) => reason = reason.or(Some(why)),
            }
        }
        Err(reason.unwrap_or_default())
    }

    /// Whether it holds.
    pub fn holds(&self, scope: &Scope) -> bool {
        self.check(scope, &BTreeMap::new()).is_ok()
    }
}

impl Simple {
    fn check(&self, scope: &Scope, moves: &BTreeMap<String, Vec<Value>>) -> Result<(), String> {
        let rights = self.right.values(scope);
        let empty = |value: &Value| value.is_null() || value == "";
        if self.if_given && rights.iter().all(empty) {
            return Ok(());
        }
        let lefts = self.left.values(scope);
        if self.relation == Relation::Contains {
            let found = lefts.iter().any(|left| {
                let items = left.as_array().map_or(std::slice::from_ref(left), Vec::as_slice);
                items.iter().any(|item| rights.iter().any(|right| same(item, right)))
            });
            return if found { Ok(()) } else { Err(format!("there is {}", shown(&lefts.into()))) };
        }
        let fails = lefts.iter().find_map(|left| {
            let right = rights.iter().find(|right| !self.relation.holds(left, right, moves))?;
            Some((left, right))
        });
        match fails {
            Some((left, right)) => Err(match self.relation {
                Relation::DescendsBy | Relation::IsDistinctBy => format!("it is {}", shown(left)),
                _ => format!("it is {}, against {}", shown(left), shown(right)),
            }),
            None => Ok(()),
        }
    }
}

impl Relation {
    fn holds(self, left: &Value, right: &Value, moves: &BTreeMap<String, Vec<Value>>) -> bool {
        match self {
            Self::Is => same(left, right),
            Self::IsNot => !same(left, right),
            Self::In => match right {
                Value::Array(items) => items.iter().any(|item| same(left, item)),
                Value::String(list) => format::items(list).iter().any(|item| text(left).as_deref() == Some(*item)),
                other => same(left, other),
            },
            Self::Contains => same(left, right),
            Self::StartsWith => {
                let beginning = right.as_str().unwrap_or_default().trim();
                left.as_str().is_some_and(|text| text.starts_with(beginning))
            }
            Self::AtMost => compare(left, right).is_some_and(Ordering::is_le),
            Self::AtLeast => compare(left, right).is_some_and(Ordering::is_ge),
            Self::AgreesWith => match (left, right) {
                (Value::Object(left), Value::Object(right)) => {
                    left.iter().all(|(name, value)| right.get(name).is_none_or(|other| same(value, other)))
                }
                _ => false,
            },
            Self::Follows => {
                let before = text(right).unwrap_or_default();
                same(left, right) || moves.get(&before).is_some_and(|next| next.iter().any(|next| same(left, next)))
            }
            Self::DescendsBy => rows(left).windows(2).all(|pair| {
                let order = |field: &str| compare(&pair[0][field], &pair[1][field]).unwrap_or(Ordering::Equal);
                let first = names(right).map(order).find(|order| order.is_ne());
                first.is_none_or(Ordering::is_gt)
            }),
            Self::IsDistinctBy => {
                let field = names(right).next().unwrap_or_default();
                let mut seen = std::collections::BTreeSet::new();
                rows(left).iter().all(|row| seen.insert(row[field].to_string()))
            }
        }
    }
}

fn rows(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn names(value: &Value) -> impl Iterator<Item = &str> {
    value.as_array().into_iter().flatten().filter_map(Value::as_str)
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn same(one: &Value, other: &Value) -> bool {
    one == other || text(one).is_some_and(|one| text(other).as_ref() == Some(&one))
}

fn compare(one: &Value, other: &Value) -> Option<Ordering> {
    let number = |value: &Value| value.as_i64().or_else(|| value.as_str()?.parse().ok());
    if let (Some(one), Some(other)) = (number(one), number(other)) {
        return Some(one.cmp(&other));
    }
    let (one, other) = (one.as_str()?, other.as_str()?);
    let length = one.len().min(other.len());
    Some(one.as_bytes()[..length].cmp(&other.as_bytes()[..length]))
}

fn shown(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None if value.is_null() => "nothing".to_owned(),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn holds(claim: &str) -> bool {
        let mut scope = Scope::default();
        scope.set("sent", json!({"id": "7", "at": "2021-09-03 10:00", "ids": "7, 8", "name": " 张 ", "none": ""}));
        scope.set(
            "got",
            json!({
                "rows": [{"id": 8, "at": "b", "name": "张三"}, {"id": 7, "at": "b", "name": "张四"}],
                "sum": 3, "a": 1, "b": 2, "at": "2021-09-03 10:00:59", "status": 2, "gone": null,
            }),
        );
        let moves = BTreeMap::from([("1".to_owned(), vec![json!(2)])]);
        Claim::try_from(claim.to_owned()).expect("a claim").check(&scope, &moves).is_ok()
    }

    #[test]
    fn a_claim_holds_or_not() {
        let true_ones = [
            "got.a is 1",
            "got.rows.1.id is sent.id",
            "got.gone is nothing",
            "got.missing.more is nothing",
            "got.a is 2 or got.b is 2",
            "got.rows.*.id in sent.ids",
            "got.rows.*.id in [7, 8]",
            "got.rows.*.name starts with sent.name",
            "got.rows.*.name starts with sent.none if given",
            "got.rows.*.id contains sent.id",
            "got.at at most sent.at",
            "got.at at least sent.at",
            "got.a + got.b is got.sum",
            "got.rows + got.rows is not got.rows",
            "count(got.rows) is 2",
            "count(got.rows.*.id) at most 2",
            "got.rows descends by at id",
            "got.rows is distinct by id",
            "got.status follows 1",
            "got.status follows 2",
            "got.rows.0 agrees with got.rows.0",
            "got.none.*.id is 9",
        ];
        for claim in true_ones {
            assert!(holds(claim), "{claim}");
        }
        let false_ones = [
            "got.a is 2",
            "got.a is nothing",
            "got.a is 2 or got.b is 3",
            "got.rows.*.id in [7]",
            "got.rows.*.name starts with \"李\"",
            "got.rows.*.id contains 9",
            "got.a at least 2",
            "got.at at most \"2021-09-03 09\"",
            "got.a + got.a is got.sum",
            "got.rows descends by name",
            "got.rows is distinct by at",
            "got.status follows 3",
            "got.rows.0 agrees with got.rows.1",
            "got.rows.0 agrees with got.gone",
        ];
        for claim in false_ones {
            assert!(!holds(claim), "{claim}");
        }
    }

    #[test]
    fn what_is_no_claim_is_refused() {
        for text in ["", "got.a", "got.a equals 1", "got a is 1", "got.a is {", "count(got.a is 1"] {
            assert!(Claim::try_from(text.to_owned()).is_err(), "{text}");
        }
    }
}
