use reqwest::{Method, header::CONTENT_TYPE};
use serde_json::{Value, json};

use crate::support::{App, Body, Reply, SIDES};

const JSON: Option<&str> = Some("application/json");

/// A bad body, made from a good one; with it come the status of the answer and, for 400, a rule that is violated.
struct Case {
    name: &'static str,
    content_type: Option<&'static str>,
    body: fn(&str) -> Body,
    status: u16,
    rule: &'static str,
}

const fn invalid(name: &'static str, rule: &'static str, body: fn(&str) -> Body) -> Case {
    Case { name, content_type: JSON, body, status: 400, rule }
}

const fn unsupported(name: &'static str, content_type: Option<&'static str>) -> Case {
    Case { name, content_type, body: |good| good.to_owned().into(), status: 415, rule: "" }
}

const fn too_large(name: &'static str, body: fn(&str) -> Body) -> Case {
    Case { name, content_type: JSON, body, status: 413, rule: "" }
}

const CASES: &[Case] = &[
    invalid("empty", "json", |_| "".into()),
    invalid("white space", "json", |_| " \r\n\t".into()),
    invalid("cut off", "json", |good| good[..good.len() - 1].to_owned().into()),
    invalid("something behind", "json", |good| format!("{good},").into()),
    invalid("two objects", "json", |good| format!("{good}{good}").into()),
    invalid("a byte order mark", "json", |good| format!("\u{feff}{good}").into()),
    invalid("single quotes", "json", |good| with_value(good, "'1'")),
    invalid("a lone surrogate", "json", |good| with_value(good, r#""\ud800""#)),
    invalid("no JSON number", "json", |good| with_value(good, "NaN")),
    invalid("a number beyond every range", "json", |good| with_value(good, "1e999")),
    invalid("deeply nested arrays", "json", |_| "[".repeat(100_000).into()),
    invalid("a deeply nested value", "json", |good| with_value(good, &nested(100_000))),
    invalid("a deeply nested unknown field", "json", |good| with_unknown(good, &nested(100_000))),
    invalid("an unknown field with a number beyond every range", "json", |good| with_unknown(good, "1e999")),
    invalid("an array", "type", |good| format!("[{good}]").into()),
    invalid("null", "type", |_| "null".into()),
    invalid("a string", "type", |good| Value::from(good).to_string().into()),
    invalid("a number", "type", |_| "200".into()),
    invalid("not UTF-8", "utf8", |good| [good.as_bytes(), b"\xff"].concat().into()),
    invalid("UTF-16", "utf8", |good| {
        let units = std::iter::once(0xfeff).chain(good.encode_utf16());
        units.flat_map(u16::to_le_bytes).collect::<Vec<_>>().into()
    }),
    unsupported("no content type", None),
    unsupported("plain text", Some("text/plain")),
    unsupported("a form", Some("application/x-www-form-urlencoded")),
    unsupported("another charset", Some("application/json; charset=gbk")),
    unsupported("nearly JSON", Some("application/jsonp")),
    too_large("2 MiB", |good| padded(good, 2 << 20).into()),
    too_large("2 MiB in chunks", |good| {
        let pieces = padded(good, 2 << 20).into_bytes().chunks(64 << 10).map(<[u8]>::to_vec).collect::<Vec<_>>();
        Body::wrap_stream(futures_util::stream::iter(pieces.into_iter().map(Ok::<_, std::io::Error>)))
    }),
    too_large("one byte more than 1 MiB", |good| padded(good, (1 << 20) + 1).into()),
];

/// The first field of `good`, with another value; a request without fields becomes that value.
fn with_value(good: &str, value: &str) -> Body {
    match good.split('"').nth(1) {
        Some(name) => format!(r#"{{"{name}":{value}}}"#).into(),
        None => value.to_owned().into(),
    }
}

/// `good` with an unknown field of that value in front.
fn with_unknown(good: &str, value: &str) -> Body {
    let comma = if good == "{}" { "" } else { "," };
    format!(r#"{{"zzz":{value}{comma}{}"#, &good[1..]).into()
}

fn nested(depth: usize) -> String {
    format!("{}1{}", r#"{"a":"#.repeat(depth), "}".repeat(depth))
}

/// `good` with white space behind it, `length` bytes long.
fn padded(good: &str, length: usize) -> String {
    format!("{good}{}", " ".repeat(length - good.len()))
}

#[tokio::test]
async fn bad_input_to_any_operation_is_refused_in_the_form_of_its_side_and_changes_nothing() {
    let app = App::start().await;
    let before = app.state().await;
    for side in &SIDES {
        for operation in side.operations {
            let good = side.examples(operation)[0].1.to_string();
            for case in CASES {
                let about = format!("{}: {}", operation.id, case.name);
                let mut request = app.request(Method::POST, &side.path(operation)).body((case.body)(&good));
                if let Some(content_type) = case.content_type {
                    request = request.header(CONTENT_TYPE, content_type);
                }
                let reply = Reply::of(request).await;
                assert_eq!(reply.status, case.status, "{about}: {reply:?}");
                let body = reply.json();
                side.assert_failure(case.status, &body, &about);
                if case.status == 400 {
                    assert_eq!(body["violations"][0]["rule"], case.rule, "{about}: {body}");
                }
            }
        }
    }
    assert_eq!(app.state().await, before);
}

#[tokio::test]
async fn a_body_of_exactly_one_mebibyte_is_read() {
    let app = App::start().await;
    let reply = app.post_bytes("/weichuang/battery/query", padded(r#"{"batteryCode":"BT0001"}"#, 1 << 20)).await;
    assert_eq!((reply.status, &reply.json()["result"]), (200, &json!(200)));
}

#[tokio::test]
async fn every_field_of_any_operation_that_is_wrong_is_named_at_once() {
    let app = App::start().await;
    let before = app.state().await;
    for side in &SIDES {
        for operation in side.operations {
            for wrong in [json!({"no": "object fits here"}), json!([]), json!(true)] {
                let example = &side.examples(operation)[0].1;
                let fields = example.as_object().expect("a request is an object");
                if fields.is_empty() {
                    continue;
                }
                let expected = fields.keys().filter(|name| !(wrong.is_array() && fields[*name].is_array()));
                let expected: Vec<_> = expected.map(|name| format!("/{name}")).collect();
                let body = fields.keys().map(|name| (name.clone(), wrong.clone())).collect();
                let reply = app.post(&side.path(operation), &Value::Object(body)).await;
                let about = format!("{}: {wrong}", operation.id);
                assert_eq!(reply.status, 400, "{about}: {reply:?}");
                let body = reply.json();
                side.assert_failure(400, &body, &about);
                let violations = body["violations"].as_array().expect("a list");
                for pointer in expected {
                    assert!(violations.iter().any(|one| one["pointer"] == pointer), "{about} {pointer}: {body}");
                }
            }
        }
    }
    assert_eq!(app.state().await, before);
}

#[tokio::test]
async fn a_key_that_stands_twice_is_refused_in_any_operation() {
    let app = App::start().await;
    for side in &SIDES {
        for operation in side.operations {
            let good = &side.examples(operation)[0].1;
            let Some((name, value)) = good.as_object().and_then(|fields| fields.iter().next()) else { continue };
            let twice = format!(r#"{{"{name}":{value},{}"#, &good.to_string()[1..]);
            let reply = app.post_bytes(&side.path(operation), twice).await;
            assert_eq!(reply.status, 400, "{}: {reply:?}", operation.id);
            let body = reply.json();
            side.assert_failure(400, &body, operation.id);
            assert_eq!(body["violations"][0]["rule"], "duplicate", "{}: {body}", operation.id);
            assert_eq!(body["violations"][0]["pointer"], format!("/{name}"), "{}: {body}", operation.id);
        }
    }
}

#[tokio::test]
async fn numbers_that_no_integer_holds_are_refused() {
    let app = App::start().await;
    for number in ["2147483648", "-2147483649", "9223372036854775808", "1e30", "-1e400", "1.5", "0.1e0"] {
        let body = format!(r#"{{"pageNo":{number},"pageSize":20}}"#);
        let reply = app.post_bytes("/kop/hm.order.p.query", body).await;
        assert_eq!(reply.status, 400, "{number}: {reply:?}");
        let body = reply.json();
        SIDES[1].assert_failure(400, &body, number);
        assert!(!body.to_string().contains(number), "a violation repeats the value that it refuses: {body}");
    }
}

#[tokio::test]
async fn a_request_with_a_hundred_thousand_faults_gets_an_answer_of_the_contracts_size() {
    let app = App::start().await;
    let body = json!({"tankCodes": vec![1; 100_000]});
    let reply = app.post("/weichuang/tank/query", &body).await;
    assert_eq!(reply.status, 400);
    SIDES[0].assert_failure(400, &reply.json(), "tankCodes");
}
