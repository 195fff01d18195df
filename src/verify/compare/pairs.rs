use std::collections::HashMap;

use contracts::runtime::format;
use jiff::civil::DateTime;
use serde_json::Value;

use crate::verify::{Call, Exchange};

/// So many digits in a row are an id that a server minted; phones, amounts and codes are shorter.
const ID: usize = 13;
/// Two clocks may differ by this much more, or less, than they did first.
const DRIFT: i64 = 5;
/// At most this many mates are known; what comes later is not held against them.
const MATES: usize = 200_000;
/// The headers that a caller goes by.
const HEADERS: [&str; 4] = ["content-type", "x-contract-warnings", "allow", "retry-after"];
/// Longer values are cut in messages.
const SHOWN: usize = 80;

/// What stands for the same on both targets: an id or an origin of the one has always the same mate on the other, and the clocks stay
/// as far apart as they were.
#[derive(Debug, Default)]
pub(super) struct Pairs {
    mates: HashMap<String, String>,
    back: HashMap<String, String>,
    /// How many seconds the other clock is ahead.
    ahead: Option<i64>,
}

/// Something that is answered otherwise.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Difference {
    /// Where in the body.
    pub pointer: String,
    /// What.
    pub what: String,
}

/// What a comparison would learn, if everything else is the same.
#[derive(Default)]
struct Learned {
    mates: Vec<(String, String)>,
    ahead: Option<i64>,
}

impl Pairs {
    /// The call as the other target is asked it: ids are exchanged for their mates.
    pub fn translated(&self, call: &Call) -> Call {
        let mut call = call.clone();
        if let Ok(text) = str::from_utf8(&call.body) {
            let runs = runs(text).map(|run| self.mates.get(run).map_or(run, String::as_str));
            call.body = runs.collect::<String>().into_bytes();
        }
        call
    }

    /// What the second exchange says otherwise than the first; learns which ids are mates if there is nothing.
    pub fn difference(&mut self, one: &Exchange, other: &Exchange) -> Option<Difference> {
        let mut learned = Learned::default();
        let difference = self.compared(one, other, &mut learned).err();
        if difference.is_none() {
            for (mine, theirs) in learned.mates.into_iter().take(MATES.saturating_sub(self.mates.len())) {
                self.back.insert(theirs.clone(), mine.clone());
                self.mates.insert(mine, theirs);
            }
            self.ahead = self.ahead.or(learned.ahead);
        }
        difference
    }

    fn compared(&self, one: &Exchange, other: &Exchange, learned: &mut Learned) -> Result<(), Difference> {
        let (one, other) = match (&one.outcome, &other.outcome) {
            (Ok(one), Ok(other)) => (one, other),
            (Err(_), Err(_)) => return Ok(()),
            (one, other) => {
                let said = |outcome: &Result<_, crate::verify::Fault>| match outcome {
                    Ok(_) => "an answer".to_owned(),
                    Err(fault) => fault.to_string(),
                };
                return differ("", &said(one), &said(other));
            }
        };
        if one.status != other.status {
            return differ("", &format!("HTTP {}", one.status), &format!("HTTP {}", other.status));
        }
        for name in HEADERS {
            let (mine, theirs) = (one.header(name).unwrap_or("none"), other.header(name).unwrap_or("none"));
            if mine != theirs {
                return differ("", &format!("{name}: {mine}"), &format!("{name}: {theirs}"));
            }
        }
        match (one.json(), other.json()) {
            (Some(one), Some(other)) => self.value("", one, other, learned),
            _ if one.body == other.body => Ok(()),
            _ => differ("", "a body", "another one"),
        }
    }

