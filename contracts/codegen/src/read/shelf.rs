use std::collections::BTreeSet;

use indexmap::IndexMap;

use crate::cursor::{Cursor, Error, Result};

/// The named parts of one kind, and which of them somebody refers to.
pub struct Shelf<'a> {
    /// What stands before the name in a `$ref`.
    prefix: &'static str,
    parts: IndexMap<&'a str, Cursor<'a>>,
    used: BTreeSet<&'a str>,
}

impl<'a> Shelf<'a> {
    /// The entries of the mapping `parts`, if there is one.
    pub fn new(prefix: &'static str, parts: Option<Cursor<'a>>) -> Result<Self> {
        let parts = parts.map_or(Ok(Vec::new()), |parts| parts.entries())?;
        Ok(Self { prefix, parts: parts.into_iter().collect(), used: BTreeSet::new() })
    }

    /// Puts one more part on the shelf.
    pub fn add(&mut self, name: &'a str, part: Cursor<'a>) -> Result<()> {
        match self.parts.insert(name, part.clone()) {
            Some(_) => Err(part.error(format!("`{name}` stands here twice"))),
            None => Ok(()),
        }
    }

    /// The part that `reference`, the value of a `$ref`, names.
    pub fn refer(&mut self, reference: &Cursor<'_>) -> Result<(&'a str, Cursor<'a>)> {
        let name = reference.text()?.strip_prefix(self.prefix);
        self.pick(name.ok_or_else(|| reference.error(format!("should refer to {}…", self.prefix)))?, reference)
    }

    /// The part `name`, which is named at `at`.
    pub fn pick(&mut self, name: &str, at: &Cursor<'_>) -> Result<(&'a str, Cursor<'a>)> {
        match self.parts.get_key_value(name) {
            Some((known, part)) => {
                self.used.insert(known);
                Ok((known, part.clone()))
            }
            None => Err(at.error(format!("there is no `{name}`"))),
        }
    }

    /// Whether there is a part `name`.
    pub fn has(&self, name: &str) -> bool {
        self.parts.contains_key(name)
    }

    /// Every part with its name, in the order of the file.
    pub fn parts(&self) -> Vec<(&'a str, Cursor<'a>)> {
        self.parts.iter().map(|(name, part)| (*name, part.clone())).collect()
    }

    /// An error at the part `name`, which is there.
    pub fn error(&self, name: &str, problem: impl Into<String>) -> Error {
        self.parts[name].error(problem)
    }

    /// An error that names the first part that nobody refers to.
    pub fn finish(self) -> Result<()> {
        match self.parts.iter().find(|(name, _)| !self.used.contains(*name)) {
            Some((name, part)) => Err(part.error(format!("nobody refers to `{name}`"))),
            None => Ok(()),
        }
    }
}
