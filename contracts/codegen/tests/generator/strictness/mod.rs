use std::fmt::Write;

use codegen::generate;

/// A change that breaks a document: what it does, the text that it replaces, and by what.
type Change = (&'static str, &'static str, &'static str);

/// Breaks the document with each change, and lists what the generator says.
fn refusals(side: &str, yaml: &str, changes: &[Change]) -> String {
    generate(side, yaml).expect("the document itself is accepted");
    let mut list = String::new();
    for (what, from, to) in changes {
        assert!(yaml.contains(from), "{what}: the document does not say {from:?}");
        let problem = match generate(side, &yaml.replacen(from, to, 1)) {
            Ok(_) => panic!("{what}: accepted"),
            Err(error) => error.to_string(),
        };
        assert!(problem.starts_with(&format!("openapi/{side}.yaml#")), "{what}: {problem}");
        let _ = writeln!(list, "{what}\n    {}\n", problem.replace('\n', "\n    "));
    }
    list
}

/// Snapshots the refusals of a table of changes.
macro_rules! assert_refusals {
    ($side:literal, $yaml:expr, [$($change:expr),* $(,)?]) => {
        insta::with_settings!({prepend_module_to_snapshot => false, omit_expression => true}, {
            insta::assert_snapshot!($crate::strictness::refusals($side, $yaml, &[$($change),*]));
        })
    };
}

/// Documents that cannot be read, and names in them.
mod documents;
/// Fields and their limits.
mod fields;
/// Keywords that the generator does not know.
mod keywords;
/// Operations and their replies.
mod operations;
