use std::collections::BTreeMap;

use contracts::runtime::signature::{Method, Parameters, Secret, SignedText, Signer};
use proptest::prelude::*;
use serde_json::{Map, Value};

const NONCE: &str = "0123456789abcdef";
const OURS: [&str; 6] = ["api", "appKey", "timestamp", "signMethod", "nonce", "sign"];

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 20, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(any::<String>(), inner, 0..4)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

/// Any JSON object that leaves the gateway's own parameters alone, written compactly or with much white space.
fn body() -> impl Strategy<Value = String> {
    let fields = prop::collection::btree_map(any::<String>(), value(), 0..6);
    (fields, any::<bool>()).prop_map(|(fields, pretty)| {
        let fields: Map<_, _> = fields.into_iter().filter(|(name, _)| !OURS.contains(&name.as_str())).collect();
        let object = Value::Object(fields);
        if pretty { format!("{object:#}") } else { object.to_string() }
    })
}

fn further() -> impl Strategy<Value = BTreeMap<String, String>> {
    prop::collection::btree_map(any::<String>(), any::<String>(), 0..5)
}

fn signed(method: Method, further: &BTreeMap<String, String>, body: &[u8], secret: &str) -> Parameters {
    let signer = Signer { app_key: "app".into(), secret: Secret(secret.into()), method };
    let mut parameters = signer.parameters("hm.order.p.query", 1_700_000_000_000, NONCE, body).expect("a signature");
    for (name, value) in further.iter().filter(|(name, _)| !OURS.contains(&name.as_str())) {
        parameters.set(name, value);
    }
    let sign = SignedText::of(&parameters, body).expect("a text").sign(secret);
    parameters.set("sign", sign);
    parameters
}

fn holds(parameters: &Parameters, body: &[u8], secret: &str) -> bool {
    let sign = parameters.get("sign").expect("a signature");
    SignedText::of(parameters, body).is_ok_and(|text| text.is_signed(secret, sign))
}

proptest! {
    #[test]
    fn what_was_signed_holds_in_either_case_and_through_a_url(body in body(), further in further(), secret in ".{1,40}") {
        for method in Method::ALL {
            let mut parameters = signed(method, &further, body.as_bytes(), &secret);
            prop_assert!(holds(&parameters, body.as_bytes(), &secret));
            parameters = Parameters::parse(&parameters.to_query()).expect("parameters");
            prop_assert!(holds(&parameters, body.as_bytes(), &secret));
            let shouted = parameters.get("sign").expect("a signature").to_ascii_uppercase();
            parameters.set("sign", shouted);
            prop_assert!(holds(&parameters, body.as_bytes(), &secret));
            let other = secret.clone() + "x";
            prop_assert!(!holds(&parameters, body.as_bytes(), &other));
        }
    }

    #[test]
    fn one_digit_of_the_signature_changed_and_it_no_longer_holds(body in body(), place in 0..40_usize, digit in 1..16_u32) {
        for method in Method::ALL {
            let mut parameters = signed(method, &BTreeMap::new(), body.as_bytes(), "secret");
            let sign = parameters.get("sign").expect("a signature");
            let other = sign.char_indices().map(|(index, char)| match char.to_digit(16) {
                Some(value) if index == place => char::from_digit((value + digit) % 16, 16).expect("a digit"),
                _ => char,
            });
            let other: String = other.collect();
            parameters.set("sign", other);
            prop_assert!(!holds(&parameters, body.as_bytes(), "secret"));
        }
    }

    #[test]
    fn one_byte_of_the_body_changed_and_it_no_longer_holds(body in body(), place in any::<prop::sample::Index>(), by in 1..=255_u8) {
        let mut other = body.clone().into_bytes();
        let place = place.index(other.len());
        other[place] ^= by;
        let hmac = signed(Method::HmacSha256, &BTreeMap::new(), body.as_bytes(), "secret");
        prop_assert!(!holds(&hmac, &other, "secret"));
        // KOP's way covers what the body says: white space between its tokens may differ, and so may two spellings of one
        // top-level string.
        let kop = signed(Method::KopSha1, &BTreeMap::new(), body.as_bytes(), "secret");
        let same = |bytes: &[u8]| serde_json::from_slice::<Value>(bytes).ok();
        prop_assert!(!holds(&kop, &other, "secret") || same(&other) == same(body.as_bytes()));
    }

    #[test]
    fn one_parameter_changed_and_it_no_longer_holds(body in body(), further in further(), which in any::<prop::sample::Index>()) {
        let kop = signed(Method::KopSha1, &further, body.as_bytes(), "secret");
        let fields: Map<String, Value> = serde_json::from_str(&body).expect("an object");
        let names: Vec<_> = kop.iter().map(|(name, _)| name.to_owned()).collect();
        let name = &names[which.index(names.len())];
        // The body's value is the one that is signed.
        prop_assume!(!fields.contains_key(name));
        let mut other = kop.clone();
        let changed = format!("{}x", other.get(name).unwrap_or_default());
        other.set(name, changed);
        prop_assert!(!holds(&other, body.as_bytes(), "secret"));
        for name in ["api", "timestamp", "nonce", "signMethod"] {
            let mut other = signed(Method::HmacSha256, &further, body.as_bytes(), "secret");
            let changed = format!("{}x", other.get(name).unwrap_or_default());
            other.set(name, changed);
            prop_assert!(!holds(&other, body.as_bytes(), "secret"));
        }
    }

    #[test]
    fn no_query_and_no_body_make_it_panic(query in any::<String>(), body in any::<Vec<u8>>(), text in any::<String>()) {
        if let Ok(parameters) = Parameters::parse(&query) {
            let _ = SignedText::of(&parameters, &body);
            let _ = SignedText::of(&parameters, text.as_bytes());
            let _ = SignedText::of(&parameters, format!("{{{text}}}").as_bytes());
        }
    }
}
