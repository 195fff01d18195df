use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use fastrand::Rng;
use regex::Regex;
use regex_syntax::hir::{Class, Hir, HirKind};

/// How often a repetition without an upper end is repeated at most.
const ENDLESS: u32 = 8;

/// Of a class that has them, these come first: what people write.
const USUAL: &str = "abcxyzABCXYZ0123456789_-., 张三李四北极星é";

/// A pattern of the contract, as a source of strings that match it.
#[derive(Debug)]
pub(super) struct Pattern {
    structure: Hir,
    regex: Regex,
}

/// How long a string is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Length {
    Shortest,
    Longest,
    Any,
}

impl Pattern {
    /// The pattern, read once; `None` when it is none, which the generator of the contract's code has ruled out.
    pub fn of(source: &str) -> Option<Arc<Self>> {
        static KNOWN: Mutex<Option<HashMap<String, Arc<Pattern>>>> = Mutex::new(None);
        let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
        let known = known.get_or_insert_default();
        if let Some(pattern) = known.get(source) {
            return Some(pattern.clone());
        }
        let pattern = Self { structure: regex_syntax::parse(source).ok()?, regex: Regex::new(source).ok()? };
        Some(known.entry(source.to_owned()).or_insert(Arc::new(pattern)).clone())
    }

    /// Whether `text` matches.
    pub fn matches(&self, text: &str) -> bool {
        self.regex.is_match(text)
    }

    /// A shortest match.
    pub fn shortest(&self) -> String {
        self.text(Length::Shortest, &mut Rng::with_seed(0))
    }

    /// A longest match; of what has no end, a fairly long one.
    pub fn longest(&self) -> String {
        self.text(Length::Longest, &mut Rng::with_seed(0))
    }

    /// Some match.
    pub fn any(&self, rng: &mut Rng) -> String {
        self.text(Length::Any, rng)
    }

    fn text(&self, length: Length, rng: &mut Rng) -> String {
        let mut text = String::new();
        write(&self.structure, length, rng, &mut text);
        text
    }
}

fn write(hir: &Hir, length: Length, rng: &mut Rng, text: &mut String) {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => {}
        HirKind::Literal(literal) => text.push_str(&String::from_utf8_lossy(&literal.0)),
        HirKind::Class(class) => text.extend(one_of(class, length, rng)),
        HirKind::Capture(capture) => write(&capture.sub, length, rng, text),
        HirKind::Concat(parts) => parts.iter().for_each(|part| write(part, length, rng, text)),
        HirKind::Alternation(branches) => {
            let branch = match length {
                Length::Any => branches.get(rng.usize(..branches.len().max(1))),
                Length::Shortest => branches.iter().min_by_key(|branch| branch.properties().minimum_len()),
                Length::Longest => branches.iter().max_by_key(|branch| branch.properties().maximum_len()),
            };
            branch.into_iter().for_each(|branch| write(branch, length, rng, text));
        }
        HirKind::Repetition(repetition) => {
            let most = repetition.max.unwrap_or(repetition.min + ENDLESS);
            let times = match length {
                Length::Shortest => repetition.min,
                Length::Longest => most,
                // Mostly as people write, sometimes to the limit.
                Length::Any if rng.u8(..10) == 0 => most,
                Length::Any => rng.u32(repetition.min..=most.min(repetition.min + 10)),
            };
            (0..times).for_each(|_| write(&repetition.sub, length, rng, text));
        }
    }
}

fn one_of(class: &Class, length: Length, rng: &mut Rng) -> Option<char> {
    let Class::Unicode(class) = class else { return None };
    let ranges: Vec<_> = class.ranges().iter().map(|range| (range.start(), range.end())).collect();
    let within = |char: char| ranges.iter().any(|(start, end)| (*start..=*end).contains(&char));
    if length != Length::Any {
        return USUAL.chars().find(|char| within(*char)).or_else(|| ranges.first().map(|(start, _)| *start));
    }
    let usual: Vec<char> = USUAL.chars().filter(|char| within(*char)).collect();
    if !usual.is_empty() && rng.u8(..4) > 0 {
        return usual.get(rng.usize(..usual.len())).copied();
    }
    let (start, end) = *ranges.get(rng.usize(..ranges.len().max(1)))?;
    // Surrogates are no characters; they are within no string.
    (0..8).find_map(|_| char::from_u32(rng.u32(u32::from(start)..=u32::from(end)))).or(Some(start))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verify::{Side, contract::Keyword};

    #[test]
    fn what_is_made_of_a_pattern_matches_it() {
        let mut patterns = 0;
        for field in Side::ALL.iter().flat_map(|side| &side.contract().operations).flat_map(|each| &each.fields) {
            let Some(source) = field.schema["pattern"].as_str() else { continue };
            assert!(field.keywords.contains(&Keyword::Pattern));
            let pattern = Pattern::of(source).expect("a pattern");
            let mut rng = Rng::with_seed(7);
            let made = (0..100).map(|_| pattern.any(&mut rng)).chain([pattern.shortest(), pattern.longest()]);
            made.for_each(|text| assert!(pattern.matches(&text), "{source}: {text:?}"));
            patterns += 1;
        }
        assert!(patterns > 100, "{patterns}");
        let code = Pattern::of("^[A-Za-z0-9_-]{1,64}$").expect("a pattern");
        assert_eq!((code.shortest().len(), code.longest().len()), (1, 64));
    }
}
