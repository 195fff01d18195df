//! Requests that are wrong, or unusual, as a whole.

use fastrand::Rng;
use reqwest::Method;
use serde_json::{Value, json};

use super::{base, pool::Pool, probe::Probe};
use crate::verify::{Call, Cell, Expectation, Side, contract::Operation};

/// A larger body is refused.
const BODY_LIMIT: usize = 1 << 20;

/// What is tried with every operation.
pub(super) const FORMS: &[&str] = &[
    EMPTY,
    CUT,
    BEHIND,
    QUOTES,
    NAN,
    SURROGATE,
    NOT_UTF8,
    UTF16,
    DEEP,
    LIST,
    NULL,
    STRING,
    NUMBER,
    EVERYTHING,
    UNKNOWN,
    NO_TYPE,
    TEXT,
    FORM,
    CHARSET,
    OTHER_CHARSET,
    LARGE,
    LARGEST,
    METHODS,
    PATHS,
];

const EMPTY: &str = "empty body";
const CUT: &str = "JSON that is cut off";
const BEHIND: &str = "something behind the JSON";
const QUOTES: &str = "single quotes";
const NAN: &str = "NaN for a number";
const SURROGATE: &str = "half a character";
const NOT_UTF8: &str = "not UTF-8";
const UTF16: &str = "UTF-16";
const DEEP: &str = "bottomless nesting";
const LIST: &str = "a list for the body";
const NULL: &str = "null for the body";
const STRING: &str = "a string for the body";
const NUMBER: &str = "a number for the body";
const EVERYTHING: &str = "everything wrong at once";
const UNKNOWN: &str = "unknown fields";
const NO_TYPE: &str = "no content type";
const TEXT: &str = "text/plain";
const FORM: &str = "a form's content type";
const CHARSET: &str = "charset=utf-8";
const OTHER_CHARSET: &str = "another charset";
const LARGE: &str = "more than 1 MiB";
const LARGEST: &str = "exactly 1 MiB";
const METHODS: &str = "other methods";
const PATHS: &str = "unknown paths";
/// Only with a token, and where the contract documents 401.
const TOKEN: &str = "no token";

/// The cells that [`probes`] exercises.
pub(super) fn cells(operation: &'static Operation, token: bool) -> impl Iterator<Item = Cell> {
    forms(operation, token).map(|name| Cell::Form { operation: operation.id(), name })
}

/// The probes of one operation. A function each, so that no body of a mebibyte waits for its turn.
pub(super) fn probes(
    side: Side,
    operation: &'static Operation,
    pool: &Pool,
    mut rng: Rng,
    token: bool,
) -> impl Iterator<Item = Probe> + Send + use<> {
    let good = base::least(side, operation, pool, &mut rng);
    forms(operation, token).flat_map(move |name| form(side, operation, &good, name))
}

