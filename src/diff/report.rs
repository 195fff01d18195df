use std::{collections::BTreeMap, fmt};

use serde::Serialize;
use serde_json::Value;

use super::{
    allowed::{Mentions, written},
    change::{Change, Operation},
    rule::{Breaks, Rule},
};

/// How much of a value is shown to people.
const SHOWN: usize = 100;

/// The changes between two versions, those that break somebody first.
#[derive(Debug)]
pub struct Report {
    old: String,
    new: String,
    changes: Vec<Judged>,
    /// The file that was asked for mentions.
    decisions: Option<String>,
}

#[derive(Debug)]
struct Judged {
    change: Change,
    mentioned: bool,
}

/// One change of one or several operations.
struct Shared<'a> {
    change: &'a Change,
    mentioned: bool,
    operations: Vec<&'a Operation>,
}

impl Report {
    /// A report of `changes` from what the user calls `old` to what they call `new`. `decisions` is a file and the breaks
    /// that it mentions.
    #[must_use]
    pub fn new(old: &str, new: &str, changes: Vec<Change>, decisions: Option<(&str, &Mentions)>) -> Self {
        let mentioned = |change: &Change| decisions.is_some_and(|(_, mentions)| mentions.contain(change));
        let judged = |change: Change| Judged { mentioned: mentioned(&change), change };
        let mut changes: Vec<_> = changes.into_iter().map(judged).collect();
        changes.sort_by_cached_key(|Judged { change, .. }| (rank(change.breaks()), change.document.clone()));
        let decisions = decisions.map(|(file, _)| file.to_owned());
        Self { old: old.to_owned(), new: new.to_owned(), changes, decisions }
    }

    /// Whether a change breaks somebody and is not mentioned.
    #[must_use]
    pub fn is_broken(&self) -> bool {
        self.unmentioned() > 0
    }

    fn breaks(&self) -> impl Iterator<Item = &Judged> {
        self.changes.iter().filter(|judged| judged.change.breaks().somebody())
    }

    fn unmentioned(&self) -> usize {
        self.breaks().filter(|judged| !judged.mentioned).count()
    }

    /// The report for machines.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let changes: Vec<_> = self.changes.iter().map(Entry::from).collect();
        serde_json::json!({
            "old": self.old,
            "new": self.new,
            "breaks": self.breaks().count(),
            "unmentioned": self.unmentioned(),
            "changes": changes,
        })
    }

    /// Changes that are alike in several operations of a document, as one.
    fn shared(&self) -> Vec<Shared<'_>> {
        let mut shared: Vec<Shared<'_>> = Vec::new();
        let mut known = BTreeMap::new();
        for Judged { change, mentioned } in &self.changes {
            let operation = change.operation.as_ref();
            let key = (change.id_as("*"), change.note.as_ref(), mentioned, operation.is_some());
            let index = *known.entry(key).or_insert(shared.len());
            if index == shared.len() {
                shared.push(Shared { change, mentioned: *mentioned, operations: Vec::new() });
            }
            shared[index].operations.extend(operation);
        }
        shared
    }
}

/// Breaks of both sides first, nobody's last.
fn rank(breaks: Breaks) -> u8 {
    match (breaks.callers, breaks.provider) {
        (true, true) => 0,
        (true, false) => 1,
        (false, true) => 2,
        (false, false) => 3,
    }
}

impl fmt::Display for Report {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (changes, breaks) = (self.changes.len(), self.breaks().count());
        write!(out, "{} → {}: ", self.old, self.new)?;
        match changes {
            0 => return writeln!(out, "no change"),
            1 => write!(out, "1 change, ")?,
            _ => write!(out, "{changes} changes, ")?,
        }
        match breaks {
            0 => writeln!(out, "none breaks anybody")?,
            1 => writeln!(out, "1 breaks somebody")?,
            _ => writeln!(out, "{breaks} break somebody")?,
        }
        let shared = self.shared();
        let mut groups: Vec<(String, Vec<&Shared<'_>>)> = Vec::new();
        for change in &shared {
            let heading = change.heading();
            match groups.iter_mut().find(|(known, _)| *known == heading) {
                Some((_, group)) => group.push(change),
                None => groups.push((heading, vec![change])),
            }
        }
        for (heading, group) in groups {
            writeln!(out, "\n{heading}")?;
            let rows: Vec<_> = group.iter().map(|shared| shared.row()).collect();
            let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or_default();
            let widths = [width(0), width(1).min(48), width(2)];
            for [columns @ .., how] in &rows {
                let columns = columns.iter().zip(widths).filter(|(_, width)| *width > 0);
                let line: String = columns.map(|(text, width)| format!("  {text:<width$}")).collect();
                writeln!(out, "{}", format!("{line}{how}").trim_end())?;
            }
        }
        let Some(file) = self.decisions.as_ref().filter(|_| self.is_broken()) else { return Ok(()) };
        writeln!(out, "\nNot mentioned in {file} under “{}”. What is meant gets a row there:\n", Mentions::HEADING)?;
        for shared in shared.iter().filter(|shared| shared.change.breaks().somebody() && !shared.mentioned) {
            let id = if shared.operations.len() > 1 { shared.change.id_as("*") } else { shared.change.id() };
            writeln!(out, "| `{}` | why |", written(&id))?;
        }
        Ok(())
    }
}

impl Shared<'_> {
    fn heading(&self) -> String {
        let document = &self.change.document;
        match &self.operations[..] {
            [] => document.clone(),
            [Operation { id, method, path }] => format!("{document} {id}  {method} {path}"),
            several => {
                let names: Vec<_> = several.iter().map(|operation| operation.id.as_str()).collect();
                format!("{document}, {} operations: {}", names.len(), names.join(", "))
            }
        }
    }

    /// Whom it breaks, where, by which rule, and how.
    fn row(&self) -> [String; 4] {
        let Self { change, mentioned, .. } = self;
        let mut how = change.subject.iter().map(|subject| format!(" {subject}")).collect::<String>();
        if change.rule != Rule::DocumentationChanged {
            how += &shortened(change.values());
        }
        how += &change.note.iter().map(|note| format!("  {note}")).collect::<String>();
        if *mentioned && change.breaks().somebody() {
            how += "  (mentioned)";
        }
        [format!("breaks {}", change.breaks()), change.place.to_string(), change.rule.id().to_owned(), how]
    }
}

fn shortened(text: String) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

/// A change for machines.
#[derive(Serialize)]
struct Entry<'a> {
    id: String,
    document: &'a str,
    #[serde(flatten)]
    operation: Option<&'a Operation>,
    part: &'a str,
    pointer: &'a str,
    rule: Rule,
    meaning: &'static str,
    subject: Option<&'a str>,
    was: Option<&'a Value>,
    is: Option<&'a Value>,
    note: Option<&'a str>,
    breaks: Breaks,
    mentioned: bool,
}

impl<'a> From<&'a Judged> for Entry<'a> {
    fn from(Judged { change, mentioned }: &'a Judged) -> Self {
        Self {
            id: change.id(),
            document: &change.document,
            operation: change.operation.as_ref(),
            part: &change.place.part,
            pointer: &change.place.pointer,
            rule: change.rule,
            meaning: change.rule.meaning(),
            subject: change.subject.as_deref(),
            was: change.was.as_ref(),
            is: change.is.as_ref(),
            note: change.note.as_deref(),
            breaks: change.breaks(),
            mentioned: *mentioned,
        }
    }
}
