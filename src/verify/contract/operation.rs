use std::collections::{BTreeMap, BTreeSet};

use contracts::runtime::OperationInfo;
use serde_json::Value;

use super::{Field, Page, Schemas, schema::reference, writes};
use crate::verify::{Envelope, Side};

/// An operation of the contract.
#[derive(Debug)]
pub struct Operation {
    /// What is known of it at compile time: id, path, section, title, schemas.
    pub info: &'static OperationInfo,
    /// Every field of the request, nested ones and items of lists included.
    pub fields: Vec<Field>,
    /// The documented replies by HTTP status.
    pub replies: BTreeMap<u16, ReplyForm>,
    /// The documented codes: HTTP statuses, and in the flat form the `result`s that the examples show.
    pub codes: BTreeSet<u16>,
    /// Whether it changes something.
    pub writes: bool,
    /// Its pages, if it is a list.
    pub page: Option<Page>,
    /// The request examples by name.
    pub examples: Vec<(String, Value)>,
}

/// A documented reply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReplyForm {
    /// The content type.
    pub content_type: String,
    /// The component schema of the body.
    pub schema: String,
    /// The headers that it may have.
    pub headers: Vec<String>,
}

impl Operation {
    pub(super) fn read(side: Side, info: &'static OperationInfo, document: &Value, schemas: &Schemas) -> Self {
        let described = &document["paths"][info.path]["post"];
        let content = &described["requestBody"]["content"]["application/json"];
        let examples = content["examples"].as_object().into_iter().flatten();
        let mut replies = BTreeMap::new();
        let mut codes = BTreeSet::new();
        for (status, reply) in described["responses"].as_object().into_iter().flatten() {
            let Ok(status) = status.parse() else { continue };
            let reply = match reply["$ref"].as_str().and_then(|target| target.rsplit('/').next()) {
                Some(name) => &document["components"]["responses"][name],
                None => reply,
            };
            codes.insert(status);
            if side.envelope() == Envelope::Flat {
                codes.extend(example_results(reply));
            }
            replies.extend(ReplyForm::read(reply).map(|form| (status, form)));
        }
        let success = schemas.named(info.success);
        Self {
            info,
            fields: Field::below(schemas.named(info.request), "", schemas),
            replies,
            codes,
            writes: writes(info.id),
            page: Page::of(info.id, schemas.resolve(&success["properties"]["data"]), schemas),
            examples: examples.map(|(name, example)| (name.clone(), example["value"].clone())).collect(),
        }
    }

    /// `operationId`, e.g. `queryTanks`.
    #[must_use]
    pub fn id(&self) -> &'static str {
        self.info.id
    }

    /// The field at `place`, e.g. `/bindings/*/assetCode`.
    #[must_use]
    pub fn field(&self, place: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.place == place)
    }
}

impl ReplyForm {
    fn read(reply: &Value) -> Option<Self> {
        let (content_type, content) = reply["content"].as_object()?.iter().next()?;
        let headers = reply["headers"].as_object().into_iter().flatten().map(|(name, _)| name.clone());
        Some(Self {
            content_type: content_type.clone(),
            schema: reference(&content["schema"])?.to_owned(),
            headers: headers.collect(),
        })
    }
}

/// The `result`s that the examples of a flat reply show.
fn example_results(reply: &Value) -> impl Iterator<Item = u16> + '_ {
    let examples = reply["content"]["application/json"]["examples"].as_object().into_iter().flatten();
    examples.filter_map(|(_, example)| u16::try_from(example["value"]["result"].as_u64()?).ok())
}
