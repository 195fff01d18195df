use regex::Regex;

use super::{At, Report, Rule, format};

/// Compiles a pattern of the contract; the generator has made sure that it compiles and means the same everywhere.
///
/// # Panics
/// When the pattern is no regular expression.
#[must_use]
pub fn pattern(source: &str) -> Regex {
    Regex::new(source).expect("the generator refuses patterns that do not compile")
}

/// `minLength`, in characters.
pub fn min_length(value: &str, limit: usize, at: &At<'_>, report: &mut Report) {
    // A character takes at most four bytes: most values are decided without counting.
    if value.len() < limit * 4 && value.chars().count() < limit {
        report.add(at, Rule::MinLength(limit as u64));
    }
}

/// `maxLength`, in characters.
pub fn max_length(value: &str, limit: usize, at: &At<'_>, report: &mut Report) {
    if value.len() > limit && value.chars().count() > limit {
        report.add(at, Rule::MaxLength(limit as u64));
    }
}

/// `pattern`.
pub fn matches(value: &str, pattern: &Regex, at: &At<'_>, report: &mut Report) {
    if !pattern.is_match(value) {
        report.add(at, Rule::Pattern);
    }
}

/// `format`, one of [`format::FORMATS`].
pub fn is_format(value: &str, name: &'static str, holds: fn(&str) -> bool, at: &At<'_>, report: &mut Report) {
    debug_assert!(format::FORMATS.iter().any(|(known, _)| *known == name));
    if !holds(value) {
        report.add(at, Rule::Format(name));
    }
}

/// `minimum`.
pub fn minimum(value: i64, limit: i64, at: &At<'_>, report: &mut Report) {
    if value < limit {
        report.add(at, Rule::Minimum(limit));
    }
}

/// `maximum`.
pub fn maximum(value: i64, limit: i64, at: &At<'_>, report: &mut Report) {
    if value > limit {
        report.add(at, Rule::Maximum(limit));
    }
}

/// `enum`.
pub fn is_one_of<T: PartialEq>(value: T, allowed: &[T], at: &At<'_>, report: &mut Report) {
    if !allowed.contains(&value) {
        report.add(at, Rule::Enum);
    }
}

/// `const`.
pub fn is_const<T: PartialEq>(value: T, only: T, at: &At<'_>, report: &mut Report) {
    if value != only {
        report.add(at, Rule::Const);
    }
}

/// `minItems`.
pub fn min_items<T>(items: &[T], limit: usize, at: &At<'_>, report: &mut Report) {
    if items.len() < limit {
        report.add(at, Rule::MinItems(limit as u64));
    }
}

/// `maxItems`.
pub fn max_items<T>(items: &[T], limit: usize, at: &At<'_>, report: &mut Report) {
    if items.len() > limit {
        report.add(at, Rule::MaxItems(limit as u64));
    }
}

/// Trims white space in place.
pub fn trim(value: &mut String) {
    let trimmed = value.trim();
    if trimmed.len() < value.len() {
        *value = trimmed.to_owned();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_counted_in_characters() {
        let mut report = Report::default();
        max_length("张三丰", 3, &At::ROOT, &mut report);
        min_length("张三丰", 3, &At::ROOT, &mut report);
        assert_eq!(report.into_violations(), []);
        let mut report = Report::default();
        max_length("张三丰", 2, &At::ROOT, &mut report);
        min_length("张三丰", 4, &At::ROOT, &mut report);
        assert_eq!(report.into_violations().len(), 2);
    }
}
