use std::{
    collections::{BTreeMap, BTreeSet},
    sync::OnceLock,
};

use serde::Deserialize;
use serde_json::{Map, Value};

use super::{
    claim::Claim,
    known::whole_lists,
    term::{Scope, Term},
};
use crate::verify::{Call, Cell, Side, contract::Operation};

/// The data of walks: `contracts/cases/invariants.yaml`, which explains itself.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Book {
    pub kinds: BTreeMap<String, Kind>,
    /// By operation: the sources whose things a walk about it comes back to again and again.
    #[serde(default)]
    pub subjects: BTreeMap<String, Vec<String>>,
    pub invariants: Vec<Invariant>,
}

/// What fields of different operations have in common.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Kind {
    /// Names of fields that are of this kind wherever they stand.
    #[serde(default)]
    pub fields: Vec<String>,
    /// `operation.field` of fields that are of this kind there, whatever their name says.
    #[serde(default)]
    pub at: Vec<String>,
    /// Names of the cases' data that are of this kind, and may be written to.
    #[serde(default)]
    pub data: Vec<String>,
    /// How a new value looks: `#` is a digit. None: only the server makes such values.
    pub fresh: Option<String>,
    /// Every request has a new one.
    #[serde(default)]
    pub once: bool,
}

/// Something that must hold whatever was called before.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Invariant {
    /// A sentence.
    pub rule: String,
    /// The section of the page.
    pub section: String,
    /// The ids of the operations after which it is looked at.
    pub on: Vec<String>,
    #[serde(default)]
    pub when: Vec<Claim>,
    /// A list, for each of whose items it is looked at, as `row`.
    pub each: Option<String>,
    /// What is read before the operation, as far as possible, and after it.
    #[serde(default)]
    pub watch: BTreeMap<String, Look>,
    /// The operation is called a second time with the same request.
    #[serde(default)]
    pub again: bool,
    /// Several clients call the operation at once, each with values of its own in these fields.
    pub race: Option<Vec<String>>,
    /// What a later step of the walk finds as `was`.
    pub remember: Option<Remember>,
    /// From what a value may go on to what.
    #[serde(default)]
    pub moves: BTreeMap<String, Vec<Value>>,
    pub holds: Vec<Claim>,
}

/// A call that reads. `$on` calls the operation itself.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Look {
    pub call: String,
    /// The request. `$PATH` is the value there; the fields of `like` are taken first.
    #[serde(default)]
    pub send: Map<String, Value>,
}

/// What is kept of an exchange.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Remember {
    /// Under which key.
    pub by: Term,
    /// What.
    pub keep: Term,
}

impl Book {
    /// The one that this binary was built with.
    ///
    /// # Panics
    /// When the file is broken; a test reads it.
    pub fn built_in() -> &'static Self {
        static BOOK: OnceLock<Book> = OnceLock::new();
        BOOK.get_or_init(|| {
            let book = Self::read(include_str!("../../../contracts/cases/invariants.yaml"));
            book.unwrap_or_else(|error| panic!("invariants.yaml: {error}"))
        })
    }

    /// Reads a book from its YAML.
    ///
    /// # Errors
    /// What is wrong with it, and where.
    pub fn read(text: &str) -> Result<Self, String> {
        let book: Self = serde_saphyr::from_str(text).map_err(|error| error.to_string())?;
        match book.mistakes().into_iter().next() {
            Some(mistake) => Err(mistake),
            None => Ok(book),
        }
    }

    /// The kind of what the field `name` of a request or reply of `operation` holds.
    pub fn kind(&self, operation: &str, name: &str) -> Option<&str> {
        let place = format!("{operation}.{name}");
        let there = self.kinds.iter().find(|(_, kind)| kind.at.contains(&place));
        let by_name = || self.kinds.iter().find(|(_, kind)| kind.fields.iter().any(|field| field == name));
        there.or_else(by_name).map(|(name, _)| name.as_str())
    }

    /// Those that are looked at after `operation`.
    pub fn of(&'static self, operation: &str) -> impl Iterator<Item = &'static Invariant> {
        self.invariants.iter().filter(move |each| each.on.iter().any(|id| id == operation))
    }
}

