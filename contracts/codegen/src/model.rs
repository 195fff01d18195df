use indexmap::IndexMap;

use crate::node::Node;

/// A document, read and resolved: nothing in it is left to interpret.
#[derive(Debug)]
pub struct Document {
    /// How replies are wrapped.
    pub envelope: Envelope,
    /// The operations, in the order of the file.
    pub operations: Vec<Operation>,
    /// The component schemas that become types of their own.
    pub schemas: IndexMap<String, Schema>,
}

/// How replies are wrapped (`x-envelope`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Envelope {
    /// Weichuang's: `result` and `msg` beside the fields.
    Flat,
    /// KOP's: `code`, `msg`, `data`.
    Kop,
}

/// One operation.
#[derive(Debug)]
pub struct Operation {
    pub id: String,
    pub path: String,
    pub summary: String,
    pub section: String,
    pub provisional: bool,
    /// A successful reply can carry a message (`x-success-msg`).
    pub success_msg: bool,
    /// The component schema of the request.
    pub request: String,
    /// The component schema of the successful reply, as the JSON Schema validator needs it.
    pub success: String,
    /// What the handler returns.
    pub data: Kind,
    /// The HTTP statuses of the documented failures.
    pub failures: Vec<u16>,
    /// Those of them whose body carries `data` of its own.
    pub failures_with_data: Vec<u16>,
    /// What that data is; [`Kind::Null`] where there is none.
    pub failure_data: Kind,
}

/// A component schema.
#[derive(Debug, Clone)]
pub enum Schema {
    Object(Object),
    Scalar(Box<Scalar>),
}

/// An object: becomes a struct.
#[derive(Debug, Clone)]
pub struct Object {
    pub description: String,
    pub fields: Vec<Field>,
}

/// A field of an object.
#[derive(Debug, Clone)]
pub struct Field {
    pub name: String,
    pub description: String,
    pub shape: Shape,
    pub kind: Kind,
}

/// Whether a field must be there and may be null.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// Must be there, is never null.
    Required,
    /// May be absent, may be null.
    Optional,
    /// Must be there, may be null.
    Nullable,
    /// May be absent, is never null.
    Absent,
}

/// What a value is.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    /// A struct of its own.
    Object(String),
    /// A scalar with a name of its own.
    Named(String, Scalar),
    /// A scalar that is described in place.
    Inline(Scalar),
    /// A list.
    List { item: Box<Kind>, min: Option<usize>, max: Option<usize> },
    /// `null` alone.
    Null,
}

/// A scalar and its limits.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Scalar {
    pub primitive: Primitive,
    pub description: Option<String>,
    pub format: Option<&'static str>,
    /// `const`
    pub only: Option<Node>,
    /// `enum`, without `null`, which nullability says already.
    pub allowed: Vec<Node>,
    pub minimum: Option<i64>,
    pub maximum: Option<i64>,
    pub min_length: Option<usize>,
    pub max_length: Option<usize>,
    pub pattern: Option<String>,
    pub examples: Vec<Node>,
    /// `x-faker`: the kind of sample value.
    pub faker: Option<&'static str>,
    /// `x-trim`: trimmed after validation.
    pub trim: bool,
}

/// The Rust type that a scalar becomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Primitive {
    #[default]
    Text,
    Int32,
    Int64,
    Boolean,
}

impl Kind {
    /// The scalar, for a scalar.
    pub fn scalar(&self) -> Option<&Scalar> {
        match self {
            Kind::Named(_, scalar) | Kind::Inline(scalar) => Some(scalar),
            _ => None,
        }
    }

    /// What a list is of; the value itself where it is none.
    pub fn innermost(&self) -> &Kind {
        match self {
            Kind::List { item, .. } => item.innermost(),
            kind => kind,
        }
    }

    /// Whether the value is an object, or a list of objects.
    pub fn holds_objects(&self) -> bool {
        matches!(self.innermost(), Kind::Object(_))
    }

    /// Whether the value is an integer, or a list of integers.
    pub fn holds_integers(&self) -> bool {
        let scalar = self.innermost().scalar();
        scalar.is_some_and(|scalar| matches!(scalar.primitive, Primitive::Int32 | Primitive::Int64))
    }
}

impl Scalar {
    /// Whether the values are listed one by one.
    pub fn is_closed(&self) -> bool {
        self.only.is_some() || !self.allowed.is_empty()
    }
}
