//! Values at the limits of a field, on both sides of each.

use contracts::runtime::format::LIST_ITEMS;
use serde_json::{Value, json};

use super::{pattern::Pattern, value::accepts};
use crate::verify::contract::{Field, Keyword, Kind};

/// A value to put in a field, or none to take the field away.
#[derive(Debug, Clone)]
pub(super) struct Try {
    /// The keyword that it is about.
    pub keyword: Keyword,
    /// What it is, in a few words.
    pub name: String,
    /// The value.
    pub value: Option<Value>,
}

/// What to try with `keyword` of `field`; `good` is a value that it accepts. Whether a value violates the contract, and
/// where, is the schema's verdict, not this function's; a value that violates and does not violate `keyword` is of no
/// use, and the caller leaves it out.
pub(super) fn tries(field: &Field, keyword: Keyword, good: &Value) -> Vec<Try> {
    let named = match keyword {
        Keyword::Required => return vec![Try { keyword, name: "missing".to_owned(), value: None }],
        Keyword::NotNull => vec![("null".to_owned(), Value::Null)],
        Keyword::Type => types(field, good),
        Keyword::Const | Keyword::Enum => choices(field),
        Keyword::Minimum | Keyword::Maximum => numbers(field, keyword),
        Keyword::MinLength | Keyword::MaxLength => lengths(field, keyword),
        Keyword::Pattern => patterns(field, good),
        Keyword::Format => formats(field),
        Keyword::MinItems | Keyword::MaxItems => counts(field, keyword, good),
    };
    named.into_iter().map(|(name, value)| Try { keyword, name, value: Some(value) }).collect()
}

type Named = Vec<(String, Value)>;

