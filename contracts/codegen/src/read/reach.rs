use std::collections::BTreeSet;

use indexmap::IndexMap;

use super::Reader;
use crate::{
    cursor::Result,
    model::{Field, Kind, Operation, Schema},
};

/// The schemas of `all` that the operations need; what only envelopes use is written by hand in `contracts::runtime`.
pub fn reach(
    operations: &[Operation],
    mut all: IndexMap<String, Schema>,
    reader: &Reader<'_>,
) -> Result<IndexMap<String, Schema>> {
    let mut walk = Walk { all: &all, reader, needed: BTreeSet::new(), around: Vec::new() };
    for Operation { request, data, failure_data, .. } in operations {
        walk.object(request)?;
        walk.kind(data)?;
        walk.kind(failure_data)?;
    }
    let needed = walk.needed;
    all.retain(|name, _| needed.contains(name));
    Ok(all)
}

struct Walk<'w> {
    all: &'w IndexMap<String, Schema>,
    reader: &'w Reader<'w>,
    needed: BTreeSet<String>,
    /// The objects that the walk is in.
    around: Vec<String>,
}

impl Walk<'_> {
    fn kind(&mut self, kind: &Kind) -> Result<()> {
        match kind {
            Kind::Object(name) => self.object(name),
            Kind::List { item, .. } => self.kind(item),
            Kind::Named(name, _) => {
                self.needed.insert(name.clone());
                Ok(())
            }
            Kind::Inline(_) | Kind::Null => Ok(()),
        }
    }

    fn object(&mut self, name: &str) -> Result<()> {
        let error = |problem: &str| Err(self.reader.schemas.error(name, problem));
        let object = match self.all.get(name) {
            _ if name == "Violation" => return Ok(()),
            Some(Schema::Object(object)) => object,
            Some(Schema::Scalar(_)) => return error("a body should be an object"),
            None => return error("the body of a reply can be nothing else"),
        };
        if self.around.iter().any(|outer| outer == name) {
            return error("contains itself");
        }
        if !self.needed.insert(name.to_owned()) {
            return Ok(());
        }
        self.around.push(name.to_owned());
        for field in &object.fields {
            self.field(name, field)?;
        }
        self.around.pop();
        Ok(())
    }

    fn field(&mut self, object: &str, field: &Field) -> Result<()> {
        let problem = match field.kind.innermost() {
            Kind::Null => "is always null, as `data` of an envelope alone can be",
            Kind::Object(name) if self.reader.successes.contains(name.as_str()) => "refers to the success of a reply",
            _ => return self.kind(&field.kind),
        };
        Err(self.reader.schemas.error(object, format!("`{}` {problem}", field.name)))
    }
}