impl Invariant {
    /// Whether it can be looked at while others call the same server.
    pub fn holds_in_a_crowd(&self) -> bool {
        self.watch.is_empty() && !self.again && self.race.is_none() && self.remember.is_none()
    }

    /// Whether something is claimed of how things were before the operation.
    pub fn looks_back(&self) -> bool {
        self.when.iter().chain(&self.holds).any(|claim| claim.roots().contains(&"before"))
    }

    pub fn cell(&self, operation: &Operation) -> Cell {
        Cell::Rule { operation: operation.id(), name: self.rule.clone() }
    }

    /// Whether the conditions hold that can be told from what `scope` has.
    pub fn applies(&self, scope: &Scope, known: &[&str]) -> bool {
        let told = |claim: &&Claim| claim.roots().iter().all(|root| known.contains(root));
        self.when.iter().filter(told).all(|claim| claim.holds(scope))
    }
}

impl Look {
    /// The id of the operation that it calls after `on`.
    pub fn id(&self, on: &'static Operation) -> &str {
        if self.call == "$on" { on.id() } else { &self.call }
    }

    /// The call, if everything that it sends is there. `known` are the names that have a value yet.
    pub fn call(&self, on: &'static Operation, side: Side, scope: &Scope, known: &[&str]) -> Option<Call> {
        let operation = side.contract().operation(self.id(on))?;
        let mut body = Map::new();
        if let Some(like) = self.send.get("like").and_then(Value::as_str) {
            body.extend(given(like, scope, known)?.as_object()?.clone());
        }
        for (name, value) in self.send.iter().filter(|(name, _)| *name != "like") {
            body.insert(name.clone(), filled(value, scope, known)?);
        }
        Some(Call::new(operation, &typed(operation, body.into())))
    }
}

fn given(path: &str, scope: &Scope, known: &[&str]) -> Option<Value> {
    let path = path.strip_prefix('$')?;
    known.contains(&path.split('.').next()?).then(|| scope.value(path)).filter(|value| !value.is_null())
}

fn filled(value: &Value, scope: &Scope, known: &[&str]) -> Option<Value> {
    match value {
        Value::String(path) if path.starts_with('$') => given(path, scope, known),
        Value::Array(items) => items.iter().map(|item| filled(item, scope, known)).collect(),
        other => Some(other.clone()),
    }
}

/// An id is a number here and a string there: as the operation wants it.
fn typed(operation: &Operation, mut body: Value) -> Value {
    for field in &operation.fields {
        if let Some(value) = body.pointer_mut(&field.pointer()) {
            *value = field_value(field, value);
        }
    }
    body
}

/// A scalar as `field` wants it.
pub(super) fn field_value(field: &crate::verify::contract::Field, value: &Value) -> Value {
    use crate::verify::contract::Kind;
    match (field.kind(), value) {
        (Kind::Integer, Value::String(digits)) => digits.parse::<i64>().map_or_else(|_| value.clone(), Value::from),
        (Kind::String, Value::Number(number)) => number.to_string().into(),
        _ => value.clone(),
    }
}

/// Every name that a path may begin with.
pub(super) const ROOTS: &[&str] =
    &["sent", "got", "code", "before", "after", "later", "again", "again_code", "row", "was", "wins", "winner"];

impl Book {
    /// Whether things can come from a source of this name: see [`known`](super::known).
    fn is_source(&self, side: Side, source: &str) -> bool {
        if let Some(data) = source.strip_prefix("data ") {
            let names = self.kinds.values().flat_map(|kind| &kind.data);
            return names.map(|name| name.split('.').next().unwrap_or_default()).any(|name| name == data);
        }
        let (id, list) = source.split_once(' ').unwrap_or_default();
        side.contract()
            .operation(id)
            .is_some_and(|operation| whole_lists(operation).iter().any(|(name, _)| name == list))
    }

