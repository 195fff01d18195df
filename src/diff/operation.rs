use std::{borrow::Cow, collections::BTreeMap};

use serde_json::{Map, Value, json};

use super::{
    body::{is_required, object},
    change::{Operation, Place},
    comparison::Comparison,
    contract::Contract,
    fields::{Field, Fields},
    rule::{Rule, Side},
};

const METHODS: [&str; 8] = ["delete", "get", "head", "options", "patch", "post", "put", "trace"];

/// Where the values stand that a request has beside its body.
const PARAMETERS: [&str; 4] = ["cookie", "header", "path", "query"];

/// An operation of a document, and the path item around it.
pub(super) struct Found<'a> {
    path: &'a str,
    method: &'static str,
    item: Cow<'a, Map<String, Value>>,
    own: Cow<'a, Map<String, Value>>,
}

impl Found<'_> {
    fn id(&self) -> Option<&str> {
        self.own.get("operationId").and_then(Value::as_str)
    }

    /// How it is called, as a value.
    fn address(&self) -> Value {
        json!(format!("{} {}", self.method.to_uppercase(), self.path))
    }

    fn named(&self) -> Operation {
        let method = self.method.to_uppercase();
        let id = self.id().map_or_else(|| format!("{method} {}", self.path), str::to_owned);
        Operation { id, method, path: self.path.to_owned() }
    }
}

/// Every operation of a document.
pub(super) fn all(contract: &Contract) -> Vec<Found<'_>> {
    let paths = contract.root().get("paths").and_then(Value::as_object).into_iter().flatten();
    let items = paths.filter(|(path, _)| path.starts_with('/')).map(|(path, item)| (path, contract.object(item)));
    let found = items.flat_map(|(path, item)| {
        METHODS.into_iter().filter_map(move |method| {
            let own = match &item {
                Cow::Borrowed(item) => contract.object(item.get(method)?),
                Cow::Owned(item) => Cow::Owned(object(Some(item.get(method)?)).into_owned()),
            };
            Some(Found { path, method, item: item.clone(), own })
        })
    });
    found.collect()
}

impl Comparison<'_> {
    pub(super) fn operations(&mut self) {
        let (mut old, mut new) = (all(self.old), all(self.new));
        let address = |one: &Found<'_>, other: &Found<'_>| (one.path, one.method) == (other.path, other.method);
        let id = |one: &Found<'_>, other: &Found<'_>| one.id().is_some() && one.id() == other.id();
        // Who keeps both is itself, whatever else has changed places.
        let mut pairs = take_pairs(&mut old, &mut new, |one, other| address(one, other) && id(one, other));
        pairs.extend(take_pairs(&mut old, &mut new, address));
        pairs.extend(take_pairs(&mut old, &mut new, id));
        for (old, new) in pairs {
            self.operation = Some(new.named());
            self.pair(&old, &new);
        }
        for (found, rule) in old.iter().map(|found| (found, Rule::OperationRemoved)) {
            self.operation = Some(found.named());
            self.found(&Place::whole(), rule, Some(&found.address()), None);
        }
        for (found, rule) in new.iter().map(|found| (found, Rule::OperationAdded)) {
            self.operation = Some(found.named());
            self.found(&Place::whole(), rule, None, Some(&found.address()));
        }
        self.operation = None;
    }

    fn pair(&mut self, old: &Found<'_>, new: &Found<'_>) {
        let place = Place::whole();
        if old.address() != new.address() {
            self.found(&place, Rule::OperationMoved, Some(&old.address()), Some(&new.address()));
        }
        let (was, is) = (old.own.get("operationId"), new.own.get("operationId"));
        if was != is {
            self.found(&place, Rule::OperationRenamed, was, is);
        }
        self.security(&old.own, &new.own);
        if self.alike(&old.item, &new.item) {
            return;
        }
        for kind in PARAMETERS {
            let (was, is) = (parameters(self.old, old, kind), parameters(self.new, new, kind));
            let place = Place::new(Side::Request, kind);
            self.fields(&place, &was, &is, |comparison, old, new, at| comparison.beside(old, new, at));
        }
        let (was, is) = (other_parameters(self.old, old), other_parameters(self.new, new));
        if !self.same(Some(&was), Some(&is)) {
            self.found_of(&place, Rule::UnknownKeywordChanged, "parameters", Some(&was), Some(&is));
        }
        self.request_body(old.own.get("requestBody"), new.own.get("requestBody"));
        self.replies(old.own.get("responses"), new.own.get("responses"));
        self.servers(&old.own, &new.own);
        self.servers(&old.item, &new.item);
        let read = ["operationId", "parameters", "requestBody", "responses", "security", "servers"];
        self.others(&place, &old.own, &new.own, &read, &["tags"]);
        let read: Vec<_> = METHODS.into_iter().chain(["parameters", "servers"]).collect();
        self.others(&place, &old.item, &new.item, &read, &[]);
    }
}

/// Takes out of both lists what belongs together.
fn take_pairs<'o, 'n>(
    old: &mut Vec<Found<'o>>,
    new: &mut Vec<Found<'n>>,
    together: impl Fn(&Found<'_>, &Found<'_>) -> bool,
) -> Vec<(Found<'o>, Found<'n>)> {
    let mut pairs = Vec::new();
    for one in std::mem::take(old) {
        match new.iter().position(|other| together(&one, other)) {
            Some(index) => pairs.push((one, new.remove(index))),
            None => old.push(one),
        }
    }
    pairs
}

/// The parameters of no known kind, and what stands in place of parameters.
fn other_parameters(contract: &Contract, found: &Found<'_>) -> Value {
    let lists = [&found.item, &found.own].into_iter().filter_map(|holder| holder.get("parameters"));
    let others = lists.flat_map(|list| match list {
        Value::Array(nodes) => nodes.iter().filter(|node| !is_known(contract, node)).collect(),
        other => vec![other],
    });
    others.cloned().collect()
}

fn is_known(contract: &Contract, parameter: &Value) -> bool {
    contract.object(parameter).get("in").and_then(Value::as_str).is_some_and(|kind| PARAMETERS.contains(&kind))
}

/// The parameters of one kind, by name; an operation's own override those of its path.
fn parameters(contract: &Contract, found: &Found<'_>, kind: &str) -> Fields {
    let lists = [&found.item, &found.own].map(|holder| holder.get("parameters").and_then(Value::as_array));
    let mut all = BTreeMap::new();
    for node in lists.into_iter().flatten().flatten() {
        let parameter = contract.object(node);
        let text = |key: &str| parameter.get(key).and_then(Value::as_str).unwrap_or_default();
        if text("in") == kind {
            all.insert(text("name").to_owned(), Field { required: is_required(&parameter), node: node.clone() });
        }
    }
    Fields { all, closed: false }
}
