use std::collections::BTreeMap;

use heck::{ToSnakeCase, ToUpperCamelCase};

use crate::cursor::{Cursor, Result};

/// Words that are no identifiers in Rust, not even raw ones.
const RESERVED: [&str; 4] = ["Self", "crate", "self", "super"];

/// Names that become Rust names side by side: two that Rust spells alike would collide.
#[derive(Default)]
pub struct Names(BTreeMap<String, String>);

impl Names {
    /// Takes the name of a field or method, such as `userPhone`.
    pub fn take_value(&mut self, name: &str, at: &Cursor<'_>) -> Result<()> {
        self.take(name, name.to_snake_case(), char::is_ascii_lowercase, at)
    }

    /// Takes the name of a type, such as `UserPhone`.
    pub fn take_type(&mut self, name: &str, at: &Cursor<'_>) -> Result<()> {
        self.take(name, name.to_upper_camel_case(), char::is_ascii_uppercase, at)
    }

    fn take(&mut self, name: &str, spelt: String, first: fn(&char) -> bool, at: &Cursor<'_>) -> Result<()> {
        let alphanumeric = name.chars().all(|char| char.is_ascii_alphanumeric());
        if !name.starts_with(|char| first(&char)) || !alphanumeric || RESERVED.contains(&name) {
            return Err(at.error(format!("`{name}` makes no Rust name: camel case, ASCII letters and digits")));
        }
        match self.0.insert(spelt, name.to_owned()) {
            Some(other) if other == name => Err(at.error(format!("`{name}` is taken"))),
            Some(other) => Err(at.error(format!("`{name}` is the same in Rust as `{other}`, which is taken"))),
            None => Ok(()),
        }
    }
}
