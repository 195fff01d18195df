//! From a query and a body to what is signed: the first line is the query, the rest is the body.
#![no_main]

use contracts::runtime::signature::{Parameters, SignedText};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let end = input.iter().position(|byte| *byte == b'\n').unwrap_or(input.len());
    let (query, body) = (&input[..end], input.get(end + 1..).unwrap_or_default());
    let Ok(query) = str::from_utf8(query) else { return };
    let Ok(parameters) = Parameters::parse(query) else { return };
    let again = Parameters::parse(&parameters.to_query());
    assert_eq!(again.as_ref(), Ok(&parameters), "parameters stand writing and reading");
    let Ok(text) = SignedText::of(&parameters, body) else { return };
    let sign = text.sign("secret");
    assert!(text.is_signed("secret", &sign) && text.is_signed("secret", &sign.to_ascii_uppercase()));
    assert!(!text.is_signed("secre", &sign) && !text.is_signed("secret", &sign[1..]));
    assert!(!text.is_signed("secret", parameters.get("sign").unwrap_or_default()), "a signature was guessed");
    let _ = text.to_string();
});
