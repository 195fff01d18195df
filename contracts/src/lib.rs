//! The contract as Rust.
//!
//! `openapi/*.yaml` is the source; `cargo codegen` writes one module for each document into this crate, and
//! [`runtime`] holds the few hand-written types that the generated code needs. Features choose what is compiled:
//! `server` (poem-openapi handlers), `client` (reqwest), `fake` (sample data), `signature` (how calls are signed).

pub mod runtime;

#[rustfmt::skip]
pub mod internal;
#[rustfmt::skip]
pub mod polaris;
#[rustfmt::skip]
pub mod weichuang;
