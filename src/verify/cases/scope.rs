use std::collections::BTreeMap;

use serde_json::Value;

/// What the names of a case stand for while it runs: data, fresh values, and what was kept of replies.
#[derive(Debug, Clone, Default)]
pub(super) struct Scope(BTreeMap<String, Value>);

impl Scope {
    /// What `name` stands for: `user`, or the field `phone` of it as `user.phone`.
    pub fn get(&self, name: &str) -> Option<&Value> {
        let mut words = name.split('.');
        let value = self.0.get(words.next()?)?;
        words.try_fold(value, |value, word| value.get(word))
    }

    pub fn set(&mut self, name: &str, value: Value) {
        self.0.insert(name.to_owned(), value);
    }

    pub fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }
}

/// The first word of a name: what it is a field of.
pub(super) fn root(name: &str) -> &str {
    name.split('.').next().unwrap_or(name)
}