/// The forms that make sense for an operation.
fn forms(operation: &'static Operation, token: bool) -> impl Iterator<Item = &'static str> + Send {
    let token = (token && operation.codes.contains(&401)).then_some(TOKEN);
    // Without fields nothing within them is wrong.
    FORMS.iter().copied().filter(|name| *name != EVERYTHING || !operation.fields.is_empty()).chain(token)
}

fn form(side: Side, operation: &'static Operation, good: &Value, name: &'static str) -> Vec<Probe> {
    let text = good.to_string();
    let probe = |call: Call, expected: Expectation, about: &str| {
        let cells = vec![Cell::Form { operation: operation.id(), name }];
        let about = if about.is_empty() { name.to_owned() } else { format!("{name}: {about}") };
        Probe::new(call, expected, operation, &about, cells)
    };
    let bytes = |body: Vec<u8>, expected| vec![probe(Call::with_bytes(operation, body), expected, "")];
    let no_json = |body: Vec<u8>| bytes(body, Expectation::Invalid);
    let no_object = |body: &str| {
        let violations = vec![(String::new(), "type".to_owned())];
        bytes(body.as_bytes().to_vec(), Expectation::Refused { violations })
    };
    let typed = |content_type: Option<&str>, expected| {
        let call = Call { content_type: content_type.map(str::to_owned), ..Call::new(operation, good) };
        vec![probe(call, expected, "")]
    };
    match name {
        EMPTY => no_json(Vec::new()),
        CUT => no_json(text.as_bytes()[..text.len() - 1].to_vec()),
        BEHIND => no_json(format!("{text},").into_bytes()),
        QUOTES => no_json(with_raw(good, "'1'")),
        NAN => no_json(with_raw(good, "NaN")),
        SURROGATE => no_json(with_raw(good, r#""\ud800""#)),
        NOT_UTF8 => no_json([text.as_bytes(), b"\xff"].concat()),
        UTF16 => no_json(std::iter::once(0xfeff).chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect()),
        DEEP => no_json("[".repeat(20_000).into_bytes()),
        LIST => no_object(&format!("[{text}]")),
        NULL => no_object("null"),
        STRING => no_object(&Value::from(text.as_str()).to_string()),
        NUMBER => no_object("200"),
        EVERYTHING => everything_wrong(side, operation, good)
            .map(|body| vec![judged(side, operation, &body, name)])
            .unwrap_or_default(),
        UNKNOWN => unknown(operation, good).iter().map(|body| judged(side, operation, body, name)).collect(),
        NO_TYPE => typed(None, Expectation::UnsupportedMediaType),
        TEXT => typed(Some("text/plain"), Expectation::UnsupportedMediaType),
        FORM => typed(Some("application/x-www-form-urlencoded"), Expectation::UnsupportedMediaType),
        OTHER_CHARSET => typed(Some("application/json; charset=gbk"), Expectation::UnsupportedMediaType),
        CHARSET => typed(Some("application/json; charset=utf-8"), Expectation::accepted()),
        LARGE => bytes(padded(&text, BODY_LIMIT + 1), Expectation::TooLarge),
        LARGEST => bytes(padded(&text, BODY_LIMIT), Expectation::accepted()),
        METHODS => [Method::GET, Method::PUT, Method::PATCH, Method::DELETE]
            .map(|method| {
                let about = method.to_string();
                probe(Call { method, ..Call::new(operation, good) }, Expectation::WrongMethod, &about)
            })
            .into(),
        PATHS => ["x", "/more"]
            .map(|tail| {
                let path = format!("{}{tail}", operation.info.path);
                let call = Call { operation: None, path, ..Call::new(operation, good) };
                probe(call, Expectation::UnknownOperation, tail)
            })
            .into(),
        TOKEN => vec![probe(Call { authorized: false, ..Call::new(operation, good) }, Expectation::Unauthorized, "")],
        _ => Vec::new(),
    }
}

fn judged(side: Side, operation: &'static Operation, body: &Value, name: &'static str) -> Probe {
    let cells = vec![Cell::Form { operation: operation.id(), name }];
    Probe::judged(side, operation, body, name.to_owned(), cells)
}

/// `good` with a first field that is no JSON; a request without fields becomes that text.
fn with_raw(good: &Value, raw: &str) -> Vec<u8> {
    let text = good.to_string();
    match good.as_object().and_then(|fields| fields.keys().next()) {
        Some(name) => format!("{{{}:{raw},{}", Value::from(name.as_str()), &text[1..]),
        None => raw.to_owned(),
    }
    .into_bytes()
}

/// `text` with blanks behind it, `length` bytes long.
fn padded(text: &str, length: usize) -> Vec<u8> {
    let mut body = text.as_bytes().to_vec();
    body.resize(length.max(body.len()), b' ');
    body
}

/// Every field has a type that it must not have, and those that may be missing are there too.
fn everything_wrong(side: Side, operation: &Operation, good: &Value) -> Option<Value> {
    let mut body = good.clone();
    for field in operation.fields.iter().filter(|field| field.is_outermost()) {
        base::put(&mut body, &field.pointer(), json!({"no": "object fits here"}));
    }
    let violates = !side.document().violations(operation.info.request, &body).is_empty();
    violates.then_some(body)
}

/// Requests with fields that the contract does not have: a misspelt one, an odd name, one within a list.
fn unknown(operation: &Operation, good: &Value) -> Vec<Value> {
    let with = |pointer: &str| {
        let mut body = good.clone();
        base::put(&mut body, pointer, json!([1, {"a": null}]));
        body
    };
    let misspelt = operation.fields.iter().find(|field| !field.item && field.name.len() > 3).map_or(
        "phoneNum".to_owned(),
        |field| {
            let mut letters: Vec<char> = field.name.chars().collect();
            let last = letters.len() - 1;
            letters.swap(last, last - 1);
            letters.into_iter().collect()
        },
    );
    let mut bodies = vec![with(&format!("/{misspelt}x")), with("/名,字~1~0 %")];
    let within = operation
        .fields
        .iter()
        .find(|field| field.item && good.pointer(&field.pointer()).is_some_and(Value::is_object));
    bodies.extend(within.map(|field| with(&format!("{}/more", field.pointer()))));
    bodies
}
