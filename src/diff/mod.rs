//! What has changed between two versions of a contract, and whom it breaks.
//!
//! A break is what one side notices on the wire when it alone follows the other version: a *caller* who has not followed
//! sends what is refused now, or gets what it does not expect; a *provider* who has not followed refuses what callers may
//! send now, or answers what it must not answer any more. Hence the whole judgement: to allow less in a request breaks
//! callers, to allow more in it breaks the provider; in a reply it is the other way round. What fits neither, such as a
//! field that is gone, has a verdict of its own. Every rule with its verdicts stands in [`Rule`].
//!
//! Documents are walked as JSON, references followed. A keyword that no rule is for is compared as a whole and reported
//! as not understood, so that no change is passed over. What no operation refers to is no part of the contract.

/// The breaks that a decision mentions.
mod allowed;
/// Bodies: content types, replies, headers.
mod body;
/// One change, and its id.
mod change;
/// The walk through both documents.
mod comparison;
/// One document, its references checked.
mod contract;
/// The document as a whole.
mod document;
/// Named values: fields, parameters, headers.
mod fields;
/// A schema as one mapping: references and `allOf` merged.
mod flat;
/// Revisions, by the program `git`.
mod git;
/// Numbers that bound a value.
mod limits;
/// Operations and their parameters.
mod operation;
/// Changes for people and for machines.
mod report;
/// Every rule and its verdicts.
mod rule;
/// Schemas.
mod schema;
/// Who is let in.
mod security;
/// Where documents come from: files, folders, revisions.
mod source;
/// Types, nullability, enumerations.
mod values;

pub use allowed::{Mentions, NoSection};
pub use change::{Change, Operation, Place};
pub use contract::{Contract, Unreadable};
pub use document::{compare, compare_all};
pub use report::Report;
pub use rule::{Breaks, Rule, Side};
pub use source::{Sources, Unavailable};
