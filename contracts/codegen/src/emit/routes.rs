use proc_macro2::TokenStream;
use quote::quote;

use super::{camel, doc, refusal_type, snake, success_type};
use crate::model::{Document, Envelope, Operation};

pub fn routes(side: &str, document: &Document) -> TokenStream {
    let api = camel(&format!("{side}-api"));
    let routes = camel(&format!("{side}-routes"));
    let methods = document.operations.iter().map(|operation| method(operation, document.envelope));
    let handlers = document.operations.iter().map(|operation| handler(operation, document.envelope));
    let (reply, module) = match document.envelope {
        Envelope::Flat => (quote!(FlatReply), quote!(flat)),
        Envelope::Kop => (quote!(KopReply), quote!(kop)),
    };
    let about = doc(&format!(
        "The operations of `openapi/{side}.yaml`. There are no default methods: the compiler names what nobody wrote."
    ));
    let wired = doc(&format!("The handlers of [`{api}`]: parse, validate, call, wrap, write."));
    let new = doc("Handlers that call `api`.");
    quote! {
        use std::{future::Future, sync::Arc};
        use poem_openapi::OpenApi;
        #[allow(unused_imports)]
        use crate::runtime::{Failure, NoData, Refusal, Success, server::{Call, #module::{self, #reply}}};
        use super::*;

        #about
        pub trait #api: Send + Sync + 'static {
            #(#methods)*
        }

        #wired
        pub struct #routes<A>(Arc<A>);

        impl<A: #api> #routes<A> {
            #new
            pub fn new(api: Arc<A>) -> Self {
                Self(api)
            }
        }

        #[OpenApi]
        impl<A: #api> #routes<A> {
            #(#handlers)*
        }
    }
}

fn method(operation: &Operation, envelope: Envelope) -> TokenStream {
    let name = snake(&operation.id);
    let marks = if operation.provisional { "\n\nProvisional: the page has its title alone." } else { "" };
    let title = doc(&format!("§{} {}: `{}`{marks}", operation.section, operation.summary, operation.path));
    let request = camel(&operation.request);
    let data = success_type(operation);
    let refusal = refusal_type(operation, envelope);
    quote! {
        #title
        fn #name(&self, request: #request) -> impl Future<Output = Result<#data, #refusal>> + Send;
    }
}

fn handler(operation: &Operation, envelope: Envelope) -> TokenStream {
    let Operation { id, path, summary, .. } = operation;
    let name = snake(id);
    let marker = camel(id);
    let title = doc(summary);
    let (reply, module) = match envelope {
        Envelope::Flat => (quote!(FlatReply), quote!(flat)),
        Envelope::Kop => (quote!(KopReply), quote!(kop)),
    };
    quote! {
        #title
        #[oai(path = #path, method = "post", operation_id = #id)]
        async fn #name(&self, call: Call<#marker>) -> #reply<#marker> {
            #module::answer(call, |request| self.0.#name(request)).await
        }
    }
}
