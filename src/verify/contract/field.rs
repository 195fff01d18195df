use contracts::runtime::Rule;
use serde_json::Value;

use super::Schemas;

/// A field of a request, or an item of a list in it.
#[derive(Debug, Clone)]
pub struct Field {
    /// Where it stands: a JSON Pointer with `*` for any item, e.g. `/bindings/*/assetCode`.
    pub place: String,
    /// Its own name; of an item, the list's.
    pub name: String,
    /// Its schema, references resolved.
    pub schema: Value,
    /// Whether it must be there.
    pub required: bool,
    /// Whether it is an item of a list, which cannot be missing.
    pub item: bool,
    /// Every keyword that limits it.
    pub keywords: Vec<Keyword>,
}

/// The JSON type of a field, `null` aside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `string`.
    String,
    /// `integer`.
    Integer,
    /// `boolean`.
    Boolean,
    /// `array`.
    Array,
    /// `object`.
    Object,
}

/// A keyword of the contract that limits a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Keyword {
    /// The field must be there.
    Required,
    /// Its JSON type.
    Type,
    /// It may not be null (part of `type`, and worth a cell of its own).
    NotNull,
    /// One value alone.
    Const,
    /// Certain values alone.
    Enum,
    /// The least number.
    Minimum,
    /// The greatest number.
    Maximum,
    /// The least number of characters.
    MinLength,
    /// The greatest number of characters.
    MaxLength,
    /// A regular expression.
    Pattern,
    /// A named format.
    Format,
    /// The least number of items.
    MinItems,
    /// The greatest number of items.
    MaxItems,
}

impl Keyword {
    /// As the contract writes it; `notNull` is ours.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::NotNull => "notNull",
            other => other.rule(),
        }
    }

    /// The rule that a violation of it names.
    #[must_use]
    pub fn rule(self) -> &'static str {
        match self {
            Self::Required => Rule::Required.name(),
            Self::Type | Self::NotNull => "type",
            Self::Const => Rule::Const.name(),
            Self::Enum => Rule::Enum.name(),
            Self::Minimum => "minimum",
            Self::Maximum => "maximum",
            Self::MinLength => "minLength",
            Self::MaxLength => "maxLength",
            Self::Pattern => Rule::Pattern.name(),
            Self::Format => "format",
            Self::MinItems => "minItems",
            Self::MaxItems => "maxItems",
        }
    }
}

impl Field {
    /// Every field below the object schema `schema`, which stands at `place`, outer ones first.
    pub(super) fn below(schema: &Value, place: &str, schemas: &Schemas) -> Vec<Self> {
        let mut fields = Vec::new();
        for (name, property) in schema["properties"].as_object().into_iter().flatten() {
            let required = schema["required"].as_array().is_some_and(|all| all.iter().any(|each| each == name));
            Self::add(
                name,
                schemas.resolve(property),
                format!("{place}/{}", escape(name)),
                required,
                false,
                schemas,
                &mut fields,
            );
        }
        fields
    }

    fn add(
        name: &str,
        schema: &Value,
        place: String,
        required: bool,
        item: bool,
        schemas: &Schemas,
        fields: &mut Vec<Self>,
    ) {
        let keywords = keywords(schema, required);
        fields.push(Self {
            place: place.clone(),
            name: name.to_owned(),
            schema: schema.clone(),
            required,
            item,
            keywords,
        });
        if schema["items"].is_object() {
            Self::add(name, schemas.resolve(&schema["items"]), format!("{place}/*"), false, true, schemas, fields);
        }
        fields.extend(Self::below(schema, &place, schemas));
    }

    /// Its JSON type, `null` aside.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match types(&self.schema).into_iter().find(|name| *name != "null") {
            Some("string") => Kind::String,
            Some("integer") => Kind::Integer,
            Some("boolean") => Kind::Boolean,
            Some("array") => Kind::Array,
            _ => Kind::Object,
        }
    }

    /// Whether it may be null.
    #[must_use]
    pub fn nullable(&self) -> bool {
        types(&self.schema).contains(&"null")
    }

    /// A number of its schema, e.g. `maxLength`.
    #[must_use]
    pub fn limit(&self, keyword: &str) -> Option<i64> {
        self.schema[keyword].as_i64()
    }

    /// Whether it stands in the body itself, and not in an object or a list of it.
    #[must_use]
    pub fn is_outermost(&self) -> bool {
        self.place.rfind('/') == Some(0)
    }

    /// A JSON Pointer to it in a body: the first item of each list.
    #[must_use]
    pub fn pointer(&self) -> String {
        self.place.replace("/*", "/0")
    }
}

fn types(schema: &Value) -> Vec<&str> {
    match &schema["type"] {
        Value::String(name) => vec![name],
        Value::Array(names) => names.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

fn keywords(schema: &Value, required: bool) -> Vec<Keyword> {
    let mut found = Vec::new();
    if required {
        found.push(Keyword::Required);
    }
    let types = types(schema);
    if !types.is_empty() {
        found.push(Keyword::Type);
        if !types.contains(&"null") {
            found.push(Keyword::NotNull);
        }
    }
    let limits = [
        Keyword::Const,
        Keyword::Enum,
        Keyword::Minimum,
        Keyword::Maximum,
        Keyword::MinLength,
        Keyword::MaxLength,
        Keyword::Pattern,
        Keyword::MinItems,
        Keyword::MaxItems,
    ];
    found.extend(limits.into_iter().filter(|keyword| !schema[keyword.name()].is_null()));
    // Of the integers, the format only says how they are held.
    if types.contains(&"string") && !schema["format"].is_null() {
        found.push(Keyword::Format);
    }
    found
}

fn escape(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}
