use proc_macro2::TokenStream;
use quote::quote;

use super::{camel, doc, rust_type, snake};
use crate::model::{Document, Envelope};

pub fn client(side: &str, document: &Document) -> TokenStream {
    let name = camel(&format!("{side}-client"));
    let form = match document.envelope {
        Envelope::Flat => quote!(FlatForm),
        Envelope::Kop => quote!(KopForm),
    };
    let methods = document.operations.iter().map(|operation| {
        let title = doc(&format!("§{} {}\n\n# Errors\nSee [`CallError`].", operation.section, operation.summary));
        let method = snake(&operation.id);
        let marker = camel(&operation.id);
        let request = camel(&operation.request);
        let data = rust_type(&operation.data);
        quote! {
            #title
            pub async fn #method(&self, request: &#request) -> Result<Answer<#data>, CallError> {
                self.0.call::<#marker, #form>(request).await
            }
        }
    });
    let about =
        doc(&format!("A client of the operations of `openapi/{side}.yaml`. Clones share one pool of connections."));
    quote! {
        #[allow(unused_imports)]
        use crate::runtime::{NoData, client::{Answer, CallError, Caller, #form}};
        use super::*;

        #about
        #[derive(Debug, Clone)]
        pub struct #name(Caller);

        impl #name {
            /// A client that calls through `caller`.
            #[must_use]
            pub fn new(caller: Caller) -> Self {
                Self(caller)
            }

            #(#methods)*
        }
    }
}
