use std::collections::{BTreeMap, BTreeSet, HashSet};

use serde_json::{Map, Value};

use super::{
    change::{Change, Operation, Place},
    contract::{Contract, references},
    rule::Rule,
};

/// Words for people, in whatever object they stand.
const WORDS: [&str; 4] = ["description", "externalDocs", "summary", "title"];

/// A schema in both documents.
pub(super) type Pair = (Value, Value);

/// Two versions of a document, and what was found so far.
pub(super) struct Comparison<'a> {
    pub(super) old: &'a Contract,
    pub(super) new: &'a Contract,
    /// References that lead to something else than before, directly or by further references.
    moved: BTreeSet<String>,
    /// The operation that is being compared.
    pub(super) operation: Option<Operation>,
    pub(super) changes: Vec<Change>,
    /// The schemas that are being compared, outermost first, and whether they were met inside themselves.
    pub(super) under_way: Vec<(Pair, bool)>,
    /// Recursive schemas that have been compared in this body: what they lead to would be said again and again.
    pub(super) recursive: Vec<Pair>,
    /// What keeps a body whose parts come again and again from being said for ever.
    pub(super) places: Places,
}

/// The places of a body that were compared.
#[derive(Debug, Default)]
pub(super) struct Places {
    number: usize,
    /// The schemas that were compared, at one place or several.
    compared: HashSet<Pair>,
    /// Whether a place was left out since what stands there was compared at another.
    pub(super) left_out: bool,
}

impl Places {
    /// A body with more places has schemas that are shared over and over; each is then compared once.
    const ALL: usize = 2_000;

    /// Whether no more is compared than what was not compared yet.
    pub(super) fn are_many(&self) -> bool {
        self.number >= Self::ALL
    }

    /// Whether a pair should be compared at one more place.
    pub(super) fn take(&mut self, pair: &Pair) -> bool {
        self.number += 1;
        let is_new = self.compared.insert(pair.clone());
        let taken = is_new || self.number <= Self::ALL;
        self.left_out |= !taken;
        taken
    }

    /// What was compared so far, to be taken back.
    pub(super) fn compared(&self) -> HashSet<Pair> {
        self.compared.clone()
    }

    /// Forgets what was compared since.
    pub(super) fn take_back(&mut self, compared: HashSet<Pair>) {
        self.compared = compared;
    }
}

impl<'a> Comparison<'a> {
    pub(super) fn new(old: &'a Contract, new: &'a Contract) -> Self {
        let moved = moved(old, new);
        Self {
            old,
            new,
            moved,
            operation: None,
            changes: Vec::new(),
            under_way: Vec::new(),
            recursive: Vec::new(),
            places: Places::default(),
        }
    }

    /// Notes a change.
    pub(super) fn found(&mut self, place: &Place, rule: Rule, was: Option<&Value>, is: Option<&Value>) -> &mut Change {
        self.changes.push(Change {
            document: self.new.name().to_owned(),
            operation: self.operation.clone(),
            place: place.clone(),
            rule,
            subject: None,
            was: was.cloned(),
            is: is.cloned(),
            note: None,
        });
        let last = self.changes.len() - 1;
        &mut self.changes[last]
    }

    /// Notes a change of a part that the rule does not name.
    pub(super) fn found_of(
        &mut self,
        place: &Place,
        rule: Rule,
        subject: &str,
        was: Option<&Value>,
        is: Option<&Value>,
    ) {
        self.found(place, rule, was, is).subject = Some(subject.to_owned());
    }

    /// Whether both say the same, what they refer to included.
    pub(super) fn same(&self, old: Option<&Value>, new: Option<&Value>) -> bool {
        old == new && (self.moved.is_empty() || new.is_none_or(|node| !self.leads_elsewhere(node)))
    }

    /// [`Self::same`], of two mappings.
    pub(super) fn alike(&self, old: &Map<String, Value>, new: &Map<String, Value>) -> bool {
        old == new && (self.moved.is_empty() || !new.values().any(|node| self.leads_elsewhere(node)))
    }

    /// Whether a reference below `node` leads to something else than before.
    fn leads_elsewhere(&self, node: &Value) -> bool {
        match node {
            Value::Object(map) => {
                let here = map.get("$ref").and_then(Value::as_str).is_some_and(|to| self.moved.contains(to));
                here || map.values().any(|node| self.leads_elsewhere(node))
            }
            Value::Array(items) => items.iter().any(|node| self.leads_elsewhere(node)),
            _ => false,
        }
    }

    /// Notes every keyword that differs and is not among those `read` by a rule. `more_words` are for people too.
    pub(super) fn others(
        &mut self,
        place: &Place,
        old: &Map<String, Value>,
        new: &Map<String, Value>,
        read: &[&str],
        more_words: &[&str],
    ) {
        let keywords: BTreeSet<_> = old.keys().chain(new.keys()).map(String::as_str).collect();
        for keyword in keywords.into_iter().filter(|keyword| !read.contains(keyword)) {
            let (was, is) = (old.get(keyword), new.get(keyword));
            if self.same(was, is) {
                continue;
            }
            let rule = match keyword {
                "deprecated" => Rule::DeprecatedChanged,
                _ if WORDS.contains(&keyword) || more_words.contains(&keyword) => Rule::DocumentationChanged,
                _ if keyword.starts_with("x-") => Rule::ExtensionChanged,
                _ => Rule::UnknownKeywordChanged,
            };
            self.found_of(place, rule, keyword, was, is);
        }
    }

    /// What `read` makes of a keyword in both documents, if it differs. What it cannot read is noted as not understood.
    pub(super) fn differing<'v, T>(
        &mut self,
        place: &Place,
        keyword: &str,
        (old, new): (&'v Map<String, Value>, &'v Map<String, Value>),
        read: impl Fn(&'v Value) -> Option<T>,
    ) -> Option<(Option<T>, Option<T>)> {
        let (was, is) = (old.get(keyword), new.get(keyword));
        if self.same(was, is) {
            return None;
        }
        let (old, new) = (was.map(&read), is.map(&read));
        if [&old, &new].into_iter().any(|value| matches!(value, Some(None))) {
            self.found_of(place, Rule::UnknownKeywordChanged, keyword, was, is);
            return None;
        }
        Some((old.flatten(), new.flatten()))
    }
}

/// References whose target differs, or refers to such.
fn moved(old: &Contract, new: &Contract) -> BTreeSet<String> {
    let all = || old.references().union(new.references()).map(String::as_str);
    let mut moved: BTreeSet<_> = all().filter(|to| old.target(to) != new.target(to)).collect();
    if moved.is_empty() {
        return BTreeSet::new();
    }
    let beyond = |to: &str| {
        let mut beyond = BTreeSet::new();
        new.target(to).into_iter().for_each(|node| references(node, &mut beyond));
        beyond
    };
    let mut rest: BTreeMap<_, _> = all().filter(|to| !moved.contains(to)).map(|to| (to, beyond(to))).collect();
    loop {
        let more: Vec<_> = rest.iter().filter(|(_, on)| !on.is_disjoint(&moved)).map(|(to, _)| *to).collect();
        if more.is_empty() {
            return moved.into_iter().map(str::to_owned).collect();
        }
        more.iter().for_each(|to| drop(rest.remove(to)));
        moved.extend(more);
    }
}
