use contracts::runtime::{
    Rule,
    signature::{Method, Parameters, SignedText, Unsignable},
};

fn parameters(query: &str) -> Parameters {
    Parameters::parse(query).expect("parameters")
}

fn refusal(query: &str, body: &str) -> Unsignable {
    SignedText::of(&parameters(query), body.as_bytes()).expect_err("a refusal")
}

const NONCE: &str = "0123456789abcdef";

#[test]
fn a_parameter_that_stands_twice_is_refused() {
    for query in ["a=1&a=1", "api=x&a=1&api=y", "%61=1&a=2"] {
        assert_eq!(Parameters::parse(query), Err(Unsignable::RepeatedParameter), "{query}");
    }
}

#[test]
fn a_field_that_stands_twice_in_the_body_is_refused() {
    assert_eq!(refusal("api=x", r#"{"a":1,"\u0061":1}"#), Unsignable::Body(Rule::Duplicate));
}

#[test]
fn the_body_cannot_take_over_what_the_gateway_goes_by() {
    for name in ["api", "appKey", "timestamp", "signMethod", "nonce"] {
        let query = "api=x&appKey=k&timestamp=1&signMethod=kop-sha1&nonce=0123456789abcdef";
        assert_eq!(refusal(query, &format!(r#"{{"{name}":"other"}}"#)), Unsignable::Contradiction(name));
        assert_eq!(refusal("sign=1", &format!(r#"{{"{name}":"other"}}"#)), Unsignable::Contradiction(name));
    }
    SignedText::of(&parameters("api=x&timestamp=17"), br#"{"api":"x","timestamp":17,"sign":"s"}"#)
        .expect("no contradiction");
}

#[test]
fn the_bodys_value_is_the_one_that_is_signed() {
    let both = SignedText::of(&parameters("a=query&b=1"), br#"{"a":"body"}"#).expect("a text");
    assert_eq!(both.to_string(), "[secret]b1abody[secret]");
}

#[test]
fn hmac_wants_the_call_the_time_and_a_nonce() {
    let all = format!("signMethod=hmac-sha256&api=x&timestamp=1&nonce={NONCE}");
    assert!(SignedText::of(&parameters(&all), b"no JSON").is_ok());
    for name in ["api", "timestamp", "nonce"] {
        let without = all.replace(&format!("&{name}="), "&other=");
        assert_eq!(refusal(&without, "{}"), Unsignable::MissingParameter(name));
    }
    for nonce in ["short", "0123456789abcde%0A", &"x".repeat(65), "0123456789abcde%E5%BC%A0"] {
        assert_eq!(refusal(&all.replace(NONCE, nonce), "{}"), Unsignable::Nonce, "{nonce}");
    }
}

#[test]
fn an_unknown_method_is_refused() {
    for name in ["md5", "", "KOP-SHA1", "kop-sha1 "] {
        assert_eq!(name.parse::<Method>(), Err(Unsignable::UnknownMethod), "{name}");
    }
    assert_eq!(refusal("signMethod=none", "{}"), Unsignable::UnknownMethod);
}
