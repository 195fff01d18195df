use std::{collections::BTreeMap, fmt};

use super::contract::{Keyword, Operation};

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

impl Tally {
    /// How the cell stands.
    #[must_use]
    pub fn state(&self) -> State {
        match (self.passed, self.failed) {
            (_, 1..) => State::Failed,
            (1.., 0) => State::Passed,
            (0, 0) => State::Never,
        }
    }
}

/// How a cell stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It was exercised and held each time.
    Passed,
    /// It was exercised and did not hold.
    Failed,
    /// It was not exercised. That is not a pass.
    Never,
}

impl State {
    /// In one word.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::Never => "never",
        }
    }
}

impl Coverage {
    /// The cells that the document alone expects of `operations`: codes and keywords.
    #[must_use]
    pub fn of<'a>(operations: impl IntoIterator<Item = &'a Operation>) -> Self {
        let mut coverage = Self::default();
        for operation in operations {
            let id = operation.id();
            for code in &operation.codes {
                let cell = Cell::Code { operation: id, code: *code };
                match code {
                    500.. => coverage.skip(cell, "only a server in trouble answers so"),
                    _ => coverage.expect(cell),
                }
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

    /// Says why nothing of an operation is exercised.
    pub fn skip_operation(&mut self, id: &str, reason: &str) {
        let cells = self.0.iter_mut().filter(|(cell, _)| cell.operation() == id);
        cells.for_each(|(_, tally)| tally.reason = Some(reason.to_owned()));
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
        self.0.values().fold((0, 0, 0), |(passed, failed, never), tally| match tally.state() {
            State::Passed => (passed + 1, failed, never),
            State::Failed => (passed, failed + 1, never),
            State::Never => (passed, failed, never + 1),
        })
    }
}
