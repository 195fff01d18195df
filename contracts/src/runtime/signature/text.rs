use std::{
    collections::BTreeMap,
    fmt::{self, Display, Write},
};

use base64::{Engine, prelude::BASE64_STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use sha1::{Digest, Sha1};
use sha2::Sha256;
use subtle::ConstantTimeEq;

use super::{Method, Parameters, Unsignable, body};
use crate::runtime::Rule;

/// The parameters that the gateway goes by.
const OURS: [&str; 5] = ["api", "appKey", "timestamp", "signMethod", "nonce"];

/// What of a call is signed, before a secret comes in. Displayed (`--debug-signatures`), it shows where the secret would
/// stand and what is signed besides: it may hold personal data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedText {
    method: Method,
    text: String,
}

impl SignedText {
    /// Of the call with these parameters and this body; the method is the one that the parameters name.
    ///
    /// # Errors
    /// When it cannot be signed: see [`Unsignable`].
    pub fn of(parameters: &Parameters, body: &[u8]) -> Result<Self, Unsignable> {
        let method = parameters.method()?;
        let text = match method {
            Method::KopSha1 => of_kop(parameters, body)?,
            Method::HmacSha256 => of_hmac(parameters, body)?,
        };
        Ok(Self { method, text })
    }

    /// The signature by `secret`, in lower-case hex.
    #[must_use]
    pub fn sign(&self, secret: &str) -> String {
        match self.method {
            Method::KopSha1 => {
                let framed = [secret, &self.text, secret].concat();
                hex(&Sha1::digest(BASE64_STANDARD.encode(framed)))
            }
            Method::HmacSha256 => {
                // HMAC takes a key of any length.
                let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else { return String::new() };
                mac.update(self.text.as_bytes());
                hex(&mac.finalize().into_bytes())
            }
        }
    }

    /// Whether `sign` is the signature by `secret`, without regard to the case of its digits. How long that takes does not
    /// tell how much of it is right.
    #[must_use]
    pub fn is_signed(&self, secret: &str, sign: &str) -> bool {
        let right = self.sign(secret);
        !right.is_empty() && bool::from(right.as_bytes().ct_eq(sign.to_ascii_lowercase().as_bytes()))
    }
}

impl Display for SignedText {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.method {
            Method::KopSha1 => write!(out, "[secret]{}[secret]", self.text),
            Method::HmacSha256 => out.write_str(&self.text),
        }
    }
}

/// Names and values, sorted by name, descending, joined without separators. The body's value counts where a name stands
/// in both places.
fn of_kop(parameters: &Parameters, body: &[u8]) -> Result<String, Unsignable> {
    let mut fields = BTreeMap::new();
    for (name, value) in body::fields(body)? {
        if let Some(ours) = OURS.into_iter().find(|ours| *ours == name)
            && parameters.get(ours) != Some(&value)
        {
            return Err(Unsignable::Contradiction(ours));
        }
        if fields.insert(name, value).is_some() {
            return Err(Unsignable::Body(Rule::Duplicate));
        }
    }
    for (name, value) in parameters.iter().filter(|(name, _)| *name != "sign") {
        fields.entry(name.to_owned()).or_insert_with(|| value.to_owned());
    }
    Ok(fields.into_iter().rev().fold(String::new(), |text, (name, value)| text + &name + &value))
}

/// The call, the time, the nonce and the body's digest, a line each.
fn of_hmac(parameters: &Parameters, body: &[u8]) -> Result<String, Unsignable> {
    let get = |name| parameters.get(name).ok_or(Unsignable::MissingParameter(name));
    let (api, timestamp, nonce) = (get("api")?, get("timestamp")?, get("nonce")?);
    if !(16..=64).contains(&nonce.len()) || !nonce.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(Unsignable::Nonce);
    }
    Ok(format!("{api}\n{timestamp}\n{nonce}\n{}", hex(&Sha256::digest(body))))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
