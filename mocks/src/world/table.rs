use std::collections::HashMap;

/// A row of a [`Table`].
pub trait Entity: Clone + 'static {
    /// The field that names an entity.
    const KEY: &'static str;

    /// The value of that field; it never changes.
    fn key(&self) -> &str;

    /// What else the entity is found by.
    fn terms(&self) -> [Option<&str>; 2] {
        [None, None]
    }
}

/// Entities in their order, found by key and by term.
///
/// The indices follow every change, since rows are changed through [`Table::change`] alone. Nothing is ever removed.
#[derive(Debug, Clone)]
pub struct Table<T> {
    rows: Vec<T>,
    by_key: HashMap<Box<str>, usize>,
    by_term: [HashMap<Box<str>, Vec<usize>>; 2],
}

impl<T> Default for Table<T> {
    fn default() -> Self {
        Self { rows: Vec::new(), by_key: HashMap::new(), by_term: [HashMap::new(), HashMap::new()] }
    }
}

impl<T: Entity> Table<T> {
    /// All rows, in the order they were added.
    #[must_use]
    pub fn rows(&self) -> &[T] {
        &self.rows
    }

    /// The row with `key`.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&T> {
        self.by_key.get(key).and_then(|row| self.rows.get(*row))
    }

    /// The rows with `value` for their term number `term`, the latest to get it last.
    pub fn with(&self, term: usize, value: &str) -> impl DoubleEndedIterator<Item = &T> {
        self.by_term[term].get(value).into_iter().flatten().filter_map(|row| self.rows.get(*row))
    }

    /// Adds a row, whose key must be new.
    pub(super) fn push(&mut self, row: T) {
        let index = self.rows.len();
        self.by_key.insert(row.key().into(), index);
        for (terms, value) in self.by_term.iter_mut().zip(row.terms()) {
            if let Some(value) = value {
                terms.entry(value.into()).or_default().push(index);
            }
        }
        self.rows.push(row);
    }

    /// Changes the row with `key`, if there is one, but for its key.
    pub fn change(&mut self, key: &str, change: impl FnOnce(&mut T)) {
        let Some(&index) = self.by_key.get(key) else { return };
        let Some(row) = self.rows.get_mut(index) else { return };
        let before = row.terms().map(|term| term.map(Box::<str>::from));
        change(row);
        for ((terms, old), new) in self.by_term.iter_mut().zip(before).zip(row.terms()) {
            if old.as_deref() == new {
                continue;
            }
            if let Some(old) = old
                && let Some(rows) = terms.get_mut(&old)
            {
                rows.retain(|row| *row != index);
                if rows.is_empty() {
                    terms.remove(&old);
                }
            }
            if let Some(new) = new {
                terms.entry(new.into()).or_default().push(index);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Clone)]
    struct Row(&'static str, Option<&'static str>);

    impl Entity for Row {
        const KEY: &'static str = "key";

        fn key(&self) -> &str {
            self.0
        }

        fn terms(&self) -> [Option<&str>; 2] {
            [self.1, None]
        }
    }

    fn keys(table: &Table<Row>, term: &str) -> Vec<&'static str> {
        table.with(0, term).map(|row| row.0).collect()
    }

    #[test]
    fn indices_follow_every_change() {
        let mut table = Table::default();
        for row in [Row("a", Some("x")), Row("b", None), Row("c", Some("x"))] {
            table.push(row);
        }
        assert_eq!(keys(&table, "x"), ["a", "c"]);
        table.change("b", |row| row.1 = Some("x"));
        table.change("a", |row| row.1 = Some("y"));
        assert_eq!((keys(&table, "x"), keys(&table, "y")), (vec!["c", "b"], vec!["a"]));
        table.change("a", |row| row.1 = None);
        assert!(keys(&table, "y").is_empty() && table.get("a").is_some() && table.get("d").is_none());
        assert_eq!(table.rows().len(), 3);
    }

    #[test]
    fn a_change_that_keeps_a_term_keeps_its_place() {
        let mut table = Table::default();
        table.push(Row("a", Some("x")));
        table.push(Row("b", Some("x")));
        table.change("a", |_| ());
        assert_eq!(keys(&table, "x"), ["a", "b"]);
    }
}
