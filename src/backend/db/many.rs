use serde_json::Value;

use super::{Engine, Session, Sql, sql};

/// Values that go into a statement as one parameter, however many they are: its text stays the same, so that it is parsed
/// and planned once, and is no longer than others.
#[derive(Debug, Clone)]
pub enum Many {
    /// Numbers.
    Integers(Vec<i64>),
    /// Texts.
    Texts(Vec<String>),
}

impl Session {
    /// What stands behind a column to say that it has one of `values`.
    pub fn one_of(&self, values: Many) -> Sql {
        match self.engine() {
            Engine::Sqlite => {
                sql(" IN (SELECT value FROM json_each(").bind(Value::from(values.json()).to_string()).push("))")
            }
            // A join: `= ANY` of an array that the planner does not see is looked through anew for each row.
            Engine::Postgres => sql(" IN (SELECT unnest(").append(values.array()).push("))"),
        }
    }

    /// A table `name` of `columns`, to stand behind `FROM`. All of them are as long as the shortest.
    pub fn table<const N: usize>(&self, name: &str, columns: [(&str, Many); N]) -> Sql {
        let names = columns.each_ref().map(|(name, _)| *name);
        let values = columns.map(|(_, values)| values);
        match self.engine() {
            Engine::Sqlite => {
                let mut columns = values.map(|values| values.json().into_iter());
                let row = || columns.iter_mut().map(Iterator::next).collect::<Option<Vec<_>>>();
                let rows: Vec<_> = std::iter::from_fn(row).collect();
                let read = |(index, name)| format!("value ->> {index} AS {name}");
                let read = names.iter().enumerate().map(read).collect::<Vec<_>>().join(", ");
                let table = sql("(SELECT ").push(&read).push(" FROM json_each(").bind(Value::from(rows).to_string());
                table.push(")) AS ").push(name)
            }
            Engine::Postgres => {
                let arrays = values.iter().enumerate().fold(sql("unnest("), |table, (index, values)| {
                    table.push(if index == 0 { "" } else { ", " }).append(values.array())
                });
                arrays.push(&format!(") AS {name} ({})", names.join(", ")))
            }
        }
    }
}

impl Many {
    fn json(self) -> Vec<Value> {
        match self {
            Many::Integers(values) => values.into_iter().map(Value::from).collect(),
            Many::Texts(values) => values.into_iter().map(Value::from).collect(),
        }
    }

    /// PostgreSQL's array of them.
    fn array(&self) -> Sql {
        let (elements, kind): (Vec<_>, _) = match self {
            Many::Integers(values) => (values.iter().map(i64::to_string).collect(), "BIGINT[]"),
            Many::Texts(values) => {
                let quoted = |text: &String| format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""));
                (values.iter().map(quoted).collect(), "TEXT[]")
            }
        };
        sql("CAST(").bind(format!("{{{}}}", elements.join(","))).push(" AS ").push(kind).push(")")
    }
}

impl FromIterator<i64> for Many {
    fn from_iter<I: IntoIterator<Item = i64>>(values: I) -> Self {
        Many::Integers(values.into_iter().collect())
    }
}

impl FromIterator<String> for Many {
    fn from_iter<I: IntoIterator<Item = String>>(values: I) -> Self {
        Many::Texts(values.into_iter().collect())
    }
}

impl<'a> FromIterator<&'a str> for Many {
    fn from_iter<I: IntoIterator<Item = &'a str>>(values: I) -> Self {
        values.into_iter().map(str::to_owned).collect()
    }
}
