use regex::Regex;
use serde_json::Value;

use super::{
    error::Mistake,
    node::{Content, Key, Node, Place},
    template::{Template, is_name},
};

/// What a value must be like. A mapping names the fields that matter, a list every item in its order, anything else the
/// value itself; a mapping of words that begin with `$` holds matchers, which must all hold.
#[derive(Debug, Clone)]
pub(super) enum Pattern {
    Equal(Template),
    Fields(Vec<(Key, Self)>),
    Items(Vec<Self>),
    Matchers(Vec<Matcher>),
}

#[derive(Debug, Clone)]
pub(super) enum Matcher {
    /// `$any: string`: of that type.
    Any(Type),
    /// `$matches: ^ABC`: a string in which the regular expression is found.
    Matches(Regex),
    /// `$absent: true`: the field is not there.
    Absent,
    /// `$not: …`: not like that.
    Not(Box<Pattern>),
    /// `$in: [1, 4]`: one of these.
    In(Vec<Template>),
    /// `$min: 1`, `$max: ${total}`: an integer within these, both included.
    Min(Template),
    Max(Template),
    /// `$contains: …`: a list of which some item is like that.
    Contains(Box<Pattern>),
    /// `$each: …`: a list, not empty, of which every item is like that.
    Each(Box<Pattern>),
    /// `$count: 2`: so many items, or characters.
    Count(Box<Pattern>),
    /// `$sorted: [startTime, orderId]`: a list whose items stand in the order of these fields, the greatest first.
    Sorted(Vec<String>),
    /// `$exact: {…}`: an object with these fields and no others.
    Exact(Vec<(Key, Pattern)>),
    /// `$keep: name`: anything; it gets a name for the calls after it.
    Keep(Place, String),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Type {
    String,
    Integer,
    Boolean,
    Array,
    Object,
}

impl Pattern {
    pub fn read(node: Node) -> Result<Self, Mistake> {
        match node.content {
            Content::Map(fields) if fields.iter().any(|(key, _)| key.name.starts_with('$')) => {
                let read = |(key, node): (Key, Node)| Matcher::read(&key, node);
                Ok(Self::Matchers(fields.into_iter().map(read).collect::<Result<_, _>>()?))
            }
            Content::Map(fields) => Ok(Self::Fields(read_fields(fields)?)),
            Content::List(items) => Ok(Self::Items(items.into_iter().map(Self::read).collect::<Result<_, _>>()?)),
            _ => Ok(Self::Equal(Template::read(node)?)),
        }
    }

    /// Calls `look` with every pattern directly below this one.
    fn below(&self, look: &mut dyn FnMut(&Self)) {
        match self {
            Self::Equal(_) => {}
            Self::Fields(fields) => fields.iter().for_each(|(_, pattern)| look(pattern)),
            Self::Items(items) => items.iter().for_each(look),
            Self::Matchers(matchers) => {
                for matcher in matchers {
                    match matcher {
                        Matcher::Not(pattern)
                        | Matcher::Contains(pattern)
                        | Matcher::Each(pattern)
                        | Matcher::Count(pattern) => look(pattern),
                        Matcher::Exact(fields) => fields.iter().for_each(|(_, pattern)| look(pattern)),
                        _ => {}
                    }
                }
            }
        }
    }

    /// Calls `look` with every name that it refers to, and every name that it keeps, in their order.
    pub fn names(&self, look: &mut dyn FnMut(Use, &str, Place)) {
        match self {
            Self::Equal(template) => template.names(&mut |name, place| look(Use::Refers, name, place)),
            Self::Matchers(matchers) => {
                for matcher in matchers {
                    match matcher {
                        Matcher::Keep(place, name) => look(Use::Keeps, name, *place),
                        Matcher::In(templates) => {
                            for template in templates {
                                template.names(&mut |name, place| look(Use::Refers, name, place));
                            }
                        }
                        Matcher::Min(template) | Matcher::Max(template) => {
                            template.names(&mut |name, place| look(Use::Refers, name, place));
                        }
                        _ => {}
                    }
                }
            }
            _ => {}
        }
        self.below(&mut |pattern| pattern.names(look));
    }

