use polaris::verify::contract::{Field, Operation};
use serde_json::{Value, json};

/// Stands in a request where the hostile value will.
const HERE: &str = "@@here@@";

/// A request that is good but for one place.
pub struct Placed {
    text: String,
    name: Option<String>,
    good: String,
}

impl Placed {
    /// The first example of `operation` that has room for `field`.
    pub fn of(operation: &Operation, field: &Field) -> Self {
        let place = field.place.replace('*', "0");
        let (parent, last) = place.rsplit_once('/').expect("a place in an object");
        for (_, example) in &operation.examples {
            let mut body = example.clone();
            let good = body.pointer(&place).unwrap_or(&Value::Null).to_string();
            match body.pointer_mut(parent) {
                Some(Value::Object(fields)) => {
                    fields.insert(last.to_owned(), HERE.into());
                }
                Some(Value::Array(items)) if items.is_empty() => items.push(HERE.into()),
                Some(Value::Array(items)) => items[0] = HERE.into(),
                // A list that the example leaves out.
                Some(list @ Value::Null) if field.item => *list = json!([HERE]),
                _ => continue,
            }
            let name = (!field.item).then(|| last.to_owned());
            return Self { text: body.to_string(), name, good };
        }
        // The list itself is missing in every example.
        let mut body = operation.examples[0].1.clone();
        body[parent.trim_start_matches('/')] = json!([HERE]);
        Self { text: body.to_string(), name: None, good: "null".to_owned() }
    }

    /// With this in its place.
    pub fn with(&self, value: &str) -> String {
        let quoted = format!("\"{HERE}\"");
        assert_eq!(self.text.matches(&quoted).count(), 1, "{}", self.text);
        self.text.replace(&quoted, value)
    }

    /// With the field twice, as good as it was; nothing for an item of a list, which has no name.
    pub fn twice(&self) -> Option<String> {
        let name = Value::from(self.name.as_deref()?);
        Some(self.with(&format!("{good},{name}:{good}", good = self.good)))
    }
}
