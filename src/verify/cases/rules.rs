use super::{CaseError, error::Mistake, node::Node};

/// A rule of the interface's behaviour.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// A stable id, e.g. `weichuang.bind.free`.
    pub id: String,
    /// The section of the page, or the chapter of our rules where the page has none.
    pub section: String,
    /// The rule, in a sentence.
    pub says: String,
}

/// Reads the list of rules.
pub(super) fn read(file: &str, text: &str) -> Result<Vec<Rule>, CaseError> {
    let rules = || -> Result<Vec<Rule>, Mistake> {
        let mut rules: Vec<Rule> = Vec::new();
        for node in Node::read(text)?.list()? {
            let place = node.place;
            let mut fields = node.fields()?;
            let rule = Rule {
                id: fields.need("id")?.text()?,
                section: fields.need("section")?.text()?,
                says: fields.need("says")?.text()?,
            };
            fields.end()?;
            if rules.iter().any(|other| other.id == rule.id) {
                return Mistake::new(place, format!("the rule {} stands twice", rule.id));
            }
            rules.push(rule);
        }
        Ok(rules)
    };
    rules().map_err(|mistake| mistake.in_file(file))
}
