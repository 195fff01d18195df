use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use super::{camel, count, literal, number, refusal_type, rust_type, snake, success_type};
use crate::model::{Document, Field, Kind, Primitive, Scalar, Schema, Shape};

pub fn fake(side: &str, document: &Document) -> TokenStream {
    let scalars = document.schemas.iter().filter_map(|(name, schema)| match schema {
        Schema::Scalar(scalar) => Some(function(name, scalar)),
        Schema::Object(_) => None,
    });
    let objects = document.schemas.iter().filter_map(|(name, schema)| match schema {
        Schema::Object(object) => Some(implementation(name, &object.fields)),
        Schema::Scalar(_) => None,
    });
    let api = api(side, document);
    quote! {
        #[allow(unused_imports)]
        use ::fake::Dummy;
        #[allow(unused_imports)]
        use rand::RngExt;
        #[allow(unused_imports)]
        use crate::runtime::{NoData, Success, faker::{self, Fit}};
        #[cfg(feature = "server")]
        #[allow(unused_imports)]
        use crate::runtime::{Failure, Refusal, faker::Samples};
        use super::*;

        #(#scalars)*
        #(#objects)*
        #api
    }
}

fn function(name: &str, scalar: &Scalar) -> TokenStream {
    let name = function_name(name);
    let ty = rust_type(&Kind::Inline(scalar.clone()));
    let value = value(scalar);
    let rng = if scalar.only.is_some() { quote!(_rng) } else { quote!(rng) };
    quote! {
        fn #name<R: RngExt + ?Sized>(#rng: &mut R) -> #ty {
            #value
        }
    }
}

fn function_name(name: &str) -> Ident {
    format_ident!("fake_{}", snake(name))
}

/// A value of the scalar, made with `rng`: one of its examples, one of its closed set, a kind of sample, or a number
/// between its limits.
fn value(scalar: &Scalar) -> TokenStream {
    let choices = [&scalar.examples, &scalar.allowed].into_iter().find(|choices| !choices.is_empty());
    let owned = matches!(scalar.primitive, Primitive::Text).then(|| quote!(.to_owned()));
    if let Some(only) = scalar.only.as_ref().map(literal) {
        return quote!(#only #owned);
    }
    if let Some(choices) = choices {
        let choices = choices.iter().map(literal);
        return quote!(faker::one_of(&[#(#choices),*], rng)#owned);
    }
    match (scalar.primitive, &scalar.faker) {
        (Primitive::Text, Some(kind)) => {
            let kind = snake(kind);
            quote!(faker::#kind(rng))
        }
        (Primitive::Boolean, _) => quote!(rng.random()),
        _ => {
            let minimum = number(scalar.minimum.unwrap_or_default());
            let maximum = number(scalar.maximum.unwrap_or_default());
            quote!(rng.random_range(#minimum..=#maximum))
        }
    }
}

fn implementation(name: &str, fields: &[Field]) -> TokenStream {
    let name = camel(name);
    let values = fields.iter().map(|field| {
        let ident = snake(&field.name);
        let value = of_kind(&field.kind);
        match field.shape {
            Shape::Required => quote!(#ident: #value),
            Shape::Optional => quote!(#ident: faker::maybe(rng, |rng| #value)),
            Shape::Nullable | Shape::Absent => quote!(#ident: faker::maybe(rng, |rng| #value).into()),
        }
    });
    let rng = if fields.is_empty() { quote!(_rng) } else { quote!(rng) };
    quote! {
        impl Dummy<Fit> for #name {
            fn dummy_with_rng<R: RngExt + ?Sized>(_: &Fit, #rng: &mut R) -> Self {
                Self { #(#values),* }
            }
        }
    }
}

fn of_kind(kind: &Kind) -> TokenStream {
    match kind {
        Kind::Object(name) => {
            let name = camel(name);
            quote!(#name::dummy_with_rng(&Fit, rng))
        }
        Kind::Named(name, _) => {
            let name = function_name(name);
            quote!(#name(rng))
        }
        Kind::Inline(scalar) => value(scalar),
        Kind::List { item, min, max } => {
            let min = count(min.unwrap_or(0));
            let max = max.map_or_else(
                || quote!(usize::MAX),
                |max| {
                    let max = count(max);
                    quote!(#max)
                },
            );
            let item = of_kind(item);
            quote!(faker::list(rng, #min, #max, |rng| #item))
        }
        Kind::Null => quote!(NoData),
    }
}

/// Every operation answered with sample data.
fn api(side: &str, document: &Document) -> TokenStream {
    let name = camel(&format!("{side}-api"));
    let methods = document.operations.iter().map(|operation| {
        let method = snake(&operation.id);
        let marker = camel(&operation.id);
        let request = camel(&operation.request);
        let data = success_type(operation);
        let refusal = refusal_type(operation, document.envelope);
        let wrap = operation.success_msg.then(|| quote!(.into()));
        quote! {
            async fn #method(&self, request: #request) -> Result<#data, #refusal> {
                Ok(self.sample::<#marker>(&request)#wrap)
            }
        }
    });
    quote! {
        #[cfg(feature = "server")]
        impl #name for Samples {
            #(#methods)*
        }
    }
}
