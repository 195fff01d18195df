use std::fmt::{self, Display, Write};

/// A place in a JSON value: a chain on the stack that costs nothing until it is displayed as a JSON Pointer.
#[derive(Clone, Copy)]
pub struct At<'a> {
    parent: Option<&'a At<'a>>,
    step: Step<'a>,
}

#[derive(Clone, Copy)]
enum Step<'a> {
    Root,
    Field(&'a str),
    Index(usize),
}

impl<'a> At<'a> {
    /// The value itself.
    pub const ROOT: At<'static> = At { parent: None, step: Step::Root };

    /// A field of the object at this place.
    #[must_use]
    pub fn field<'b>(&'b self, name: &'b str) -> At<'b> {
        At { parent: Some(self), step: Step::Field(name) }
    }

    /// An item of the array at this place.
    #[must_use]
    pub fn index<'b>(&'b self, index: usize) -> At<'b> {
        At { parent: Some(self), step: Step::Index(index) }
    }
}

impl Display for At<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(parent) = self.parent {
            parent.fmt(out)?;
        }
        match self.step {
            Step::Root => Ok(()),
            Step::Field(name) => write_token(out, name),
            Step::Index(index) => write!(out, "/{index}"),
        }
    }
}

/// Writes one reference token of a JSON Pointer (RFC 6901), with its separator.
fn write_token(out: &mut impl Write, token: &str) -> fmt::Result {
    out.write_char('/')?;
    for char in token.chars() {
        match char {
            '~' => out.write_str("~0")?,
            '/' => out.write_str("~1")?,
            other => out.write_char(other)?,
        }
    }
    Ok(())
}

/// The JSON Pointer `pointer` with one more token.
pub(super) fn join(pointer: &str, token: &str) -> String {
    let mut joined = pointer.to_owned();
    // Writing to a String cannot fail.
    let _ = write_token(&mut joined, token);
    joined
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_displayed_as_a_json_pointer() {
        let list = At::ROOT.field("a/b~c");
        assert_eq!(list.index(3).field("x").to_string(), "/a~1b~0c/3/x");
        assert_eq!(At::ROOT.to_string(), "");
    }
}