fn types(field: &Field, good: &Value) -> Named {
    let mut values: Vec<(&str, Value)> = match field.kind() {
        // A lenient server turns numbers into strings, and the other way round.
        Kind::String => {
            vec![("a number", json!(13_333_111_222_i64)), ("a list", json!([good])), ("an object", json!({}))]
        }
        Kind::Integer => vec![
            ("digits in a string", Value::from(good.to_string())),
            ("a fraction", json!(1.5)),
            ("a word", json!("one")),
            ("a list", json!([good])),
        ],
        Kind::Boolean => vec![("a number", json!(1)), ("a word", json!("true"))],
        Kind::Array => vec![("an object", json!({})), ("a single item", good[0].clone()), ("a word", json!("a,b"))],
        Kind::Object => vec![("a list", json!([good])), ("a word", json!("a"))],
    };
    if field.kind() != Kind::Boolean {
        values.push(("true", json!(true)));
    }
    // JSON Schema knows no difference between 2 and 2.0.
    if let (Kind::Integer, Some(number)) = (field.kind(), good.as_i64().filter(|number| number.abs() < 1 << 50)) {
        values.push(("an integer written as a fraction", json!(number as f64)));
    }
    if field.nullable() {
        values.push(("null", Value::Null));
    }
    values.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

fn choices(field: &Field) -> Named {
    let allowed: Vec<_> = match field.schema.get("const") {
        Some(only) => vec![only.clone()],
        None => field.schema["enum"].as_array().cloned().unwrap_or_default(),
    };
    let mut found: Named = allowed.iter().map(|value| (format!("the choice {value}"), value.clone())).collect();
    let numbers: Vec<_> = allowed.iter().filter_map(Value::as_i64).collect();
    if let (Some(least), Some(most)) = (numbers.iter().min(), numbers.iter().max()) {
        let beside = (least - 1..=most + 1).filter(|number| !numbers.contains(number));
        found.extend(beside.map(|number| (format!("{number}, no choice"), json!(number))));
    }
    if let Some(text) = allowed.iter().filter_map(Value::as_str).find(|text| !text.is_empty()) {
        for (name, other) in [
            ("a word, no choice", "other-choice".to_owned()),
            ("a choice with a blank", format!("{text} ")),
            ("a choice in capitals", text.to_uppercase()),
            ("empty, no choice", String::new()),
        ] {
            if !allowed.contains(&json!(other)) {
                found.push((name.to_owned(), json!(other)));
            }
        }
    }
    found
}

fn numbers(field: &Field, keyword: Keyword) -> Named {
    let Some(limit) = field.limit(keyword.name()) else { return Vec::new() };
    let (beyond, far) =
        if keyword == Keyword::Minimum { (limit - 1, -2_147_483_649_i64) } else { (limit + 1, i64::MAX) };
    [limit, beyond, far].into_iter().map(|number| (number.to_string(), json!(number))).collect()
}

fn lengths(field: &Field, keyword: Keyword) -> Named {
    let Some(limit) = field.limit(keyword.name()).and_then(|limit| usize::try_from(limit).ok()) else {
        return Vec::new();
    };
    // The first of these that the field's other keywords accept.
    let without = {
        let mut schema = field.schema.clone();
        schema["minLength"] = json!(0);
        schema["maxLength"] = json!(u64::MAX);
        schema
    };
    let units = ["长", "a", "1,", "1"];
    let text = |unit: &str, length: usize| unit.chars().cycle().take(length).collect::<String>();
    let of = |length: usize| {
        let longest = units.iter().map(|unit| text(unit, length)).find(|text| accepts(&without, text));
        longest.or_else(|| {
            Some(format!("https://{}", text("a", length.checked_sub(8)?))).filter(|text| accepts(&without, text))
        })
    };
    let beyond = if keyword == Keyword::MinLength { limit.checked_sub(1) } else { limit.checked_add(1) };
    let mut found: Named = [Some(limit), beyond]
        .into_iter()
        .flatten()
        .filter_map(|length| Some((format!("{length} characters"), json!(of(length)?))))
        .collect();
    // Characters are counted, not bytes and not UTF-16 units.
    let wide = text("😀", limit);
    if keyword == Keyword::MaxLength && accepts(&field.schema, &wide) {
        found.push((format!("{limit} characters beyond the basic plane"), json!(wide)));
    }
    found
}

fn patterns(field: &Field, good: &Value) -> Named {
    let Some(pattern) = field.schema["pattern"].as_str().and_then(Pattern::of) else { return Vec::new() };
    let (shortest, longest) = (pattern.shortest(), pattern.longest());
    let good = good.as_str().filter(|good| !good.is_empty()).unwrap_or(&longest).to_owned();
    let mut without_last = shortest.clone();
    let last = without_last.pop();
    let middle = good.char_indices().nth(good.chars().count() / 2).map_or(0, |(index, _)| index);
    let insert = |text: &str| format!("{}{text}{}", &good[..middle], &good[middle..]);
    let mut texts = vec![
        ("a shortest match", shortest.clone()),
        ("a longest match", longest.clone()),
        ("one character more than the longest", format!("{longest}{}", longest.chars().next_back().unwrap_or('a'))),
        ("a blank in front", format!(" {good}")),
        ("a blank behind", format!("{good} ")),
        // `$` stands before a last line feed too in some languages.
        ("a line feed behind", format!("{good}\n")),
        ("a full-width digit", insert("１")),
        ("a letter with an accent", insert("é")),
        ("an exclamation mark", insert("!")),
        ("NUL within", insert("\0")),
        ("a word", "nonsense!".to_owned()),
        ("a blank alone", " ".to_owned()),
        ("empty", String::new()),
    ];
    if last.is_some() {
        texts.push(("one character less than the shortest", without_last));
    }
    let mut seen = Vec::new();
    texts.retain(|(_, text)| {
        !seen.contains(text) && {
            seen.push(text.clone());
            true
        }
    });
    texts.into_iter().map(|(name, text)| (name.to_owned(), json!(text))).collect()
}

fn formats(field: &Field) -> Named {
    let list = |count: usize| (1..=count).map(|id| id.to_string()).collect::<Vec<_>>().join(",");
    let texts: Vec<(String, String)> = match field.schema["format"].as_str() {
        Some("datetime") => named(&[
            "2024-02-29 23:59:59",
            "2024-02-29 23:59",
            "2023-02-29 10:00:00",
            "2023-02-30 10:00:00",
            "2023-04-31 10:00",
            "1900-02-29 10:00:00",
        ]),
        Some("minute") => named(&["2024-02-29 23:59", "2023-02-29 10:00", "2023-04-31 10:00"]),
        Some("day") => named(&["2024-02-29", "2023-02-29", "2023-04-31"]),
        Some("code-list") => vec![
            ("blanks, empty items and repeats".to_owned(), "A, ,B_1,A,".to_owned()),
            ("an item of 64 characters".to_owned(), "a".repeat(64)),
            ("an item of 65 characters".to_owned(), "a".repeat(65)),
            ("an item with a blank within".to_owned(), "A,B C".to_owned()),
            (format!("{LIST_ITEMS} items"), list(LIST_ITEMS)),
            (format!("{} items", LIST_ITEMS + 1), list(LIST_ITEMS + 1)),
        ],
        Some("id-list") => vec![
            ("blanks, empty items and repeats".to_owned(), "1, ,2,1,".to_owned()),
            ("the greatest id".to_owned(), "9007199254740991".to_owned()),
            ("an id beyond the greatest".to_owned(), "1,9007199254740992".to_owned()),
            ("the id 0".to_owned(), "1,0".to_owned()),
            ("an item with a blank within".to_owned(), "1,2 3".to_owned()),
            (format!("{LIST_ITEMS} items"), list(LIST_ITEMS)),
            (format!("{} items", LIST_ITEMS + 1), list(LIST_ITEMS + 1)),
        ],
        Some("id-list-1-100") => vec![
            ("no item at all".to_owned(), " , ".to_owned()),
            ("the id 0".to_owned(), "1,0".to_owned()),
            ("an id beyond the greatest".to_owned(), "1,9007199254740992".to_owned()),
            ("100 items".to_owned(), list(100)),
            ("101 items".to_owned(), list(101)),
        ],
        _ => Vec::new(),
    };
    texts.into_iter().map(|(name, text)| (name, json!(text))).collect()
}

fn named(texts: &[&str]) -> Vec<(String, String)> {
    texts.iter().map(|text| ((*text).to_owned(), (*text).to_owned())).collect()
}

fn counts(field: &Field, keyword: Keyword, good: &Value) -> Named {
    let Some(limit) = field.limit(keyword.name()).and_then(|limit| usize::try_from(limit).ok()) else {
        return Vec::new();
    };
    let beyond = if keyword == Keyword::MinItems { limit.checked_sub(1) } else { limit.checked_add(1) };
    let counts = [Some(limit), beyond].into_iter().flatten();
    let items = |count: usize| Value::from(vec![good[0].clone(); count]);
    counts.map(|count| (format!("{count} items"), items(count))).collect()
}
