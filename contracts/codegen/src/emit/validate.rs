use indexmap::IndexSet;
use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use super::{camel, count, literal, number, snake};
use crate::model::{Document, Field, Kind, Object, Primitive, Scalar, Schema, Shape};

/// The distinct patterns of a document: each is compiled once, on first use.
struct Patterns(IndexSet<String>);

impl Patterns {
    fn of(document: &Document) -> Self {
        let mut patterns = IndexSet::new();
        let mut collect = |scalar: &Scalar| patterns.extend(scalar.pattern.clone());
        for schema in document.schemas.values() {
            match schema {
                Schema::Scalar(scalar) => collect(scalar),
                Schema::Object(object) => {
                    object.fields.iter().filter_map(|field| field.kind.innermost().scalar()).for_each(&mut collect);
                }
            }
        }
        Self(patterns)
    }

    fn name(&self, pattern: &str) -> Option<Ident> {
        self.0.get_index_of(pattern).map(|index| format_ident!("PATTERN_{index}"))
    }
}

pub fn validate(document: &Document) -> TokenStream {
    let patterns = &Patterns::of(document);
    let statics = patterns.0.iter().map(|pattern| {
        let name = patterns.name(pattern);
        quote!(static #name: LazyLock<Regex> = LazyLock::new(|| check::pattern(#pattern));)
    });
    let scalars = document.schemas.iter().filter_map(|(name, schema)| match schema {
        Schema::Scalar(scalar) => function(name, scalar, patterns),
        Schema::Object(_) => None,
    });
    let objects = document.schemas.iter().filter_map(|(name, schema)| match schema {
        Schema::Object(object) => Some(implementation(name, object, patterns)),
        Schema::Scalar(_) => None,
    });
    quote! {
        #[allow(unused_imports)]
        use std::sync::LazyLock;
        #[allow(unused_imports)]
        use regex::Regex;
        #[allow(unused_imports)]
        use crate::runtime::{At, Report, Validate, check, format};
        use super::types::*;
        #(#statics)*
        #(#scalars)*
        #(#objects)*
    }
}

/// The function that checks a named scalar; `None` where nothing can be wrong with it.
fn function(name: &str, scalar: &Scalar, patterns: &Patterns) -> Option<TokenStream> {
    let checks = checks(scalar, patterns);
    let name = function_name(name);
    let ty = match scalar.primitive {
        Primitive::Text => quote!(&str),
        Primitive::Int32 | Primitive::Int64 => quote!(i64),
        Primitive::Boolean => return None,
    };
    (!checks.is_empty()).then(|| {
        quote! {
            fn #name(value: #ty, at: &At<'_>, report: &mut Report) {
                #(#checks)*
            }
        }
    })
}

fn function_name(name: &str) -> Ident {
    format_ident!("check_{}", snake(name))
}

