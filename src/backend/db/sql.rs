use std::fmt::Write;

/// A statement with its parameters, the same for both engines.
#[derive(Debug, Clone, Default)]
pub struct Sql {
    pub(super) text: String,
    pub(super) values: Vec<Value>,
}

#[derive(Debug, Clone)]
pub(super) enum Value {
    Integer(Option<i64>),
    Text(Option<String>),
}

/// A statement that begins with `text`.
pub fn sql(text: &str) -> Sql {
    Sql { text: text.to_owned(), values: Vec::new() }
}

/// The condition that `column` begins with `prefix`: a range, so that an index serves it. By bytes, every text that
/// begins with the prefix lies between it and it with the greatest character behind.
#[must_use]
pub fn begins_with(column: &str, prefix: &str) -> Sql {
    let from = sql(column).push(" >= ").bind(prefix);
    from.push(" AND ").push(column).push(" <= ").bind(format!("{prefix}{}", char::MAX))
}

impl Sql {
    /// Appends text.
    #[must_use]
    pub fn push(mut self, text: &str) -> Self {
        self.text.push_str(text);
        self
    }

    /// Appends a parameter and its placeholder.
    #[must_use]
    pub fn bind(mut self, value: impl Into<Bound>) -> Self {
        self.values.push(value.into().0);
        // Writing to a String cannot fail.
        let _ = write!(self.text, "${}", self.values.len());
        self
    }

    /// Adds a parameter and returns its placeholder, for one that stands in several places.
    pub fn parameter(&mut self, value: impl Into<Bound>) -> String {
        self.values.push(value.into().0);
        format!("${}", self.values.len())
    }

    /// Appends parameters in parentheses, divided by commas: a row of values, or the right side of `IN`.
    #[must_use]
    pub fn list<T: Into<Bound>>(mut self, values: impl IntoIterator<Item = T>) -> Self {
        self.text.push('(');
        for (index, value) in values.into_iter().enumerate() {
            if index > 0 {
                self.text.push_str(", ");
            }
            self = self.bind(value);
        }
        self.text.push(')');
        self
    }

    /// The text with nothing but `?` for each parameter, if they stand in their order. SQLite takes `$1` for a name and
    /// looks through all names for each, which a statement of thousands of parameters feels.
    pub(super) fn nameless(&self) -> Option<String> {
        let mut parts = self.text.split('$');
        let mut text = String::with_capacity(self.text.len());
        text.push_str(parts.next()?);
        for (index, part) in parts.enumerate() {
            let digits = part.bytes().take_while(u8::is_ascii_digit).count();
            if part[..digits].parse() != Ok(index + 1) {
                return None;
            }
            text.push('?');
            text.push_str(&part[digits..]);
        }
        Some(text)
    }

    /// Appends another statement, or part of one, with its parameters.
    #[must_use]
    pub fn append(mut self, other: Sql) -> Self {
        let mut rest = other.text.as_str();
        let shift = self.values.len();
        while let Some(at) = rest.find('$') {
            let digits = rest[at + 1..].bytes().take_while(u8::is_ascii_digit).count();
            self.text.push_str(&rest[..=at]);
            if let Ok(number) = rest[at + 1..=at + digits].parse::<usize>() {
                let _ = write!(self.text, "{}", number + shift);
            }
            rest = &rest[at + 1 + digits..];
        }
        self.text.push_str(rest);
        self.values.extend(other.values);
        self
    }
}

/// A value that a parameter can have.
#[derive(Clone)]
pub struct Bound(pub(super) Value);

impl From<i64> for Bound {
    fn from(value: i64) -> Self {
        Bound(Value::Integer(Some(value)))
    }
}

impl From<i32> for Bound {
    fn from(value: i32) -> Self {
        i64::from(value).into()
    }
}

impl From<bool> for Bound {
    fn from(value: bool) -> Self {
        i64::from(value).into()
    }
}

impl From<Option<i64>> for Bound {
    fn from(value: Option<i64>) -> Self {
        Bound(Value::Integer(value))
    }
}

impl From<Option<i32>> for Bound {
    fn from(value: Option<i32>) -> Self {
        value.map(i64::from).into()
    }
}

impl From<&str> for Bound {
    fn from(value: &str) -> Self {
        value.to_owned().into()
    }
}

impl From<String> for Bound {
    fn from(value: String) -> Self {
        Bound(Value::Text(Some(value)))
    }
}

impl From<&String> for Bound {
    fn from(value: &String) -> Self {
        value.clone().into()
    }
}

impl From<Option<String>> for Bound {
    fn from(value: Option<String>) -> Self {
        Bound(Value::Text(value))
    }
}

impl From<Option<&str>> for Bound {
    fn from(value: Option<&str>) -> Self {
        Bound(Value::Text(value.map(str::to_owned)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_in_their_order_need_no_names_and_others_keep_them() {
        let ordered = sql("a = ").bind(1).push(" AND b IN ").list([2, 3]);
        assert_eq!(ordered.nameless().as_deref(), Some("a = ? AND b IN (?, ?)"));
        let mut twice = sql("");
        let name = twice.parameter(1);
        let twice = twice.push(&name).push(" = a OR b = ").push(&name);
        assert_eq!(twice.nameless(), None);
        assert_eq!(sql("SELECT 1").nameless().as_deref(), Some("SELECT 1"));
    }
}
