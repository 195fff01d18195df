use indexmap::IndexMap;

use super::{RUNTIME, Reader, names::Names, scalar};
use crate::{
    cursor::{Cursor, Result},
    model::{Envelope, Field, Kind, Object, Schema, Shape},
    node::Node,
};

/// What stands at a field or an item.
pub(super) struct Value {
    kind: Kind,
    nullable: bool,
    description: Option<String>,
}

impl<'a> Reader<'a> {
    /// Every component schema that becomes a type or a scalar. The others are read too, so that nothing in them goes
    /// unseen.
    pub(super) fn read_schemas(&mut self) -> Result<IndexMap<String, Schema>> {
        let mut schemas = IndexMap::new();
        let mut names = Names::default();
        for (name, at) in self.schemas.parts() {
            names.take_type(name, &at)?;
            let Some(mut schema) = self.schema(name, &at)? else { continue };
            if let (Schema::Object(object), true) = (&mut schema, self.successes.contains(name)) {
                let all = object.fields.len();
                object.fields.retain(|field| !["result", "msg"].contains(&field.name.as_str()));
                if all - object.fields.len() != 2 {
                    return Err(at.error("a flat success should have `result` and `msg`"));
                }
            }
            if !self.wrappers.contains(name) && !RUNTIME.contains(&name) {
                schemas.insert(name.to_owned(), schema);
            }
        }
        Ok(schemas)
    }

    /// A component schema; `None` for what is always null, and for the `oneOf` of a flat reply, which is read where
    /// the reply is.
    fn schema(&mut self, name: &str, at: &Cursor<'a>) -> Result<Option<Schema>> {
        let fields = at.fields("schema")?;
        let Some(kind) = fields.optional("type") else {
            let flat_reply = self.envelope == Envelope::Flat && self.wrappers.contains(name);
            return if flat_reply { Ok(None) } else { Err(at.error("`type` is missing")) };
        };
        let (word, nullable) = types(&kind)?;
        if word == "object" {
            return Ok(Some(Schema::Object(self.object(at)?)));
        }
        let scalar = scalar::scalar(&fields, word, nullable)?;
        fields.finish()?;
        Ok(scalar.map(|scalar| Schema::Scalar(Box::new(scalar))))
    }

    pub(super) fn object(&mut self, at: &Cursor<'a>) -> Result<Object> {
        let fields = at.fields("object")?;
        let kind = fields.required("type")?;
        if *kind.node() != Node::Text("object".to_owned()) {
            return Err(kind.error("should be `object`"));
        }
        let description = fields.prose("description")?;
        let mut required = IndexMap::new();
        for name in fields.optional("required").map_or(Ok(Vec::new()), |names| names.items())? {
            if required.insert(name.text()?, name.clone()).is_some() {
                return Err(name.error("stands here twice"));
            }
        }
        let mut properties = Vec::new();
        let mut names = Names::default();
        for (name, property) in fields.optional("properties").map_or(Ok(Vec::new()), |all| all.entries())? {
            names.take_value(name, &property)?;
            properties.push(self.field(name, &property, required.shift_remove(name).is_some())?);
        }
        fields.finish()?;
        match required.first() {
            Some((name, at)) => Err(at.error(format!("there is no property `{name}`"))),
            None => Ok(Object { description, fields: properties }),
        }
    }

    fn field(&mut self, name: &str, at: &Cursor<'a>, required: bool) -> Result<Field> {
        let Value { kind, nullable, description } = self.value(at)?;
        let description = description.ok_or_else(|| at.error("`description` is missing"))?;
        let shape = match (required, nullable) {
            (true, false) => Shape::Required,
            (false, true) => Shape::Optional,
            (true, true) => Shape::Nullable,
            (false, false) if kind.holds_objects() => Shape::Absent,
            (false, false) => return Err(at.error("should be required, or else may be null too")),
        };
        Ok(Field { name: name.to_owned(), description, shape, kind })
    }

    pub(super) fn value(&mut self, at: &Cursor<'a>) -> Result<Value> {
        let fields = at.fields("schema")?;
        if let Some(reference) = fields.optional("$ref") {
            let description = fields.optional_as("description", |text| text.prose())?;
            fields.finish()?;
            let (name, target) = self.schemas.refer(&reference)?;
            let Value { kind, nullable, description: own } = named(name, &target)?;
            return Ok(Value { kind, nullable, description: description.or(own) });
        }
        let (word, nullable) = types(&fields.required("type")?)?;
        let value = if word == "array" {
            let description = fields.optional_as("description", |text| text.prose())?;
            let min = fields.optional_as("minItems", |limit| limit.count())?;
            let max = fields.optional_as("maxItems", |limit| limit.count())?;
            if min.unwrap_or(0) > max.unwrap_or(usize::MAX) {
                return Err(at.error("`minItems` is above `maxItems`"));
            }
            let items = fields.required("items")?;
            let item = self.value(&items)?;
            if item.nullable || matches!(item.kind, Kind::List { .. } | Kind::Null) {
                return Err(items.error("should be an object or a scalar, and never null"));
            }
            Value { kind: Kind::List { item: Box::new(item.kind), min, max }, nullable, description }
        } else {
            let scalar = scalar::scalar(&fields, word, nullable)?;
            let scalar = scalar.ok_or_else(|| at.error("what is always null should be a schema of its own"))?;
            let description = scalar.description.clone();
            Value { kind: Kind::Inline(scalar), nullable, description }
        };
        fields.finish()?;
        Ok(value)
    }
}

/// The component schema `name` as the value of a field or an item.
fn named(name: &str, target: &Cursor<'_>) -> Result<Value> {
    let fields = target.fields("schema")?;
    let (word, nullable) = types(&fields.required("type")?)?;
    if word == "object" {
        return Ok(Value { kind: Kind::Object(name.to_owned()), nullable: false, description: None });
    }
    Ok(match scalar::scalar(&fields, word, nullable)? {
        Some(scalar) => {
            let description = scalar.description.clone();
            Value { kind: Kind::Named(name.to_owned(), scalar), nullable, description }
        }
        None => Value { kind: Kind::Null, nullable: false, description: None },
    })
}

/// The type that is not `null`, and whether `null` stands beside it.
fn types(at: &Cursor<'_>) -> Result<(&'static str, bool)> {
    let (word, nullable) = match at.node() {
        Node::List(_) => match &at.items()?[..] {
            [word, null] if *null.node() == Node::Text("null".to_owned()) => (word.clone(), true),
            _ => return Err(at.error("should be one type, or one type and 'null'")),
        },
        _ => (at.clone(), false),
    };
    Ok((word.one_of("type", &["array", "boolean", "integer", "object", "string"])?, nullable))
}
