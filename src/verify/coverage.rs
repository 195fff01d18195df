use std::{collections::BTreeMap, fmt};

use super::{
    Side,
    contract::{Keyword, Operation},
};

/// A cell of the contract that a run can exercise.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Cell {
    /// An operation answers with a documented code.
    Code {
        /// The id of the operation.
        operation: &'static str,
        /// The code: `result` or `code`.
        code: u16,
    },
    /// A keyword of a field of a request is enforced.
    Keyword {
        /// The id of the operation.
        operation: &'static str,
        /// The place of the field, e.g. `/bindings/*/assetCode`.
        place: String,
        /// The keyword.
        keyword: Keyword,
    },
    /// Something that holds of every operation: how it answers another method, a body that is no JSON …
    Form {
        /// The id of the operation.
        operation: &'static str,
        /// What, e.g. `malformed JSON`.
        name: &'static str,
    },
    /// A rule that the schema cannot say, or of a case.
    Rule {
        /// The id of the operation that it is about.
        operation: &'static str,
        /// The rule's name.
        name: String,
    },
}

impl Cell {
    /// The id of the operation.
    #[must_use]
    pub fn operation(&self) -> &'static str {
        match self {
            Self::Code { operation, .. }
            | Self::Keyword { operation, .. }
            | Self::Form { operation, .. }
            | Self::Rule { operation, .. } => operation,
        }
    }

    /// The kind of cell, in one word.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Code { .. } => "code",
            Self::Keyword { .. } => "keyword",
            Self::Form { .. } => "form",
            Self::Rule { .. } => "rule",
        }
    }
}

/// Displayed without the operation.
impl fmt::Display for Cell {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Code { code, .. } => write!(out, "{code}"),
            Self::Keyword { place, keyword, .. } => write!(out, "{place} {}", keyword.name()),
            Self::Form { name, .. } => out.write_str(name),
            Self::Rule { name, .. } => out.write_str(name),
        }
    }
}

/// How often a cell was exercised.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    /// How often it held.
    pub passed: u64,
    /// How often it did not.
    pub failed: u64,
    /// Why it was not exercised, where that is known.
    pub reason: Option<String>,
}

/// Which cells were exercised, and how it went. A cell that is expected and was not exercised stays in sight.
#[derive(Debug, Clone, Default)]
pub struct Coverage(BTreeMap<Cell, Tally>);

impl Coverage {
    /// The cells that the documents of `side` alone expect of `operations`: codes and keywords.
    #[must_use]
    pub fn of<'a>(side: Side, operations: impl IntoIterator<Item = &'a Operation>) -> Self {
        let mut coverage = Self::default();
        for operation in operations {
            debug_assert!(side.contract().operation(operation.id()).is_some());
            let id = operation.id();
            for code in &operation.codes {
                coverage.expect(Cell::Code { operation: id, code: *code });
            }
            for field in &operation.fields {
                for keyword in &field.keywords {
                    coverage.expect(Cell::Keyword { operation: id, place: field.place.clone(), keyword: *keyword });
                }
            }
        }
        coverage
    }

    /// Expects a cell: not exercised unless something exercises it.
    pub fn expect(&mut self, cell: Cell) {
        self.0.entry(cell).or_default();
    }

    /// Counts one exercise of a cell.
    pub fn count(&mut self, cell: Cell, passed: bool) {
        let tally = self.0.entry(cell).or_default();
        *(if passed { &mut tally.passed } else { &mut tally.failed }) += 1;
    }

    /// Says why a cell is not exercised.
    pub fn skip(&mut self, cell: Cell, reason: impl Into<String>) {
        self.0.entry(cell).or_default().reason = Some(reason.into());
    }

    /// All cells, by kind and operation.
    pub fn cells(&self) -> impl Iterator<Item = (&Cell, &Tally)> {
        self.0.iter()
    }

    /// How the cell went; `None` if it is not expected either.
    #[must_use]
    pub fn get(&self, cell: &Cell) -> Option<&Tally> {
        self.0.get(cell)
    }

    /// How many cells passed, failed and were never exercised.
    #[must_use]
    pub fn sums(&self) -> (usize, usize, usize) {
        self.0.values().fold((0, 0, 0), |(passed, failed, never), tally| match tally {
            Tally { failed: 1.., .. } => (passed, failed + 1, never),
            Tally { passed: 1.., .. } => (passed + 1, failed, never),
            _ => (passed, failed, never + 1),
        })
    }
}
