use std::{borrow::Cow, collections::BTreeSet};

use serde_json::{Map, Value, json};

use super::{
    change::Place,
    comparison::{Comparison, Places},
    contract::Contract,
    fields::{Field, Fields},
    rule::{Rule, Side},
};

type Object = Map<String, Value>;

/// The content type that is not worth a word.
const JSON: &str = "application/json";

impl Comparison<'_> {
    pub(super) fn request_body(&mut self, old: Option<&Value>, new: Option<&Value>) {
        let nothing = json!({});
        let (old, new) = (old.unwrap_or(&nothing), new.unwrap_or(&nothing));
        let (old, new) = (&self.old.object(old), &self.new.object(new));
        let place = Place::new(Side::Request, "request");
        let required = self.differing(&place, "required", (old, new), Value::as_bool);
        match required.map(|(was, is)| (was.unwrap_or(false), is.unwrap_or(false))) {
            Some((false, true)) => drop(self.found(&place, Rule::FieldBecameRequired, None, None)),
            Some((true, false)) => drop(self.found(&place, Rule::FieldBecameOptional, None, None)),
            _ => {}
        }
        self.content(&place, old, new);
        self.others(&place, old, new, &["content", "required"], &[]);
    }

    pub(super) fn replies(&mut self, old: Option<&Value>, new: Option<&Value>) {
        let (was, is) = (object(old), object(new));
        for status in keys(&was, &is) {
            let place = Place::new(Side::Reply, format!("reply {status}"));
            match (was.get(status), is.get(status)) {
                (Some(was), Some(is)) => self.reply(&place, was, is),
                (Some(_), None) => drop(self.found(&place, Rule::StatusRemoved, None, None)),
                _ => drop(self.found(&place, Rule::StatusAdded, None, None)),
            }
        }
    }

    fn reply(&mut self, place: &Place, old: &Value, new: &Value) {
        if self.same(Some(old), Some(new)) {
            return;
        }
        if !old.is_object() || !new.is_object() {
            return self.found_of(place, Rule::UnknownKeywordChanged, "(no object)", Some(old), Some(new));
        }
        let (old, new) = (&self.old.object(old), &self.new.object(new));
        let headers = Place::new(Side::Reply, format!("{} header", place.part));
        let (was, is) = (fields(self.old, old.get("headers")), fields(self.new, new.get("headers")));
        self.fields(&headers, &was, &is, |comparison, old, new, at| comparison.beside(old, new, at));
        self.content(place, old, new);
        self.others(place, old, new, &["content", "headers"], &[]);
    }

    /// Compares two parameters or headers.
    pub(super) fn beside(&mut self, old: &Value, new: &Value, place: &Place) {
        if self.same(Some(old), Some(new)) {
            return;
        }
        let (old, new) = (&self.old.object(old), &self.new.object(new));
        self.schema_of(place, old, new);
        self.content(place, old, new);
        self.others(place, old, new, &["content", "in", "name", "required", "schema"], &["example", "examples"]);
    }

    fn content(&mut self, place: &Place, old: &Object, new: &Object) {
        let (was, is) = (object(old.get("content")), object(new.get("content")));
        for content_type in keys(&was, &is) {
            match (was.get(content_type), is.get(content_type)) {
                (Some(was), Some(is)) => {
                    let part = if content_type == JSON { String::new() } else { format!(" {content_type}") };
                    let place = Place { part: format!("{}{part}", place.part), ..place.clone() };
                    let (was, is) = (&self.old.object(was), &self.new.object(is));
                    self.schema_of(&place, was, is);
                    self.others(&place, was, is, &["schema"], &["example", "examples"]);
                }
                (Some(_), None) => drop(self.found(place, Rule::ContentTypeRemoved, Some(&json!(content_type)), None)),
                _ => drop(self.found(place, Rule::ContentTypeAdded, None, Some(&json!(content_type)))),
            }
        }
    }

    fn schema_of(&mut self, place: &Place, old: &Object, new: &Object) {
        let anything = Value::Bool(true);
        self.recursive.clear();
        self.places = Places::default();
        let before = self.changes.len();
        self.schema(old.get("schema").unwrap_or(&anything), new.get("schema").unwrap_or(&anything), place);
        if let Some(last) = self.changes[before..].last_mut().filter(|_| self.places.left_out) {
            let more = "at more places than can be listed";
            last.note = Some(last.note.take().map_or_else(|| more.to_owned(), |note| format!("{note} {more}")));
        }
    }
}

/// Headers, or parameters of one kind, by name.
fn fields(contract: &Contract, headers: Option<&Value>) -> Fields {
    let field = |node: &Value| Field { required: is_required(&contract.object(node)), node: node.clone() };
    let all = object(headers).iter().map(|(name, node)| (name.clone(), field(node))).collect();
    Fields { all, closed: false }
}

pub(super) fn is_required(object: &Object) -> bool {
    object.get("required") == Some(&Value::Bool(true))
}

/// The mapping at `node`, or none; what is no mapping has one impossible key.
pub(super) fn object(node: Option<&Value>) -> Cow<'_, Object> {
    match node {
        Some(Value::Object(map)) => Cow::Borrowed(map),
        Some(other) => Cow::Owned(Map::from_iter([("(no object)".to_owned(), other.clone())])),
        None => Cow::Owned(Map::new()),
    }
}

pub(super) fn keys<'v>(one: &'v Object, other: &'v Object) -> BTreeSet<&'v str> {
    one.keys().chain(other.keys()).map(String::as_str).collect()
}
