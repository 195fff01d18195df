use std::{fmt, str::FromStr};

use contracts::polaris::OPERATIONS;

/// Which operations an app may call: names, or patterns in which `*` stands for anything, divided by commas.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operations(Vec<String>);

/// A pattern that lets nothing through is a mistake.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no operation is called {0:?}: write a name such as hm.order.p.query, or a pattern such as hm.order.*")]
pub struct PatternError(String);

impl Operations {
    /// All of them.
    #[must_use]
    pub fn all() -> Self {
        Self(vec!["*".to_owned()])
    }

    /// Whether `name` is one of them.
    #[must_use]
    pub fn allow(&self, name: &str) -> bool {
        self.0.iter().any(|pattern| matches(pattern, name))
    }
}

impl FromStr for Operations {
    type Err = PatternError;

    fn from_str(text: &str) -> Result<Self, PatternError> {
        let patterns: Vec<_> = text.split(',').map(|pattern| pattern.trim().to_owned()).collect();
        let names = || OPERATIONS.iter().map(|operation| operation.path.trim_start_matches('/'));
        match patterns.iter().find(|pattern| !names().any(|name| matches(pattern, name))) {
            Some(idle) => Err(PatternError(idle.clone())),
            None => Ok(Self(patterns)),
        }
    }
}

impl fmt::Display for Operations {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0.join(","))
    }
}

fn matches(pattern: &str, name: &str) -> bool {
    let Some((start, rest)) = pattern.split_once('*') else { return pattern == name };
    let Some(tail) = name.strip_prefix(start) else { return false };
    tail.char_indices().map(|(index, _)| index).chain([tail.len()]).any(|index| matches(rest, &tail[index..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_allows_what_it_describes_and_nothing_else() {
        for (patterns, allowed, refused) in [
            (
                "hm.order.p.query",
                &["hm.order.p.query"][..],
                &["hm.order.p.querys", "xhm.order.p.query", "hm.order.p"][..],
            ),
            ("hm.order.*", &["hm.order.p.query", "hm.order."], &["hm.orders.p.query", "hm.order", "x.hm.order.p"]),
            ("hm.*.p.query", &["hm.order.p.query"], &["hm.order.p.query2", "hm.p.query"]),
            ("hm.order.p.query, hm.member.*", &["hm.order.p.query", "hm.member.p.list"], &["hm.order.p.handle"]),
            ("*", &["hm.order.p.query", "anything"], &[]),
        ] {
            let operations: Operations = patterns.parse().expect(patterns);
            for name in allowed {
                assert!(operations.allow(name), "{patterns}: {name}");
            }
            for name in refused {
                assert!(!operations.allow(name), "{patterns}: {name}");
            }
        }
        assert_eq!(Operations::all(), "*".parse().expect("a pattern"));
    }

    #[test]
    fn a_pattern_that_no_operation_fits_is_a_mistake() {
        for patterns in ["hm.ordre.*", "", "hm.order.p.query,", "hm.order.p.queryOrders"] {
            assert!(patterns.parse::<Operations>().is_err(), "{patterns}");
        }
    }
}
