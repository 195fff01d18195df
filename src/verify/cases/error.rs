use super::node::Place;

/// Why a file of cases, rules or data was refused: one line with file, line, column and reason.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}{}: {reason}", position(*.line, *.column))]
pub struct CaseError {
    file: String,
    line: u64,
    column: u64,
    reason: String,
}

impl CaseError {
    pub(super) fn new(file: &str, place: Place, reason: &str) -> Self {
        // One line, whatever the parser says.
        let reason = reason.split_whitespace().collect::<Vec<_>>().join(" ");
        Self { file: file.to_owned(), line: place.line, column: place.column, reason }
    }
}

fn position(line: u64, column: u64) -> String {
    if line == 0 { String::new() } else { format!(":{line}:{column}") }
}

/// A mistake at a place of the file that is being read; the reader adds the file's name.
#[derive(Debug)]
pub(super) struct Mistake {
    pub place: Place,
    pub reason: String,
}

impl Mistake {
    pub fn new<T>(place: Place, reason: impl Into<String>) -> Result<T, Self> {
        Err(Self { place, reason: reason.into() })
    }

    pub fn in_file(&self, file: &str) -> CaseError {
        CaseError::new(file, self.place, &self.reason)
    }
}