    /// What is wrong with the book: operations, fields and names that do not exist.
    fn mistakes(&self) -> BTreeSet<String> {
        let operation = |id: &str| Side::ALL.into_iter().find_map(|side| Some((side, side.contract().operation(id)?)));
        let mut found = BTreeSet::new();
        for (name, kind) in &self.kinds {
            for place in &kind.at {
                if place.split_once('.').and_then(|(id, _)| operation(id)).is_none() {
                    found.insert(format!("{name}: no operation of {place}"));
                }
            }
        }
        for (id, sources) in &self.subjects {
            let Some((side, _)) = operation(id) else {
                found.insert(format!("subjects: no operation {id}"));
                continue;
            };
            let source = |source: &&String| !self.is_source(side, source);
            found.extend(
                sources.iter().find(source).map(|source| format!("subjects: {id}: nothing is called {source}")),
            );
        }
        let mut rules = BTreeSet::new();
        for invariant in &self.invariants {
            let mut say = |what: String| found.insert(format!("{}: {what}", invariant.rule));
            if !rules.insert(&invariant.rule) {
                say("there is another one of this name".to_owned());
            }
            let sides: BTreeSet<_> = invariant.on.iter().filter_map(|id| Some(operation(id)?.0)).collect();
            if sides.len() != 1 || invariant.on.iter().any(|id| operation(id).is_none()) {
                say(format!("{:?} are not operations of one side", invariant.on));
            }
            let looks = invariant.watch.iter().filter(|(_, look)| look.call != "$on");
            for (name, look) in looks {
                match operation(&look.call) {
                    Some((side, operation)) if sides.contains(&side) && !operation.writes => {
                        let unknown = look
                            .send
                            .keys()
                            .find(|key| *key != "like" && operation.field(&format!("/{key}")).is_none());
                        if let Some(field) = unknown {
                            say(format!("{} has no field {field}", look.call));
                        }
                    }
                    _ => drop(say(format!("{name} is no read of that side"))),
                }
            }
            for claim in invariant.when.iter().chain(&invariant.holds) {
                if let Some(root) = claim.roots().into_iter().find(|root| !ROOTS.contains(root)) {
                    say(format!("{root} stands for nothing: {}", claim.text()));
                }
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_book_names_only_what_there_is() {
        assert!(Book::built_in().invariants.len() > 50);
    }

    #[test]
    fn a_book_with_a_mistake_is_refused_with_its_place() {
        let bad = "kinds: {}\ninvariants:\n  - {rule: a, section: b, on: [queryUser], holds: [got.a equals 1]}\n";
        let refused = Book::read(bad).expect_err("a refusal");
        assert!(refused.contains("no claim: got.a equals 1") && refused.contains('3'), "{refused}");
        let odd = "kinds: {}\ninvariants:\n  - {rule: a, section: b, on: [queryUsers], holds: [gone.a is 1]}\n";
        let refused = Book::read(odd).expect_err("a refusal");
        assert!(refused.contains("not operations of one side"), "{refused}");
        for (subject, refused) in [
            ("queryUsers: [data x]", "subjects: no operation queryUsers"),
            ("queryUser: [data x]", "subjects: queryUser: nothing is called data x"),
            (
                "queryOrders: [queryOrders orderState 9]",
                "subjects: queryOrders: nothing is called queryOrders orderState 9",
            ),
        ] {
            let odd = format!("kinds: {{}}\nsubjects: {{{subject}}}\ninvariants: []\n");
            assert_eq!(Book::read(&odd).expect_err("a refusal"), refused);
        }
        let odd = "kinds: {}\ninvariants:\n  - {rule: a, section: b, on: [queryUser], holds: [gone.a is 1]}\n";
        assert_eq!(Book::read(odd).expect_err("a refusal"), "a: gone stands for nothing: gone.a is 1");
    }
}