    fn value(&self, at: &str, one: &Value, other: &Value, learned: &mut Learned) -> Result<(), Difference> {
        match (one, other) {
            (Value::Object(one), Value::Object(other)) => {
                for (name, value) in one {
                    // Each reply's own.
                    if name == "traceId" && at.is_empty() {
                        continue;
                    }
                    let place = format!("{at}/{name}");
                    let Some(theirs) = other.get(name) else { return differ(&place, &shown(value), "nothing") };
                    self.value(&place, value, theirs, learned)?;
                }
                match other.iter().find(|(name, _)| !one.contains_key(*name)) {
                    Some((name, value)) => differ(&format!("{at}/{name}"), "nothing", &shown(value)),
                    None => Ok(()),
                }
            }
            (Value::Array(one), Value::Array(other)) => {
                if one.len() != other.len() {
                    return differ(at, &format!("{} items", one.len()), &format!("{} items", other.len()));
                }
                let mut items = one.iter().zip(other).enumerate();
                items.try_for_each(|(index, (one, other))| self.value(&format!("{at}/{index}"), one, other, learned))
            }
            (Value::String(mine), Value::String(theirs)) if self.text(mine, theirs, learned) => Ok(()),
            (Value::Number(mine), Value::Number(theirs))
                if self.text(&mine.to_string(), &theirs.to_string(), learned) =>
            {
                Ok(())
            }
            (one, other) if one == other && !one.is_string() && !one.is_number() => Ok(()),
            (one, other) => differ(at, &shown(one), &shown(other)),
        }
    }

    /// Whether two texts say the same, but for ids that are mates and times of clocks that differ.
    fn text(&self, mine: &str, theirs: &str, learned: &mut Learned) -> bool {
        if mine == theirs && mine.len() < ID {
            return true;
        }
        if let (Some(mine), Some(theirs)) = (time(mine), time(theirs)) {
            return self.time(theirs - mine, learned);
        }
        if let (Some((mine, path)), Some((theirs, other_path))) = (address(mine), address(theirs)) {
            return self.mates(mine, theirs, learned) && self.text(path, other_path, learned);
        }
        let (mut mine, mut theirs) = (runs(mine), runs(theirs));
        loop {
            match (mine.next(), theirs.next()) {
                (None, None) => return true,
                (Some(mine), Some(theirs)) if is_id(mine) && is_id(theirs) => {
                    if !self.mates(mine, theirs, learned) {
                        return false;
                    }
                }
                (mine, theirs) if mine == theirs => {}
                _ => return false,
            }
        }
    }

    fn mates(&self, mine: &str, theirs: &str, learned: &mut Learned) -> bool {
        let fresh = learned.mates.iter().find(|(one, other)| one == mine || other == theirs);
        if let Some((one, other)) = fresh {
            return one == mine && other == theirs;
        }
        match (self.mates.get(mine), self.back.get(theirs)) {
            (None, None) => {
                learned.mates.push((mine.to_owned(), theirs.to_owned()));
                true
            }
            (mate, _) => mate.is_some_and(|mate| mate == theirs),
        }
    }

    fn time(&self, ahead: i64, learned: &mut Learned) -> bool {
        if ahead == 0 {
            return true;
        }
        let known = self.ahead.or(learned.ahead);
        learned.ahead = known.or(Some(ahead));
        known.is_none_or(|known| (known - ahead).abs() <= DRIFT)
    }
}

/// An address as its origin, which each server has its own of, and the path there.
fn address(text: &str) -> Option<(&str, &str)> {
    let start = text.find("://").filter(|end| ["http", "https"].contains(&&text[..*end]))? + 3;
    let end = text[start..].find('/').map_or(text.len(), |end| start + end);
    Some(text.split_at(end))
}

/// The text in pieces: runs of digits, and what stands between them.
fn runs(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let first = rest.bytes().next()?;
        let end = rest.bytes().position(|byte| byte.is_ascii_digit() != first.is_ascii_digit());
        let (run, after) = rest.split_at(end.unwrap_or(rest.len()));
        rest = after;
        Some(run)
    })
}

fn is_id(run: &str) -> bool {
    run.len() >= ID && run.bytes().all(|byte| byte.is_ascii_digit())
}

/// The seconds of a `datetime` of the contract.
fn time(text: &str) -> Option<i64> {
    let time: DateTime = Some(text).filter(|text| !text.is_empty() && format::datetime(text))?.parse().ok()?;
    Some(time.duration_since(DateTime::constant(1970, 1, 1, 0, 0, 0, 0)).as_secs())
}

