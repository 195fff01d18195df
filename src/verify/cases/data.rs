use std::{collections::BTreeMap, path::Path};

use serde_json::Value;

use super::{CaseError, error::Mistake, node::Node, node::Place, template::Template};

/// What the data of a server must provide, by name.
#[derive(Debug, Clone)]
pub struct Data {
    /// The values that may be taken, the first that meets a case's conditions is.
    values: BTreeMap<String, Vec<Value>>,
}

/// What a name stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataName {
    /// The name, e.g. `held`.
    pub name: String,
    /// What it must be, in Chinese.
    pub zh: String,
    /// What it must be, in English.
    pub en: String,
    /// The fields of it; none where it is a single value.
    pub fields: Vec<String>,
}

/// Reads the description of the names, and what our own servers' built-in world provides for them.
pub(super) fn describe(file: &str, text: &str) -> Result<(Vec<DataName>, Data), CaseError> {
    let read = || -> Result<_, Mistake> {
        let (mut names, mut values) = (Vec::new(), BTreeMap::new());
        for (key, node) in Node::read(text)?.fields()?.rest() {
            let mut fields = node.fields()?;
            let (zh, en) = (fields.need("zh")?.text()?, fields.need("en")?.text()?);
            let given = fields.need("values")?;
            fields.end()?;
            let given = candidates(given)?;
            let field_names =
                |value: &Value| value.as_object().into_iter().flatten().map(|(name, _)| name.clone()).collect();
            let fields: Vec<String> = given.first().map(|(_, value)| field_names(value)).unwrap_or_default();
            let name = DataName { name: key.name.clone(), zh, en, fields };
            values.insert(key.name, formed(&name, given)?);
            names.push(name);
        }
        Ok((names, Data { values }))
    };
    read().map_err(|mistake| mistake.in_file(file))
}

impl Data {
    /// Reads a file of bindings: each name with a value, or a list of values of which the first that fits is taken.
    ///
    /// # Errors
    /// What is wrong with the file, and where.
    pub fn load(path: &Path, names: &[DataName]) -> Result<Self, CaseError> {
        let file = path.display().to_string();
        let text = mocks::read_text(path);
        let text = text.map_err(|error| CaseError::new(&file, Place::default(), &error.to_string()))?;
        Self::read(&file, &text, names)
    }

    /// Reads bindings from the text of a file called `file`.
    ///
    /// # Errors
    /// What is wrong with the text, and where.
    pub fn read(file: &str, text: &str, names: &[DataName]) -> Result<Self, CaseError> {
        let read = || -> Result<_, Mistake> {
            let mut values = BTreeMap::new();
            for (key, node) in Node::read(text)?.fields()?.rest() {
                let Some(name) = names.iter().find(|name| name.name == key.name) else {
                    let known: Vec<_> = names.iter().map(|name| name.name.as_str()).collect();
                    return Mistake::new(
                        key.place,
                        format!("no case needs {} (known: {})", key.name, known.join(", ")),
                    );
                };
                values.insert(key.name, formed(name, candidates(node)?)?);
            }
            Ok(Self { values })
        };
        read().map_err(|mistake| mistake.in_file(file))
    }

    /// The values that may be taken for `name`; none if nothing is known.
    pub(in crate::verify) fn candidates(&self, name: &str) -> &[Value] {
        self.values.get(name).map(Vec::as_slice).unwrap_or_default()
    }
}

fn candidates(node: Node) -> Result<Vec<(Place, Value)>, Mistake> {
    use super::node::Content;
    let items = match node.content {
        Content::List(items) => items,
        _ => vec![node],
    };
    items.into_iter().map(|item| Ok((item.place, Template::read(item)?.form()))).collect()
}

fn formed(name: &DataName, values: Vec<(Place, Value)>) -> Result<Vec<Value>, Mistake> {
    for (place, value) in &values {
        let fits = match value.as_object() {
            Some(object) => !name.fields.is_empty() && object.keys().eq(name.fields.iter()),
            None => name.fields.is_empty() && (value.is_string() || value.is_i64()),
        };
        if !fits {
            let due = if name.fields.is_empty() { "one value".to_owned() } else { name.fields.join(", ") };
            return Mistake::new(*place, format!("{} consists of {due}", name.name));
        }
    }
    Ok(values.into_iter().map(|(_, value)| value).collect())
}
