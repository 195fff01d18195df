use std::collections::BTreeSet;

use super::change::Change;

/// The headings that the section can have.
const HEADINGS: [&str; 2] = ["Contract changes that break somebody", "已知的不兼容变更"];

/// The breaks that a file of decisions mentions: in the section [`Mentions::HEADING`], in a row of a table, the id of
/// the change between backticks. An id with `*` for the operation mentions the same change of every operation.
#[derive(Debug, Default)]
pub struct Mentions(BTreeSet<String>);

/// The file has no section for breaks, or not quite under its name.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("has no heading “{}” or “{}”", HEADINGS[0], HEADINGS[1])]
pub struct NoSection;

impl Mentions {
    /// What the section is called.
    pub const HEADING: &str = HEADINGS[0];

    /// Reads the Markdown `text`.
    ///
    /// # Errors
    ///
    /// If it has no such section.
    pub fn read(text: &str) -> Result<Self, NoSection> {
        let mut lines = text.lines();
        let level =
            lines.find_map(|line| heading(line).filter(|(_, title)| HEADINGS.contains(title))).ok_or(NoSection)?.0;
        let section = lines.take_while(|line| heading(line).is_none_or(|(other, _)| other > level));
        let rows = section.filter(|line| line.starts_with('|'));
        Ok(Self(rows.flat_map(|row| row.split('`').skip(1).step_by(2)).map(str::to_owned).collect()))
    }

    /// Whether `change` is mentioned.
    #[must_use]
    pub fn contain(&self, change: &Change) -> bool {
        [change.id(), change.id_as("*")].iter().any(|id| self.0.contains(&written(id)))
    }
}

/// The level and the title of a line that is a heading.
fn heading(line: &str) -> Option<(usize, &str)> {
    let title = line.trim_start_matches('#');
    let level = line.len() - title.len();
    (level > 0 && title.starts_with(' ')).then(|| (level, title.trim()))
}

/// An id as it can stand in a cell between backticks.
pub(super) fn written(id: &str) -> String {
    id.replace('`', "'").replace('|', "\\|")
}
