use std::borrow::Cow;

use poem::{
    Response,
    http::{HeaderValue, StatusCode, header::CONTENT_TYPE},
};
use poem_openapi::{
    registry::{MetaMediaType, MetaResponse, MetaSchema, MetaSchemaRef, Registry},
    types::{ParseError, ParseFromJSON, ParseResult, ToJSON, Type},
};
use serde::Serialize;
use serde_json::Value;

use crate::runtime::{Absent, NoData, Nullable, Violation};

/// A JSON reply, written by serde.
pub(super) fn json<T: Serialize>(status: StatusCode, body: &T) -> Response {
    match serde_json::to_vec(body) {
        Ok(bytes) => {
            let mut response = Response::builder().status(status).body(bytes);
            let json = HeaderValue::from_static("application/json; charset=utf-8");
            response.headers_mut().insert(CONTENT_TYPE, json);
            response
        }
        Err(error) => {
            tracing::error!(%error, "a reply could not be written");
            Response::builder().status(StatusCode::INTERNAL_SERVER_ERROR).finish()
        }
    }
}

/// A documented response.
pub(super) fn response(status: u16, content: Vec<(&'static str, MetaSchemaRef)>) -> MetaResponse {
    MetaResponse {
        description: "",
        status: Some(status),
        status_range: None,
        content: content.into_iter().map(|(content_type, schema)| MetaMediaType { content_type, schema }).collect(),
        headers: Vec::new(),
    }
}

pub(super) fn inline(schema: MetaSchema) -> MetaSchemaRef {
    MetaSchemaRef::Inline(Box::new(schema))
}

pub(super) fn object(properties: Vec<(&'static str, MetaSchemaRef)>, required: &[&'static str]) -> MetaSchemaRef {
    inline(MetaSchema { properties, required: required.to_vec(), ..MetaSchema::new("object") })
}

/// An int32 that has one value alone.
pub(super) fn constant(value: u16) -> MetaSchemaRef {
    let value = Some(f64::from(value));
    inline(MetaSchema { minimum: value, maximum: value, ..MetaSchema::new_with_format("integer", "int32") })
}

/// The message of a reply.
pub(super) fn text(nullable: bool) -> MetaSchemaRef {
    let pattern = Some(r"^[^\x00]*$".to_owned());
    inline(MetaSchema { nullable, max_length: Some(500), pattern, ..MetaSchema::new("string") })
}

pub(super) fn violations() -> MetaSchemaRef {
    let items = Some(Box::new(Violation::schema_ref()));
    inline(MetaSchema { items, max_items: Some(Violation::LIMIT), ..MetaSchema::new("array") })
}

/// poem-openapi asks every field type how it reads and writes `serde_json::Value`s; our payloads go through serde, so
/// that here only says what serde says.
macro_rules! shape {
    ($shape:ident, required: $required:literal, nullable: $nullable:literal, name: $name:literal) => {
        impl<T: Type> Type for $shape<T> {
            const IS_REQUIRED: bool = $required;
            type RawValueType = T::RawValueType;
            type RawElementValueType = T::RawElementValueType;

            fn name() -> Cow<'static, str> {
                format!(concat!($name, "_{}"), T::name()).into()
            }

            fn schema_ref() -> MetaSchemaRef {
                T::schema_ref().merge(MetaSchema { nullable: $nullable, ..MetaSchema::ANY })
            }

            fn register(registry: &mut Registry) {
                T::register(registry);
            }

            fn as_raw_value(&self) -> Option<&Self::RawValueType> {
                self.0.as_ref().and_then(T::as_raw_value)
            }

            fn raw_element_iter<'a>(&'a self) -> Box<dyn Iterator<Item = &'a Self::RawElementValueType> + 'a> {
                self.0.raw_element_iter()
            }
        }

        impl<T: ParseFromJSON> ParseFromJSON for $shape<T> {
            fn parse_from_json(value: Option<Value>) -> ParseResult<Self> {
                Option::parse_from_json(value).map(Self).map_err(ParseError::propagate)
            }
        }

        impl<T: ToJSON> ToJSON for $shape<T> {
            fn to_json(&self) -> Option<Value> {
                self.0.as_ref().map_or($nullable.then_some(Value::Null), ToJSON::to_json)
            }
        }
    };
}

shape!(Nullable, required: true, nullable: true, name: "nullable");
shape!(Absent, required: false, nullable: false, name: "absent");

impl Type for NoData {
    const IS_REQUIRED: bool = true;
    type RawValueType = Self;
    type RawElementValueType = Self;

    fn name() -> Cow<'static, str> {
        "null".into()
    }

    fn schema_ref() -> MetaSchemaRef {
        inline(MetaSchema::new("null"))
    }

    fn as_raw_value(&self) -> Option<&Self> {
        Some(self)
    }

    fn raw_element_iter<'a>(&'a self) -> Box<dyn Iterator<Item = &'a Self> + 'a> {
        Box::new(std::iter::empty())
    }
}
