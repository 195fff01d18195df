//! Values that a schema accepts.

use contracts::runtime::format;
use fastrand::Rng;
use serde_json::{Map, Value, json};

use super::{pattern::Pattern, pool::Pool};
use crate::verify::contract::Schemas;

/// Texts that people write, and some that programs trip over.
const TEXTS: &[&str] = &[
    "张三",
    "欧阳娜娜",
    "不再使用",
    "门锁坏了，请处理",
    "O'Brien",
    "a\"b\\c",
    "100%_",
    "<b>&amp;</b>",
    "'; DROP TABLE member; --",
    "first\nsecond",
    "😀🚲",
    "e\u{301}",
    "\u{202e}abc",
    "  blanks around  ",
    "null",
    "0",
];

/// How much of what is optional is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Extent {
    /// What is required, and of that the least.
    Least,
    /// Some of it.
    Some,
}

/// Makes values of schemas.
pub(super) struct Maker<'a> {
    pub schemas: &'a Schemas,
    pub pool: &'a Pool,
    pub rng: &'a mut Rng,
    pub extent: Extent,
}

impl Maker<'_> {
    /// A value of `schema` for a field of that name.
    pub fn value(&mut self, name: &str, schema: &Value) -> Value {
        let schema = self.schemas.resolve(schema);
        if let Some(only) = schema.get("const") {
            return only.clone();
        }
        let types: Vec<_> = match &schema["type"] {
            Value::Array(types) => types.iter().filter_map(Value::as_str).collect(),
            other => other.as_str().into_iter().collect(),
        };
        if types.contains(&"null") && self.extent == Extent::Some && self.rng.u8(..8) == 0 {
            return Value::Null;
        }
        if let Some(choices) = schema["enum"].as_array() {
            let choices: Vec<_> = choices.iter().filter(|choice| !choice.is_null()).collect();
            return choices.get(self.pick(choices.len())).map_or(Value::Null, |choice| (*choice).clone());
        }
        match types.iter().find(|name| **name != "null") {
            Some(&"object") => self.object(schema),
            Some(&"array") => self.array(name, schema),
            Some(&"integer") => self.integer(name, schema),
            Some(&"boolean") => self.rng.bool().into(),
            Some(&"string") => self.string(name, schema),
            _ => Value::Null,
        }
    }

    fn object(&mut self, schema: &Value) -> Value {
        let mut fields = Map::new();
        for (name, property) in schema["properties"].as_object().into_iter().flatten() {
            let required = schema["required"].as_array().is_some_and(|all| all.iter().any(|each| each == name));
            // Few filters at once, or nothing is ever found.
            let wanted = self.extent == Extent::Some && self.rng.u8(..10) < 3;
            if required || wanted {
                fields.insert(name.clone(), self.value(name, property));
            }
        }
        fields.into()
    }

    fn array(&mut self, name: &str, schema: &Value) -> Value {
        let limit = |keyword: &str, other: u64| schema[keyword].as_u64().unwrap_or(other) as usize;
        let least = limit("minItems", 0);
        let count = match self.extent {
            Extent::Least => least,
            Extent::Some => self.rng.usize(least..=limit("maxItems", 1000).min(least + 4)),
        };
        (0..count).map(|_| self.value(name, &schema["items"])).collect()
    }

    fn integer(&mut self, name: &str, schema: &Value) -> Value {
        let (least, most) = (schema["minimum"].as_i64().unwrap_or(i64::from(i32::MIN)), schema["maximum"].as_i64());
        let most = most.unwrap_or(i64::from(i32::MAX));
        let seen = self.seen(name).and_then(|value| match value {
            Value::String(digits) => digits.parse().ok(),
            other => other.as_i64(),
        });
        if let Some(seen) = seen.filter(|seen| (least..=most).contains(seen)) {
            return seen.into();
        }
        match (self.extent, self.rng.u8(..10)) {
            (Extent::Least, _) => least.max(1).min(most).into(),
            (_, 0) => least.into(),
            (_, 1) => most.into(),
            (_, 2..=6) => self.rng.i64(least..=most.min(least.saturating_add(20))).into(),
            _ => self.rng.i64(least..=most).into(),
        }
    }

    fn string(&mut self, name: &str, schema: &Value) -> Value {
        // A number that makes a call idempotent is a new one each time.
        let once = schema["x-faker"] == "no";
        let seen = self.seen(name).filter(|_| !once);
        let seen = seen.map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned));
        let source = schema["pattern"].as_str();
        let fits = |text: &String| accepts(schema, text);
        if let Some(seen) = seen.filter(fits) {
            return seen.into();
        }
        let free = source.is_none_or(|source| source == r"^[^\x00]*$");
        let made = (0..8).find_map(|_| {
            let text = match schema["format"].as_str() {
                _ if self.extent == Extent::Some && !once && self.rng.u8(..12) == 0 => String::new(),
                Some(format) => self.formatted(format, name),
                None if free => self.free(schema),
                None => source.and_then(Pattern::of).map(|pattern| pattern.any(self.rng)).unwrap_or_default(),
            };
            Some(text).filter(fits)
        });
        made.or_else(|| source.and_then(Pattern::of).map(|pattern| pattern.shortest())).unwrap_or_default().into()
    }

    fn formatted(&mut self, format: &str, name: &str) -> String {
        match format {
            "datetime" | "minute" | "day" => {
                let rng = &mut *self.rng;
                let day = format!("{}-{:02}-{:02}", rng.u16(2021..=2026), rng.u8(1..=12), rng.u8(1..=28));
                let minute = format!("{day} {:02}:{:02}", rng.u8(0..24), rng.u8(0..60));
                match format {
                    "day" => day,
                    "datetime" if rng.u8(..3) > 0 => format!("{minute}:{:02}", rng.u8(0..60)),
                    _ => minute,
                }
            }
            "code-list" | "id-list" | "id-list-1-100" => {
                let divider = [",", ", ", " ,"][self.pick(3)];
                let count = self.rng.usize(1..=4);
                let items = (0..count).map(|_| {
                    let seen =
                        self.seen(name).map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned));
                    // What was seen may be a list itself.
                    let seen = seen.and_then(|seen| format::items(&seen).first().map(|item| (*item).to_owned()));
                    seen.unwrap_or_else(|| self.rng.u32(1..1_000_000).to_string())
                });
                items.collect::<Vec<_>>().join(divider)
            }
            _ => String::new(),
        }
    }

    fn free(&mut self, schema: &Value) -> String {
        if self.extent == Extent::Least {
            return "张三".to_owned();
        }
        let most = schema["maxLength"].as_u64().unwrap_or(64) as usize;
        match self.rng.u8(..8) {
            0 => "长".repeat(most.min(500)),
            _ => TEXTS[self.pick(TEXTS.len())].chars().take(most).collect(),
        }
    }

    /// A value that fields of that name were seen to hold: always for the least request, often otherwise.
    fn seen(&mut self, name: &str) -> Option<Value> {
        match self.extent {
            Extent::Least => self.pool.first(name).cloned(),
            Extent::Some if self.rng.u8(..10) < 6 => self.pool.any(name, self.rng).cloned(),
            Extent::Some => None,
        }
    }

    fn pick(&mut self, count: usize) -> usize {
        match self.extent {
            Extent::Least => 0,
            Extent::Some => self.rng.usize(..count.max(1)),
        }
    }
}

/// Whether the string keywords of `schema` accept `text`.
pub(super) fn accepts(schema: &Value, text: &str) -> bool {
    let length = text.chars().count() as u64;
    let within = schema["minLength"].as_u64().is_none_or(|least| length >= least)
        && schema["maxLength"].as_u64().is_none_or(|most| length <= most);
    let matches = |source: &str| Pattern::of(source).is_some_and(|pattern| pattern.matches(text));
    let holds = |name: &str| format::FORMATS.iter().any(|(known, holds)| *known == name && holds(text));
    within
        && schema["pattern"].as_str().is_none_or(matches)
        && schema["format"].as_str().is_none_or(holds)
        && schema["enum"].as_array().is_none_or(|choices| choices.contains(&json!(text)))
}