    /// Calls `look` with every field that is named somewhere, by the names on the way to it.
    pub fn fields(&self, way: &[String], look: &mut dyn FnMut(&[String], Place)) {
        match self {
            Self::Fields(fields) => below_fields(fields, way, look),
            Self::Matchers(matchers) => {
                for matcher in matchers {
                    match matcher {
                        Matcher::Exact(fields) => below_fields(fields, way, look),
                        Matcher::Not(pattern) | Matcher::Contains(pattern) | Matcher::Each(pattern) => {
                            pattern.fields(way, look);
                        }
                        _ => {}
                    }
                }
            }
            Self::Items(items) => items.iter().for_each(|item| item.fields(way, look)),
            Self::Equal(_) => {}
        }
    }
}

fn below_fields(fields: &[(Key, Pattern)], way: &[String], look: &mut dyn FnMut(&[String], Place)) {
    for (key, pattern) in fields {
        let way = [way, std::slice::from_ref(&key.name)].concat();
        look(&way, key.place);
        pattern.fields(&way, look);
    }
}

/// What a pattern does with a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Use {
    Refers,
    Keeps,
}

fn read_fields(fields: Vec<(Key, Node)>) -> Result<Vec<(Key, Pattern)>, Mistake> {
    fields.into_iter().map(|(key, node)| Ok((key, Pattern::read(node)?))).collect()
}

impl Matcher {
    fn read(key: &Key, node: Node) -> Result<Self, Mistake> {
        let place = node.place;
        Ok(match key.name.as_str() {
            "$any" => Self::Any(match node.text()?.as_str() {
                "string" => Type::String,
                "integer" => Type::Integer,
                "boolean" => Type::Boolean,
                "array" => Type::Array,
                "object" => Type::Object,
                _ => return Mistake::new(place, "string, integer, boolean, array or object is expected"),
            }),
            "$matches" => match Regex::new(&node.text()?) {
                Ok(regex) => Self::Matches(regex),
                Err(error) => return Mistake::new(place, error.to_string()),
            },
            "$absent" => {
                node.truth()?;
                Self::Absent
            }
            "$not" => Self::Not(without_keep(node)?),
            "$in" => Self::In(node.list()?.into_iter().map(Template::read).collect::<Result<_, _>>()?),
            "$min" => Self::Min(Template::read(node)?),
            "$max" => Self::Max(Template::read(node)?),
            "$contains" => Self::Contains(Box::new(Pattern::read(node)?)),
            "$each" => Self::Each(without_keep(node)?),
            "$count" => Self::Count(Box::new(Pattern::read(node)?)),
            "$sorted" => Self::Sorted(node.list()?.into_iter().map(Node::text).collect::<Result<_, _>>()?),
            "$exact" => match node.content {
                Content::Map(fields) => Self::Exact(read_fields(fields)?),
                _ => return Mistake::new(place, "a mapping is expected"),
            },
            "$keep" => {
                let name = node.text()?;
                if !is_name(&name) || name.contains('.') {
                    return Mistake::new(place, format!("{name:?} is no name"));
                }
                Self::Keep(place, name)
            }
            other => return Mistake::new(key.place, format!("there is no matcher {other}")),
        })
    }
}

/// A pattern that is tried on several values, or must not match: it has nothing to keep.
fn without_keep(node: Node) -> Result<Box<Pattern>, Mistake> {
    let pattern = Pattern::read(node)?;
    let mut kept = None;
    pattern.names(&mut |what, _, place| kept = kept.or((what == Use::Keeps).then_some(place)));
    match kept {
        Some(place) => Mistake::new(place, "nothing can be kept here: the pattern is tried on more than one value"),
        None => Ok(Box::new(pattern)),
    }
}

impl Type {
    pub fn of(self, value: &Value) -> bool {
        match self {
            Self::String => value.is_string(),
            Self::Integer => value.is_i64() || value.is_u64(),
            Self::Boolean => value.is_boolean(),
            Self::Array => value.is_array(),
            Self::Object => value.is_object(),
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::String => "string",
            Self::Integer => "integer",
            Self::Boolean => "boolean",
            Self::Array => "array",
            Self::Object => "object",
        }
    }
}