fn shown(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

fn differ(pointer: &str, mine: &str, theirs: &str) -> Result<(), Difference> {
    Err(Difference { pointer: pointer.to_owned(), what: format!("{mine} here, {theirs} there") })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn compare(pairs: &mut Pairs, one: Value, other: Value) -> Option<String> {
        let mut learned = Learned::default();
        match pairs.value("", &one, &other, &mut learned) {
            Ok(()) => {
                for (mine, theirs) in learned.mates {
                    pairs.back.insert(theirs.clone(), mine.clone());
                    pairs.mates.insert(mine, theirs);
                }
                pairs.ahead = pairs.ahead.or(learned.ahead);
                None
            }
            Err(difference) => Some(format!("{}: {}", difference.pointer, difference.what)),
        }
    }

    #[test]
    fn an_id_has_one_mate_for_good() {
        let mut pairs = Pairs::default();
        assert_eq!(compare(&mut pairs, json!({"id": 1000000000000001_i64}), json!({"id": 1000000000000002_i64})), None);
        assert_eq!(compare(&mut pairs, json!("RF1000000000000001"), json!("RF1000000000000002")), None);
        assert_eq!(
            compare(&mut pairs, json!({"id": 1000000000000001_i64}), json!({"id": 1000000000000003_i64})).as_deref(),
            Some("/id: 1000000000000001 here, 1000000000000003 there")
        );
        assert!(compare(&mut pairs, json!(1000000000000009_i64), json!(1000000000000002_i64)).is_some());
        assert!(
            compare(
                &mut pairs,
                json!([2000000000000001_i64, 2000000000000001_i64]),
                json!([3000000000000001_i64, 3000000000000002_i64])
            )
            .is_some()
        );
    }

    #[test]
    fn pictures_may_be_at_another_address_but_not_be_others() {
        let mut pairs = Pairs::default();
        let (here, there) = ("http://127.0.0.1:4010/battery/BT0001.svg", "http://10.0.0.1/battery/BT0001.svg");
        assert_eq!(compare(&mut pairs, json!(here), json!(there)), None);
        assert!(compare(&mut pairs, json!(here), json!(there.replace("0001", "0002"))).is_some());
        assert!(compare(&mut pairs, json!(here), json!(there.replace("10.0.0.1", "10.0.0.2"))).is_some());
    }

    #[test]
    fn clocks_stay_as_far_apart_as_they_were() {
        let mut pairs = Pairs::default();
        assert_eq!(compare(&mut pairs, json!("2021-09-03 10:00:00"), json!("2021-09-03 10:01:00")), None);
        assert_eq!(compare(&mut pairs, json!("2021-09-03 11:00:00"), json!("2021-09-03 11:01:04")), None);
        assert_eq!(compare(&mut pairs, json!("2021-01-01 11:00:00"), json!("2021-01-01 11:00:00")), None);
        assert!(compare(&mut pairs, json!("2021-09-03 10:00:00"), json!("2021-09-03 10:02:00")).is_some());
    }

    #[test]
    fn anything_else_that_differs_is_named() {
        let mut pairs = Pairs::default();
        for (one, other, said) in [
            (json!({"a": [1, 2]}), json!({"a": [1]}), "/a: 2 items here, 1 items there"),
            (json!({"a": 1}), json!({"a": 1, "b": null}), "/b: nothing here, null there"),
            (json!({"a": 1, "b": 2}), json!({"a": 1}), "/b: 2 here, nothing there"),
            (
                json!({"a": "13333111222"}),
                json!({"a": "13333111223"}),
                "/a: \"13333111222\" here, \"13333111223\" there",
            ),
            (json!({"a": null}), json!({"a": ""}), "/a: null here, \"\" there"),
        ] {
            assert_eq!(compare(&mut pairs, one, other).as_deref(), Some(said));
        }
        assert_eq!(compare(&mut pairs, json!({"traceId": "a"}), json!({"traceId": "b"})), None);
    }
}
