use heck::ToShoutySnakeCase;
use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::{camel, count, doc, number, rust_type};
use crate::model::{Document, Operation};

pub fn operations(document: &Document) -> TokenStream {
    let markers = document.operations.iter().map(marker);
    let infos = document.operations.iter().map(|operation| format_ident!("{}", operation.id.to_shouty_snake_case()));
    let count = count(document.operations.len());
    let constants = document.operations.iter().map(constant);
    let names = document.operations.iter().map(|operation| camel(&operation.id));
    quote! {
        use crate::runtime::{Document, NoData, Operation, OperationInfo, OperationVisitor, Status};
        use super::{DOCUMENT, types::*};

        /// Every operation of the document, in its order.
        pub static OPERATIONS: [OperationInfo; #count] = [#(#infos),*];

        /// Visits the type of every operation, in the order of the document.
        pub fn visit_operations(visitor: &mut impl OperationVisitor) {
            #(visitor.visit::<#names>();)*
        }

        #(#constants)*
        #(#markers)*
    }
}

fn constant(operation: &Operation) -> TokenStream {
    let name = format_ident!("{}", operation.id.to_shouty_snake_case());
    let Operation { id, path, summary, section, request, success, .. } = operation;
    let status = if operation.provisional { quote!(Status::Provisional) } else { quote!(Status::Documented) };
    let failures = operation.failures.iter().map(|status| number(i64::from(*status)));
    let with_data = operation.failures_with_data.iter().map(|status| number(i64::from(*status)));
    quote! {
        const #name: OperationInfo = OperationInfo {
            id: #id,
            path: #path,
            section: #section,
            title: #summary,
            status: #status,
            request: #request,
            success: #success,
            failures: &[#(#failures),*],
            failures_with_data: &[#(#with_data),*],
        };
    }
}

fn marker(operation: &Operation) -> TokenStream {
    let name = camel(&operation.id);
    let constant = format_ident!("{}", operation.id.to_shouty_snake_case());
    let title = doc(&format!("§{} {}", operation.section, operation.summary));
    let request = camel(&operation.request);
    let data = rust_type(&operation.data);
    let failure = rust_type(&operation.failure_data);
    quote! {
        #title
        #[derive(Debug, Clone, Copy)]
        pub struct #name;

        impl Operation for #name {
            type Request = #request;
            type Data = #data;
            type FailureData = #failure;
            const INFO: OperationInfo = #constant;

            fn document() -> &'static Document {
                &DOCUMENT
            }
        }
    }
}
