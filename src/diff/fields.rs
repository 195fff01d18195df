use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{
    change::Place,
    comparison::Comparison,
    rule::{Breaks, Rule},
    values::shown_type,
};

/// A value with a name, in an object or beside a body.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Field {
    pub(super) required: bool,
    /// What says how the value looks; compared by the function given to [`Comparison::fields`].
    pub(super) node: Value,
}

/// Fields by name, and whether others are refused.
#[derive(Debug, Default)]
pub(super) struct Fields {
    pub(super) all: BTreeMap<String, Field>,
    pub(super) closed: bool,
}

type Compare = fn(&mut Comparison<'_>, &Value, &Value, &Place);

impl Comparison<'_> {
    pub(super) fn fields(&mut self, place: &Place, old: &Fields, new: &Fields, compare: Compare) {
        let names: BTreeSet<_> = old.all.keys().chain(new.all.keys()).collect();
        let (mut gone, mut more) = (Vec::new(), Vec::new());
        for name in names {
            let at = place.field(name);
            match (old.all.get(name), new.all.get(name)) {
                (Some(was), Some(is)) => {
                    match (was.required, is.required) {
                        (false, true) => drop(self.found(&at, Rule::FieldBecameRequired, None, None)),
                        (true, false) => drop(self.found(&at, Rule::FieldBecameOptional, None, None)),
                        _ => {}
                    }
                    compare(self, &was.node, &is.node, &at);
                }
                (Some(was), None) => gone.push((name, was)),
                (None, Some(is)) => more.push((name, is)),
                (None, None) => {}
            }
        }
        let renamed = self.renamed(&gone, &more, compare);
        for (name, field) in gone {
            let to = renamed.iter().find(|(old, _)| *old == name);
            let note = to.map(|(_, new)| format!("renamed to {}?", place.field(new).pointer));
            let plain = if field.required { Rule::RequiredFieldRemoved } else { Rule::FieldRemoved };
            let shown = shown_type(&self.old.schema(&field.node));
            self.found(&place.field(name), plain, shown.as_ref(), None).note = note;
            if new.closed {
                self.found(&place.field(name), Rule::ClosedFieldRemoved, shown.as_ref(), None);
            }
        }
        for (name, field) in more {
            let from = renamed.iter().find(|(_, new)| *new == name);
            let note = from.map(|(old, _)| format!("renamed from {}?", place.field(old).pointer));
            let plain = if field.required { Rule::RequiredFieldAdded } else { Rule::FieldAdded };
            let shown = shown_type(&self.new.schema(&field.node));
            self.found(&place.field(name), plain, None, shown.as_ref()).note = note;
            if old.closed {
                self.found(&place.field(name), Rule::ClosedFieldAdded, None, shown.as_ref());
            }
        }
    }

    /// Pairs of a field that is gone and one that is new, alike but for words, and like no other: old and new name.
    fn renamed<'v>(
        &mut self,
        gone: &[(&'v String, &Field)],
        more: &[(&'v String, &Field)],
        compare: Compare,
    ) -> Vec<(&'v String, &'v String)> {
        let mut alike = Vec::new();
        if self.places.are_many() {
            return alike;
        }
        for (old, was) in gone {
            for (new, is) in more.iter().filter(|(_, is)| is.required == was.required) {
                let (known, recursive) = (std::mem::take(&mut self.changes), self.recursive.clone());
                let compared = self.places.compared();
                compare(self, &was.node, &is.node, &Place::whole());
                let found = std::mem::replace(&mut self.changes, known);
                self.recursive = recursive;
                self.places.take_back(compared);
                // What was left out may have told them apart.
                if self.places.are_many() {
                    return Vec::new();
                }
                if found.iter().all(|change| change.breaks() == Breaks::NOBODY) {
                    alike.push((*old, *new));
                }
            }
        }
        let pairs = alike.iter();
        let single = |(old, new): &&(&String, &String)| {
            alike.iter().filter(|(other, _)| other == old).count() == 1
                && alike.iter().filter(|(_, other)| other == new).count() == 1
        };
        pairs.filter(single).copied().collect()
    }
}
