use std::fmt;

use super::{Method, Parameters, SignedText, Unsignable};

/// An app's secret. `Debug` does not show it.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(pub String);

impl fmt::Debug for Secret {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("(hidden)")
    }
}

/// An app's way to sign.
#[derive(Debug, Clone)]
pub struct Signer {
    /// Which app it is.
    pub app_key: String,
    /// Its secret.
    pub secret: Secret,
    /// How it signs.
    pub method: Method,
}

impl Signer {
    /// The parameters of a call of `api` with this body, `sign` among them. `timestamp` is in milliseconds since 1970 UTC
    /// and must be real time; `nonce`, 16 to 64 visible ASCII characters, must be another one each time: it tells two equal
    /// calls of one millisecond from a replay, whatever the method.
    ///
    /// # Errors
    /// When it cannot be signed: see [`Unsignable`].
    pub fn parameters(&self, api: &str, timestamp: i64, nonce: &str, body: &[u8]) -> Result<Parameters, Unsignable> {
        let mut parameters = Parameters::default();
        parameters.set("api", api);
        parameters.set("appKey", &self.app_key);
        parameters.set("nonce", nonce);
        parameters.set("signMethod", self.method.name());
        parameters.set("timestamp", timestamp.to_string());
        let sign = SignedText::of(&parameters, body)?.sign(&self.secret.0);
        parameters.set("sign", sign);
        Ok(parameters)
    }
}
