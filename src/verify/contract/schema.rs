use serde_json::{Map, Value};

/// The component schemas of a document.
#[derive(Debug)]
pub struct Schemas(Map<String, Value>);

impl Schemas {
    pub(super) fn of(document: &Value) -> Self {
        Self(document["components"]["schemas"].as_object().cloned().unwrap_or_default())
    }

    /// The component of that name.
    #[must_use]
    pub fn named(&self, name: &str) -> &Value {
        self.0.get(name).unwrap_or(&Value::Null)
    }

    /// `schema`, or the component that it refers to.
    #[must_use]
    pub fn resolve<'a>(&'a self, schema: &'a Value) -> &'a Value {
        match reference(schema) {
            Some(name) => self.resolve(self.named(name)),
            None => schema,
        }
    }
}

/// The name of the component that `schema` refers to.
pub(super) fn reference(schema: &Value) -> Option<&str> {
    schema["$ref"].as_str()?.strip_prefix("#/components/schemas/")
}
