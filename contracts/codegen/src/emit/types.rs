use heck::{ToLowerCamelCase, ToSnakeCase};
use proc_macro2::TokenStream;
use quote::quote;

use super::{camel, count, doc, shaped_type, snake};
use crate::{
    model::{Document, Field, Kind, Object, Scalar, Schema, Shape},
    node::Node,
};

pub fn types(document: &Document) -> TokenStream {
    let structs = document.schemas.iter().filter_map(|(name, schema)| match schema {
        Schema::Object(object) => Some(structure(name, object)),
        Schema::Scalar(_) => None,
    });
    quote! {
        #[allow(unused_imports)]
        use serde::{Deserialize, Serialize};
        #[allow(unused_imports)]
        use crate::runtime::{Absent, NoData, Nullable, Violation};
        #(#structs)*
    }
}

fn structure(name: &str, object: &Object) -> TokenStream {
    let title = doc(&object.description);
    let name = camel(name);
    let fields = object.fields.iter().map(field);
    quote! {
        #title
        #[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
        #[cfg_attr(feature = "server", derive(poem_openapi::Object))]
        #[serde(rename_all = "camelCase")]
        #[cfg_attr(feature = "server", oai(rename_all = "camelCase"))]
        pub struct #name {
            #(#fields)*
        }
    }
}

fn field(field: &Field) -> TokenStream {
    let Field { name, description, shape, kind } = field;
    let label = doc(description);
    let ident = snake(name);
    let ty = shaped_type(*shape, kind);
    let mut serde = Vec::new();
    let mut oai = Vec::new();
    if name.to_snake_case().to_lower_camel_case() != *name {
        serde.push(quote!(rename = #name));
        oai.push(quote!(rename = #name));
    }
    match shape {
        Shape::Required => {}
        Shape::Optional => serde.push(quote!(default, skip_serializing_if = "Option::is_none")),
        Shape::Absent => serde.push(quote!(default, skip_serializing_if = "Absent::is_none")),
        // serde takes a missing field for None unless it is told how to read it.
        Shape::Nullable if !kind.holds_integers() => serde.push(quote!(deserialize_with = "crate::runtime::present")),
        Shape::Nullable => {}
    }
    if kind.holds_integers() {
        serde.push(quote!(deserialize_with = "crate::runtime::integer"));
    }
    if *shape == Shape::Optional {
        oai.push(quote!(nullable));
    }
    let limits = limits(kind);
    if !limits.is_empty() {
        oai.push(quote!(validator(#(#limits),*)));
    }
    let serde = (!serde.is_empty()).then(|| quote!(#[serde(#(#serde),*)]));
    let oai = (!oai.is_empty()).then(|| quote!(#[cfg_attr(feature = "server", oai(#(#oai),*))]));
    quote! {
        #label
        #serde
        #oai
        pub #ident: #ty,
    }
}

/// The limits as poem-openapi writes them. It has no closed sets of plain values: a set of integers without gaps is a
/// range, and a set of strings a pattern.
fn limits(kind: &Kind) -> Vec<TokenStream> {
    let scalar = match kind {
        Kind::Named(_, scalar) | Kind::Inline(scalar) => scalar,
        Kind::List { item, min, max } => {
            let mut limits = limits(item);
            limits.extend(min.map(count).map(|min| quote!(min_items = #min)));
            limits.extend(max.map(count).map(|max| quote!(max_items = #max)));
            return limits;
        }
        Kind::Object(_) | Kind::Null => return Vec::new(),
    };
    let mut limits = Vec::new();
    let (minimum, maximum) = range(scalar);
    limits.extend(minimum.map(|limit| limit.to_string()).map(|limit| quote!(minimum(value = #limit))));
    limits.extend(maximum.map(|limit| limit.to_string()).map(|limit| quote!(maximum(value = #limit))));
    limits.extend(scalar.min_length.map(count).map(|limit| quote!(min_length = #limit)));
    limits.extend(scalar.max_length.map(count).map(|limit| quote!(max_length = #limit)));
    let pattern = scalar.pattern.clone().or_else(|| closed_set(scalar));
    limits.extend(pattern.map(|pattern| quote!(pattern = #pattern)));
    limits
}

fn range(scalar: &Scalar) -> (Option<i64>, Option<i64>) {
    let closed = scalar.only.iter().chain(&scalar.allowed).filter_map(Node::as_integer);
    (scalar.minimum.or_else(|| closed.clone().min()), scalar.maximum.or_else(|| closed.max()))
}

fn closed_set(scalar: &Scalar) -> Option<String> {
    let texts: Vec<_> = scalar
        .only
        .iter()
        .chain(&scalar.allowed)
        .filter_map(|value| match value {
            Node::Text(text) => Some(regex_syntax::escape(text)),
            _ => None,
        })
        .collect();
    (!texts.is_empty()).then(|| format!("^({})$", texts.join("|")))
}
