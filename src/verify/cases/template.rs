use serde_json::{Map, Value};

use super::{
    error::Mistake,
    node::{Content, Node, Place},
    scope::Scope,
};

/// A JSON value in which texts may refer to names: `${phone}`, `${sum + 1}`, `${one},${other}`. A text that is one
/// reference and nothing else becomes what the name stands for, with its type.
#[derive(Debug, Clone)]
pub(super) enum Template {
    Plain(Value),
    Text(Place, Vec<Part>),
    List(Vec<Self>),
    Map(Vec<(String, Self)>),
}

#[derive(Debug, Clone)]
pub(super) enum Part {
    Text(String),
    Sum(Vec<Term>),
}

#[derive(Debug, Clone)]
pub(super) enum Term {
    Name(i64, String),
    Number(i64),
}

impl Template {
    pub fn read(node: Node) -> Result<Self, Mistake> {
        Ok(match node.content {
            Content::Null => Self::Plain(Value::Null),
            Content::Bool(truth) => Self::Plain(truth.into()),
            Content::Number(number) => Self::Plain(number.into()),
            Content::Text(text) => Self::text(&text, node.place)?,
            Content::List(items) => Self::List(items.into_iter().map(Self::read).collect::<Result<_, _>>()?),
            Content::Map(fields) => {
                let field = |(key, node): (super::node::Key, Node)| Ok((key.name, Self::read(node)?));
                Self::Map(fields.into_iter().map(field).collect::<Result<_, _>>()?)
            }
        })
    }

    pub fn text(text: &str, place: Place) -> Result<Self, Mistake> {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("${") {
            let Some((sum, after)) = after.split_once('}') else {
                return Mistake::new(place, "a reference has no end: ${name}");
            };
            if !before.is_empty() {
                parts.push(Part::Text(before.to_owned()));
            }
            parts.push(Part::Sum(terms(sum, place)?));
            rest = after;
        }
        if parts.is_empty() {
            return Ok(Self::Plain(text.into()));
        }
        if !rest.is_empty() {
            parts.push(Part::Text(rest.to_owned()));
        }
        Ok(Self::Text(place, parts))
    }

    /// Calls `look` with every name that it refers to, and where.
    pub fn names(&self, look: &mut impl FnMut(&str, Place)) {
        match self {
            Self::Plain(_) => {}
            Self::Text(place, parts) => {
                let sums = parts.iter().filter_map(|part| if let Part::Sum(terms) = part { Some(terms) } else { None });
                for term in sums.flatten() {
                    if let Term::Name(_, name) = term {
                        look(name, *place);
                    }
                }
            }
            Self::List(items) => items.iter().for_each(|item| item.names(look)),
            Self::Map(fields) => fields.iter().for_each(|(_, field)| field.names(look)),
        }
    }

    /// What it stands for; what went wrong otherwise (a name that has no value yet, a sum of what is no number).
    pub fn fill(&self, scope: &Scope) -> Result<Value, String> {
        Ok(match self {
            Self::Plain(value) => value.clone(),
            Self::Text(_, parts) => match parts.as_slice() {
                [Part::Sum(terms)] => sum(terms, scope)?,
                parts => {
                    let mut text = String::new();
                    for part in parts {
                        match part {
                            Part::Text(plain) => text.push_str(plain),
                            Part::Sum(terms) => match sum(terms, scope)? {
                                Value::String(plain) => text.push_str(&plain),
                                other => text.push_str(&other.to_string()),
                            },
                        }
                    }
                    text.into()
                }
            },
            Self::List(items) => Value::Array(items.iter().map(|item| item.fill(scope)).collect::<Result<_, _>>()?),
            Self::Map(fields) => {
                let filled = fields.iter().map(|(name, field)| Ok((name.clone(), field.fill(scope)?)));
                Value::Object(filled.collect::<Result<Map<_, _>, String>>()?)
            }
        })
    }

    /// The value with its references as they are written, to look at its form.
    pub fn form(&self) -> Value {
        match self {
            Self::Plain(value) => value.clone(),
            Self::Text(..) => Value::from("${}"),
            Self::List(items) => Value::Array(items.iter().map(Self::form).collect()),
            Self::Map(fields) => {
                Value::Object(fields.iter().map(|(name, field)| (name.clone(), field.form())).collect())
            }
        }
    }
}

fn terms(text: &str, place: Place) -> Result<Vec<Term>, Mistake> {
    let mut terms = Vec::new();
    let mut sign = 1;
    let spaced = text.replace('+', " + ");
    let mut words = spaced.split_whitespace();
    loop {
        let Some(word) = words.next() else { return Mistake::new(place, format!("${{{text}}} is no name and no sum")) };
        terms.push(match word.parse::<i64>() {
            Ok(number) => Term::Number(sign * number),
            Err(_) if is_name(word) => Term::Name(sign, word.to_owned()),
            Err(_) => return Mistake::new(place, format!("{word:?} is no name")),
        });
        sign = match words.next() {
            None => return Ok(terms),
            Some("+") => 1,
            Some("-") => -1,
            Some(other) => return Mistake::new(place, format!("+ or - is expected before {other:?}")),
        };
    }
}

/// A name: words of letters and digits, with dots between them.
pub(super) fn is_name(text: &str) -> bool {
    let word = |word: &str| {
        word.starts_with(|first: char| first.is_ascii_alphabetic())
            && word.chars().all(|char| char.is_ascii_alphanumeric() || char == '_')
    };
    text.split('.').all(word)
}

fn sum(terms: &[Term], scope: &Scope) -> Result<Value, String> {
    if let [Term::Name(1, name)] = terms {
        return scope.get(name).cloned().ok_or_else(|| format!("{name} has no value"));
    }
    let mut sum = 0_i64;
    for term in terms {
        sum += match term {
            Term::Number(number) => *number,
            Term::Name(sign, name) => {
                let value = scope.get(name).ok_or_else(|| format!("{name} has no value"))?;
                sign * value.as_i64().ok_or_else(|| format!("{name} is no integer"))?
            }
        };
    }
    Ok(sum.into())
}
