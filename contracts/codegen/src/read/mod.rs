//! From a YAML tree to the model. Every part of a document is read, also what no Rust is made of: a misspelt keyword
//! is an error wherever it stands.

/// What a document says of itself: title, servers, tags, security.
mod frame;
/// Names that become Rust names.
mod names;
/// Operations, their bodies and their replies.
mod operations;
/// Regular expressions.
mod pattern;
/// Which schemas become types.
mod reach;
/// Scalars and their limits.
mod scalar;
/// Component schemas and their fields.
mod schemas;
/// Named parts that others refer to.
mod shelf;

use std::collections::BTreeSet;

use crate::{
    cursor::{Fields, Result, Source},
    model::{Document, Envelope},
    node::Node,
};
use shelf::Shelf;

/// Schemas that `contracts::runtime` has by hand.
const RUNTIME: [&str; 4] = ["Failure", "InvalidRequest", "Refusal", "Violation"];

/// Parses the YAML text of a document.
pub fn parse(source: &Source, yaml: &str) -> Result<Node> {
    serde_saphyr::from_str(yaml).map_err(|error| source.error(error.to_string()))
}

/// Reads the document `node`.
pub fn document(source: &Source, node: &Node) -> Result<Document> {
    let fields = source.root(node).fields("document")?;
    fields.required("openapi")?.one_of("OpenAPI version", &["3.1.1"])?;
    let envelope = match fields.required("x-envelope")?.one_of("x-envelope", &["flat", "kop"])? {
        "flat" => Envelope::Flat,
        _ => Envelope::Kop,
    };
    let mut reader = Reader::new(envelope, &fields)?;
    frame::frame(&fields, &mut reader.schemes)?;
    let operations = reader.operations(&fields.required("paths")?)?;
    fields.finish()?;
    let all = reader.read_schemas()?;
    let schemas = reach::reach(&operations, all, &reader)?;
    for shelf in [reader.schemas, reader.responses, reader.headers, reader.schemes, reader.tags] {
        shelf.finish()?;
    }
    Ok(Document { envelope, operations, schemas })
}

struct Reader<'a> {
    envelope: Envelope,
    schemas: Shelf<'a>,
    responses: Shelf<'a>,
    headers: Shelf<'a>,
    schemes: Shelf<'a>,
    tags: Shelf<'a>,
    /// The schemas that wrap a reply and become no type of their own.
    wrappers: BTreeSet<&'a str>,
    /// The successes of flat replies, whose `result` and `msg` are the envelope's.
    successes: BTreeSet<&'a str>,
}

impl<'a> Reader<'a> {
    /// A reader of the document `fields`, with everything on its shelf and nothing referred to.
    fn new(envelope: Envelope, fields: &Fields<'a>) -> Result<Self> {
        let components = fields.required("components")?.fields("components")?;
        let reader = Self {
            envelope,
            schemas: Shelf::new("#/components/schemas/", components.optional("schemas"))?,
            responses: Shelf::new("#/components/responses/", components.optional("responses"))?,
            headers: Shelf::new("#/components/headers/", components.optional("headers"))?,
            schemes: Shelf::new("#/components/securitySchemes/", components.optional("securitySchemes"))?,
            tags: frame::tags(fields)?,
            wrappers: BTreeSet::new(),
            successes: BTreeSet::new(),
        };
        components.finish()?;
        Ok(reader)
    }
}
