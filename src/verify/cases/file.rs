use std::collections::{BTreeMap, BTreeSet};

use super::{
    CaseError, DataName, Rule,
    error::Mistake,
    fresh::Kind,
    node::{Node, Place},
    pattern::Use,
    scope::root,
    step::Step,
    template::is_name,
};
use crate::verify::{Side, contract::Operation};

/// A case: calls that show one rule.
#[derive(Debug)]
pub struct Case {
    /// The file, e.g. `weichuang/queryTanks.yaml`.
    pub file: String,
    /// The line where it begins.
    pub line: u64,
    /// What it shows, in a sentence.
    pub name: String,
    /// The rule that it shows.
    pub rule: Rule,
    /// The sides whose behaviour it shows: that of its folder, or those that a flow calls.
    pub sides: BTreeSet<Side>,
    /// The operation that its file is about.
    pub operation: Option<&'static Operation>,
    pub(super) make: Vec<(String, Kind)>,
    pub(super) given: Vec<Step>,
    pub(super) calls: Vec<Step>,
    pub(super) afterwards: Vec<Step>,
    pub(super) undo: Vec<Step>,
}

impl Case {
    /// Every call that it may make.
    pub(super) fn steps(&self) -> impl Iterator<Item = &Step> {
        self.given.iter().chain(&self.calls).chain(&self.afterwards).chain(&self.undo)
    }

    /// Whether it calls an operation that writes.
    #[must_use]
    pub fn writes(&self) -> bool {
        self.steps().any(Step::writes)
    }

    /// The sides that it calls.
    #[must_use]
    pub fn calls_sides(&self) -> BTreeSet<Side> {
        self.steps().map(|step| step.side).collect()
    }

    /// The operations of `side` that it calls.
    pub fn operations(&self, side: Side) -> impl Iterator<Item = &'static Operation> {
        self.steps().filter(move |step| step.side == side).filter_map(|step| step.operation)
    }

    /// Its file, line and name.
    #[must_use]
    pub fn origin(&self) -> String {
        format!("{}:{} {}", self.file, self.line, self.name)
    }
}

/// Reads the cases of the file called `file`: `SIDE/OPERATION.yaml`, `SIDE/TOPIC.yaml` or `flows/TOPIC.yaml`.
pub(super) fn read(file: &str, text: &str, rules: &[Rule], data: &[DataName]) -> Result<Vec<Case>, CaseError> {
    let (folder, stem) = file.strip_suffix(".yaml").and_then(|name| name.split_once('/')).unwrap_or(("", file));
    let side: Option<Side> = folder.parse().ok();
    let operation = side.and_then(|side| side.contract().operation(stem));
    let read = || -> Result<_, Mistake> {
        if side.is_none() && folder != "flows" {
            return Mistake::new(Place::default(), "cases stand in weichuang, polaris, internal or flows");
        }
        let mut cases: Vec<Case> = Vec::new();
        for node in Node::read(text)?.list()? {
            let place = node.place;
            let case = read_case(node, file, side, operation, rules)?;
            if cases.iter().any(|other| other.name == case.name) {
                return Mistake::new(place, "a case of this name stands before");
            }
            check_names(&case, place, data)?;
            cases.push(case);
        }
        Ok(cases)
    };
    read().map_err(|mistake| mistake.in_file(file))
}

fn read_case(
    node: Node,
    file: &str,
    side: Option<Side>,
    operation: Option<&'static Operation>,
    rules: &[Rule],
) -> Result<Case, Mistake> {
    let place = node.place;
    let mut fields = node.fields()?;
    let name = fields.need("name")?.text()?;
    let rule = fields.need("rule")?;
    let (rule_place, rule) = (rule.place, rule.text()?);
    let Some(rule) = rules.iter().find(|known| known.id == rule) else {
        return Mistake::new(rule_place, format!("rules.yaml has no rule {rule}"));
    };
    let made = fields.take("make").map(Node::fields).transpose()?;
    let mut make = Vec::new();
    for (key, kind) in made.map(super::fields::Fields::rest).unwrap_or_default() {
        let kind = Kind::read(kind)?;
        if !is_name(&key.name) || key.name.contains('.') {
            return Mistake::new(key.place, format!("{:?} is no name", key.name));
        }
        make.push((key.name, kind));
    }
    let mut steps = |name: &str| -> Result<Vec<Step>, Mistake> {
        fields.list(name)?.into_iter().map(|node| Step::read(node, side, operation)).collect()
    };
    let (given, calls) = (steps("given")?, steps("calls")?);
    let (afterwards, undo) = (steps("afterwards")?, steps("undo")?);
    fields.end()?;
    if calls.is_empty() {
        return Mistake::new(place, "a case needs calls");
    }
    let sides = side.map_or_else(|| calls.iter().map(|step| step.side).collect(), |side| BTreeSet::from([side]));
    let (file, line) = (file.to_owned(), place.line);
    Ok(Case { file, line, name, rule: rule.clone(), sides, operation, make, given, calls, afterwards, undo })
}

/// Names must stand for something when they are used, and be used when they stand for something.
fn check_names(case: &Case, place: Place, data: &[DataName]) -> Result<(), Mistake> {
    let mut known: BTreeMap<String, (Place, bool)> =
        case.make.iter().map(|(name, _)| (name.clone(), (place, false))).collect();
    let mut mistake = None;
    for step in case.steps() {
        step.names(&mut |what, name, place| {
            let described = data.iter().find(|data| data.name == root(name));
            let problem = match (what, known.get_mut(root(name)), described) {
                (Use::Refers, Some((_, used)), _) => {
                    *used = true;
                    None
                }
                (Use::Refers, None, Some(data)) => {
                    let field = name.split_once('.').map(|(_, field)| field);
                    let fits = match field {
                        Some(field) => data.fields.iter().any(|known| known == field),
                        None => data.fields.is_empty(),
                    };
                    (!fits).then(|| format!("{} consists of {}", data.name, data.fields.join(", ")))
                }
                (Use::Refers, None, None) => {
                    Some(format!("nothing is called {name} here: no data, nothing made or kept"))
                }
                (Use::Keeps, Some(_), _) | (Use::Keeps, _, Some(_)) => Some(format!("{name} has a meaning already")),
                (Use::Keeps, None, None) => {
                    known.insert(name.to_owned(), (place, false));
                    None
                }
            };
            if let (None, Some(reason)) = (&mistake, problem) {
                mistake = Some(Mistake { place, reason });
            }
        });
    }
    let unused = known.into_iter().find(|(_, (_, used))| !used);
    match (mistake, unused) {
        (Some(mistake), _) => Err(mistake),
        (None, Some((name, (place, _)))) => Mistake::new(place, format!("{name} is never used")),
        (None, None) => Ok(()),
    }
}
