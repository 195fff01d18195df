use std::time::{Duration, Instant};

use contracts::runtime::signature::{Method, Parameters};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use super::{server::PATIENCE, tally::Tally};
use crate::{
    backend::stored,
    gateway::{Front, everything, now, on_both_engines, signed},
    support::SIDES,
};

const API: &str = "hm.order.p.handleAbnormal";
const BODY: &str = r#"{"orderId":1,"remark":"r","operatorId":"OP1","operatorName":"o"}"#;

/// What stands in a query, byte by byte, where a value should.
fn values() -> Vec<(&'static str, Vec<u8>)> {
    let mut values: Vec<(&'static str, Vec<u8>)> = Vec::new();
    let mut add = |name, all: &[&str]| values.extend(all.iter().map(|value| (name, value.as_bytes().to_vec())));
    add("broken escapes", &["%", "%2", "%zz", "%%", "%u0041", "%ff", "%c0%af", "%ed%a0%80", "%00", "a%00b"]);
    add("SQL metacharacters", &["%27%20OR%20%271%27=%271", "%27;DROP%20TABLE%20app;--", "%25", "_", "%5C%27"]);
    add("line breaks", &["%0d%0aX-Injected:%201", "%0a", "a%0Ab"]);
    add("look-alikes", &["%EF%BC%91", "%E2%80%AE", "%D0%90", "%F0%9F%92%A3"]);
    add(
        "odd numbers",
        &[
            "-1",
            "0",
            "1e400",
            "99999999999999999999999",
            "9223372036854775807",
            "-9223372036854775808",
            "1.0",
            "+1",
            "0x1",
        ],
    );
    add("nothing", &["", "%20", "+", "&&", "=", "=="]);
    values.push(("bytes that are no text", vec![0x80, 0xff, 0xfe]));
    values.push(("4 kB", b"a".repeat(4 << 10)));
    values.push(("100 kB", b"a".repeat(100_000)));
    values
}

const NAMES: [&str; 6] = ["api", "appKey", "timestamp", "signMethod", "nonce", "sign"];

/// `parameters` as a query, that of `name` with other bytes.
fn with(parameters: &Parameters, name: &str, value: &[u8]) -> Vec<u8> {
    let mut others = parameters.clone();
    others.set(name, "");
    let query = others.to_query();
    let place = query
        .split('&')
        .map(|pair| if pair.starts_with(&format!("{name}=")) { format!("{name}=@@") } else { pair.into() });
    let query = place.collect::<Vec<_>>().join("&");
    let (before, behind) = query.split_once("@@").expect("its place");
    [before.as_bytes(), value, behind.as_bytes()].concat()
}

/// The status and the code of the reply to a request that no client library would send.
async fn call(front: &Front, path: &str, query: &[u8], about: &str) -> (u16, u16, Duration) {
    let url = front.url();
    let address = url.trim_start_matches("http://");
    let head = format!(
        " HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{BODY}",
        BODY.len()
    );
    let request = [b"POST ", path.as_bytes(), b"?", query, head.as_bytes()].concat();
    let started = Instant::now();
    let mut stream = TcpStream::connect(address).await.expect("a connection");
    // A server that has seen enough may close before it has read all.
    let _ = stream.write_all(&request).await;
    let mut reply = Vec::new();
    let _ = stream.read_to_end(&mut reply).await;
    let took = started.elapsed();
    let reply = String::from_utf8(reply).expect("text");
    let (head, body) = reply.split_once("\r\n\r\n").unwrap_or((&reply, ""));
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
    let status: u16 = status.unwrap_or_else(|| panic!("{about}: no reply: {reply:?}"));
    assert!(!head.to_lowercase().contains("x-injected"), "{about}: {reply}");
    // The HTTP library itself refuses what is no request at all, without a body.
    let code = match serde_json::from_str::<serde_json::Value>(body) {
        Ok(body) => {
            let code = body["code"].as_u64().and_then(|code| u16::try_from(code).ok()).expect("a code");
            SIDES[1].assert_failure(code, &body, about);
            code
        }
        Err(_) => {
            assert!([400, 414, 431].contains(&status) && body.is_empty(), "{about}: {reply}");
            status
        }
    };
    assert!(code < 500 && status < 500, "{about}: {reply}");
    (status, code, took)
}

#[tokio::test]
async fn hostile_parameters_of_a_signed_call_get_a_quick_refusal_and_change_nothing() {
    on_both_engines(|front| async move {
        let app = front.app(everything()).await;
        let before = stored(&front.bench).await;
        let mut tally = Tally::default();
        for method in Method::ALL {
            let parameters = signed(&app, method, API, now(), BODY);
            let query = parameters.to_query();
            let mut cases: Vec<(&'static str, Vec<u8>)> = Vec::new();
            for name in NAMES {
                cases.extend(values().into_iter().map(|(attack, value)| (attack, with(&parameters, name, &value))));
                for (repeated, again) in [(name, "x"), (name, parameters.get(name).unwrap_or_default())] {
                    cases.push(("repeated parameters", format!("{query}&{repeated}={again}").into_bytes()));
                    cases.push(("repeated parameters", format!("{repeated}={again}&{query}").into_bytes()));
                }
                let without: Vec<_> = query.split('&').filter(|pair| !pair.starts_with(&format!("{name}="))).collect();
                // A call without its method is taken for the default one, and one of `/kop/NAME` names its operation.
                if !["signMethod", "api"].contains(&name) {
                    cases.push(("missing parameters", without.join("&").into_bytes()));
                }
            }
            cases.push(("1,900 parameters of one name", "a=1&".repeat(1_900).into_bytes()));
            for (attack, query) in cases {
                for path in ["/gateway".to_owned(), format!("/kop/{API}")] {
                    let about =
                        format!("{path}: {attack}: {}", String::from_utf8_lossy(&query[..query.len().min(400)]));
                    let (status, code, mut took) = call(&front, &path, &query, &about).await;
                    for _ in 0..4 {
                        if took >= PATIENCE {
                            took = call(&front, &path, &query, &about).await.2;
                        }
                    }
                    assert!(took < PATIENCE, "{about} took {took:?}");
                    assert!([400, 401, 403, 404, 414, 431].contains(&code), "{about}: {code}");
                    assert!(status == code || path == "/gateway" && status == 200, "{about}: {status} {code}");
                    tally.add(attack, code, took);
                }
            }
        }
        assert!(tally.cases() > 800, "{} cases", tally.cases());
        tally.print("parameters of signed calls");
        assert_eq!(stored(&front.bench).await, before);
    })
    .await;
}