/// A statement for each limit of a scalar, over `value`, `at` and `report`.
fn checks(scalar: &Scalar, patterns: &Patterns) -> Vec<TokenStream> {
    let mut checks = Vec::new();
    if let Some(only) = scalar.only.as_ref().map(literal) {
        checks.push(quote!(check::is_const(value, #only, at, report);));
    }
    if !scalar.allowed.is_empty() {
        let allowed = scalar.allowed.iter().map(literal);
        checks.push(quote!(check::is_one_of(value, &[#(#allowed),*], at, report);));
    }
    if let Some(limit) = scalar.minimum.map(number) {
        checks.push(quote!(check::minimum(value, #limit, at, report);));
    }
    if let Some(limit) = scalar.maximum.map(number) {
        checks.push(quote!(check::maximum(value, #limit, at, report);));
    }
    if let Some(limit) = scalar.min_length.map(count) {
        checks.push(quote!(check::min_length(value, #limit, at, report);));
    }
    if let Some(limit) = scalar.max_length.map(count) {
        checks.push(quote!(check::max_length(value, #limit, at, report);));
    }
    if let Some(pattern) = scalar.pattern.as_ref().and_then(|pattern| patterns.name(pattern)) {
        checks.push(quote!(check::matches(value, &#pattern, at, report);));
    }
    if let Some(name) = scalar.format {
        let holds = snake(name);
        checks.push(quote!(check::is_format(value, #name, format::#holds, at, report);));
    }
    checks
}

fn implementation(name: &str, object: &Object, patterns: &Patterns) -> TokenStream {
    let name = camel(name);
    let checks: Vec<_> = object.fields.iter().filter_map(|field| check_field(field, patterns)).collect();
    let trims: Vec<_> = object.fields.iter().filter_map(trim_field).collect();
    let (at, report) = if checks.is_empty() { (quote!(_at), quote!(_report)) } else { (quote!(at), quote!(report)) };
    let trim = (!trims.is_empty()).then(|| {
        quote! {
            fn trim(&mut self) {
                #(#trims)*
            }
        }
    });
    quote! {
        impl Validate for #name {
            fn check(&self, #at: &At<'_>, #report: &mut Report) {
                #(#checks)*
            }
            #trim
        }
    }
}

fn check_field(field: &Field, patterns: &Patterns) -> Option<TokenStream> {
    let Field { name, shape, kind, .. } = field;
    let check = check_value(kind, patterns)?;
    let ident = snake(name);
    Some(match shape {
        Shape::Required => quote! {{
            let value = &self.#ident;
            let at = &at.field(#name);
            #check
        }},
        _ => quote! {
            if let Some(value) = self.#ident.as_ref() {
                let at = &at.field(#name);
                #check
            }
        },
    })
}

/// Checks `value: &T` at `at`; `None` where nothing can be wrong with it.
fn check_value(kind: &Kind, patterns: &Patterns) -> Option<TokenStream> {
    match kind {
        Kind::Object(_) => Some(quote!(value.check(at, report);)),
        Kind::Named(name, scalar) => {
            function(name, scalar, patterns)?;
            let function = function_name(name);
            let value = plain(scalar);
            Some(quote!(#function(#value, at, report);))
        }
        Kind::Inline(scalar) => {
            let checks = checks(scalar, patterns);
            let value = plain(scalar);
            (!checks.is_empty()).then(|| {
                quote! {
                    let value = #value;
                    #(#checks)*
                }
            })
        }
        Kind::List { item, min, max } => {
            let min = min.map(count).map(|limit| quote!(check::min_items(value, #limit, at, report);));
            let max = max.map(count).map(|limit| quote!(check::max_items(value, #limit, at, report);));
            let items = check_value(item, patterns).map(|check| {
                quote! {
                    for (index, value) in value.iter().enumerate() {
                        let at = &at.index(index);
                        #check
                    }
                }
            });
            let nothing = min.is_none() && max.is_none() && items.is_none();
            (!nothing).then(|| quote!(#min #max #items))
        }
        Kind::Null => None,
    }
}

/// `value: &T` as the checks take it.
fn plain(scalar: &Scalar) -> TokenStream {
    match scalar.primitive {
        Primitive::Text => quote!(value.as_str()),
        Primitive::Int32 => quote!(i64::from(*value)),
        Primitive::Int64 | Primitive::Boolean => quote!(*value),
    }
}

fn trim_field(field: &Field) -> Option<TokenStream> {
    let Field { name, shape, kind, .. } = field;
    let ident = snake(name);
    let trim = trim_value(kind)?;
    Some(match shape {
        Shape::Required => quote! {{
            let value = &mut self.#ident;
            #trim
        }},
        _ => quote! {
            if let Some(value) = self.#ident.as_mut() {
                #trim
            }
        },
    })
}

/// Trims `value: &mut T`; `None` where nothing is trimmed.
fn trim_value(kind: &Kind) -> Option<TokenStream> {
    match kind {
        Kind::Named(_, scalar) | Kind::Inline(scalar) => scalar.trim.then(|| quote!(check::trim(value);)),
        Kind::Object(_) => Some(quote!(value.trim();)),
        Kind::List { item, .. } => {
            let trim = trim_value(item)?;
            Some(quote! {
                for value in value {
                    #trim
                }
            })
        }
        Kind::Null => None,
    }
}
