use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
};

use indexmap::IndexMap;

use crate::node::Node;

/// What is wrong with a document, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}{pointer}: {problem}")]
pub struct Error {
    /// The file, as it was named to the reader.
    pub file: String,
    /// The JSON Pointer of the place, with `#` in front.
    pub pointer: String,
    /// What is wrong there.
    pub problem: String,
}

/// The result of reading a part of a document.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What the reader understands, and whether the document says it: keywords by the kind of mapping they stand in
/// (`operation`, `tags`), and the words of closed sets by the name of the set (`format`, `datetime`).
pub type Vocabulary = BTreeMap<(&'static str, &'static str), bool>;

/// A file that is being read.
#[derive(Debug)]
pub struct Source {
    file: String,
    vocabulary: RefCell<Vocabulary>,
}

impl Source {
    /// The file `file`, of which nothing has been asked yet.
    pub fn new(file: String) -> Self {
        Self { file, vocabulary: RefCell::default() }
    }

    /// The place `node`, which is the whole document.
    pub fn root<'a>(&'a self, node: &'a Node) -> Cursor<'a> {
        Cursor { source: self, pointer: "#".to_owned(), node }
    }

    /// An error of the file as a whole.
    pub fn error(&self, problem: impl Into<String>) -> Error {
        Error { file: self.file.clone(), pointer: "#".to_owned(), problem: problem.into() }
    }

    /// What was asked of the file.
    pub fn into_vocabulary(self) -> Vocabulary {
        self.vocabulary.into_inner()
    }

    fn note(&self, set: &'static str, word: &'static str, used: bool) {
        *self.vocabulary.borrow_mut().entry((set, word)).or_default() |= used;
    }
}

/// A place in a document that is being read.
#[derive(Debug, Clone)]
pub struct Cursor<'a> {
    source: &'a Source,
    pointer: String,
    node: &'a Node,
}

impl<'a> Cursor<'a> {
    /// An error at this place.
    pub fn error(&self, problem: impl Into<String>) -> Error {
        Error { pointer: self.pointer.clone(), ..self.source.error(problem) }
    }

    /// The value itself.
    pub fn node(&self) -> &'a Node {
        self.node
    }

    /// The value as text.
    pub fn text(&self) -> Result<&'a str> {
        match self.node {
            Node::Text(text) => Ok(text),
            _ => Err(self.error("should be a string")),
        }
    }

    /// The value as text that says something.
    pub fn prose(&self) -> Result<String> {
        match self.text()? {
            text if text.trim().is_empty() => Err(self.error("should not be blank")),
            text => Ok(text.to_owned()),
        }
    }

    /// The value as one word of the closed set `set`.
    pub fn one_of(&self, set: &'static str, words: &[&'static str]) -> Result<&'static str> {
        let text = self.text()?;
        words.iter().for_each(|word| self.source.note(set, word, *word == text));
        let known = words.iter().find(|word| **word == text);
        known.copied().ok_or_else(|| self.error(format!("unknown {set} `{text}`; known: {}", words.join(", "))))
    }

    /// The value as a whole number.
    pub fn integer(&self) -> Result<i64> {
        match self.node {
            Node::Integer(value) => Ok(*value),
            _ => Err(self.error("should be a whole number")),
        }
    }

    /// The value as a count.
    pub fn count(&self) -> Result<usize> {
        usize::try_from(self.integer()?).map_err(|_| self.error("should not be negative"))
    }

    /// The value as true or false.
    pub fn boolean(&self) -> Result<bool> {
        match self.node {
            Node::Bool(value) => Ok(*value),
            _ => Err(self.error("should be true or false")),
        }
    }

    /// The items of a list.
    pub fn items(&self) -> Result<Vec<Cursor<'a>>> {
        match self.node {
            Node::List(items) => {
                Ok(items.iter().enumerate().map(|(index, node)| self.child(&index.to_string(), node)).collect())
            }
            _ => Err(self.error("should be a list")),
        }
    }

    /// The entries of a mapping whose keys are free.
    pub fn entries(&self) -> Result<Vec<(&'a str, Cursor<'a>)>> {
        Ok(self.map()?.iter().map(|(key, node)| (key.as_str(), self.child(key, node))).collect())
    }

    /// The fields of a mapping whose keys are known, and which is a `kind`; every one must be read before
    /// [`Fields::finish`].
    pub fn fields(&self, kind: &'static str) -> Result<Fields<'a>> {
        Ok(Fields { kind, entries: self.map()?, at: self.clone(), read: RefCell::default() })
    }

    fn map(&self) -> Result<&'a IndexMap<String, Node>> {
        match self.node {
            Node::Map(map) => Ok(map),
            _ => Err(self.error("should be a mapping")),
        }
    }

    fn child(&self, token: &str, node: &'a Node) -> Self {
        let token = token.replace('~', "~0").replace('/', "~1");
        Self { source: self.source, pointer: format!("{}/{token}", self.pointer), node }
    }
}

/// A mapping that is read key by key, so that no key is passed over in silence.
#[derive(Debug)]
pub struct Fields<'a> {
    /// The mapping's place.
    pub at: Cursor<'a>,
    kind: &'static str,
    entries: &'a IndexMap<String, Node>,
    read: RefCell<BTreeSet<&'static str>>,
}

impl<'a> Fields<'a> {
    /// The value of `key`, if there is one.
    pub fn optional(&self, key: &'static str) -> Option<Cursor<'a>> {
        let value = self.entries.get(key).map(|node| self.at.child(key, node));
        self.at.source.note(self.kind, key, value.is_some());
        self.read.borrow_mut().insert(key);
        value
    }

    /// The value of `key`, which must be there.
    pub fn required(&self, key: &'static str) -> Result<Cursor<'a>> {
        self.optional(key).ok_or_else(|| self.at.error(format!("`{key}` is missing")))
    }

    /// The text of `key`, which must be there and say something.
    pub fn prose(&self, key: &'static str) -> Result<String> {
        self.required(key)?.prose()
    }

    /// What `read` makes of the value of `key`, if there is one.
    pub fn optional_as<T>(&self, key: &'static str, read: impl FnOnce(Cursor<'a>) -> Result<T>) -> Result<Option<T>> {
        self.optional(key).map(read).transpose()
    }

    /// An error that names the first key that nobody has read.
    pub fn finish(self) -> Result<()> {
        let read = self.read.into_inner();
        match self.entries.iter().find(|(key, _)| !read.contains(key.as_str())) {
            Some((key, node)) => {
                Err(self.at.child(key, node).error(format!("unsupported {} keyword `{key}`", self.kind)))
            }
            None => Ok(()),
        }
    }
}
