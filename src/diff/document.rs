use std::{borrow::Cow, collections::BTreeMap};

use serde_json::{Map, Value, json};

use super::{
    body::{keys, object},
    change::{Change, Place},
    comparison::Comparison,
    contract::Contract,
    rule::Rule,
};

/// Every change from `old` to `new`, two versions of one document.
#[must_use]
pub fn compare(old: &Contract, new: &Contract) -> Vec<Change> {
    let mut comparison = Comparison::new(old, new);
    comparison.document();
    comparison.operations();
    comparison.changes
}

/// Every change between two sets of documents, which belong together by name.
#[must_use]
pub fn compare_all(old: &[Contract], new: &[Contract]) -> Vec<Change> {
    let named = |set: &[Contract], name: &str| set.iter().position(|contract| contract.name() == name);
    let whole = |contract: &Contract, rule| Change {
        document: contract.name().to_owned(),
        operation: None,
        place: Place::whole(),
        rule,
        subject: None,
        was: None,
        is: None,
        note: None,
    };
    let mut changes = Vec::new();
    for contract in old.iter().filter(|contract| named(new, contract.name()).is_none()) {
        changes.push(whole(contract, Rule::DocumentRemoved));
    }
    for contract in new {
        match named(old, contract.name()) {
            Some(index) => changes.extend(compare(&old[index], contract)),
            None => changes.push(whole(contract, Rule::DocumentAdded)),
        }
    }
    changes
}

impl Comparison<'_> {
    fn document(&mut self) {
        let (old, new) = (object(Some(self.old.root())), object(Some(self.new.root())));
        let (place, envelope) = (Place::whole(), "x-envelope");
        if old.get(envelope) != new.get(envelope) {
            self.found(&place, Rule::EnvelopeChanged, old.get(envelope), new.get(envelope));
        }
        self.servers(&old, &new);
        let (was, is) = (object(old.get("paths")), object(new.get("paths")));
        let paths: Vec<_> = keys(&was, &is).into_iter().filter(|path| path.starts_with('/')).collect();
        self.others(&place, &was, &is, &paths, &[]);
        // What stands in `components` is compared where an operation refers to it, `security` with each operation.
        let read = ["components", "paths", "security", "servers", envelope];
        self.others(&place, &old, &new, &read, &["info", "openapi", "tags", "x-tagGroups"]);
    }

    /// Compares the addresses in `servers`, of the document, a path or an operation.
    pub(super) fn servers(&mut self, old: &Map<String, Value>, new: &Map<String, Value>) {
        let place = Place::whole();
        let Some((was, is)) = self.differing(&place, "servers", (old, new), Value::as_array) else { return };
        let (was, is) = (by_url(was), by_url(is));
        for (url, server) in &was {
            match is.get(url) {
                Some(other) => self.others(&place, server, other, &[], &[]),
                None => drop(self.found(&place, Rule::ServerRemoved, Some(&json!(url)), None)),
            }
        }
        for url in is.keys().filter(|url| !was.contains_key(*url)) {
            self.found(&place, Rule::ServerAdded, None, Some(&json!(url)));
        }
    }
}

fn by_url(servers: Option<&Vec<Value>>) -> BTreeMap<&str, Cow<'_, Map<String, Value>>> {
    let servers = servers.into_iter().flatten();
    let named = servers.map(|server| (server.get("url").and_then(Value::as_str).unwrap_or("/"), object(Some(server))));
    named.collect()
}
