use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::{
    change::Place,
    comparison::Comparison,
    contract::Contract,
    rule::{Rule, Side},
};

impl Comparison<'_> {
    /// Compares who may call: the ways of proving it, and how each of them works.
    pub(super) fn security(&mut self, old: &Map<String, Value>, new: &Map<String, Value>) {
        let place = Place::new(Side::Request, "security");
        let (was, is) = (alternatives(self.old, old), alternatives(self.new, new));
        for gone in was.iter().filter(|alternative| !is.contains(alternative)) {
            self.found(&place, Rule::SecurityAlternativeRemoved, Some(gone), None);
        }
        for more in is.iter().filter(|alternative| !was.contains(alternative)) {
            self.found(&place, Rule::SecurityAlternativeAdded, None, Some(more));
        }
        let kept = was.iter().filter(|alternative| is.contains(alternative));
        let names: BTreeSet<_> = kept.filter_map(Value::as_object).flat_map(Map::keys).collect();
        for name in names {
            self.scheme(&place, name);
        }
    }

    fn scheme(&mut self, place: &Place, name: &str) {
        let (was, is) = (scheme(self.old, name), scheme(self.new, name));
        let words = |scheme: &Value| scheme.get("description").cloned();
        if words(&was) != words(&is) {
            self.found_of(place, Rule::DocumentationChanged, name, words(&was).as_ref(), words(&is).as_ref());
        }
        let without_words = |mut scheme: Value| {
            scheme.as_object_mut().map(|scheme| scheme.remove("description"));
            scheme
        };
        let (was, is) = (without_words(was), without_words(is));
        if was != is {
            self.found_of(place, Rule::SecuritySchemeChanged, name, Some(&was), Some(&is));
        }
    }
}

/// The operation's own alternatives, or else the document's. No alternative at all lets everybody in.
fn alternatives(contract: &Contract, operation: &Map<String, Value>) -> Vec<Value> {
    let stated = operation.get("security").or_else(|| contract.root().get("security"));
    match stated {
        None => vec![json!({})],
        Some(Value::Array(alternatives)) if alternatives.is_empty() => vec![json!({})],
        Some(Value::Array(alternatives)) => alternatives.clone(),
        Some(other) => vec![other.clone()],
    }
}

fn scheme(contract: &Contract, name: &str) -> Value {
    let schemes = contract.root().pointer("/components/securitySchemes");
    let scheme = schemes.and_then(|schemes| schemes.get(name));
    scheme.map_or(Value::Null, |scheme| contract.object(scheme).into_owned().into())
}
