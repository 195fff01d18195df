use std::time::{SystemTime, UNIX_EPOCH};

use contracts::runtime::signature::{Method, Secret, Signer};

use super::Call;
use crate::gateway;

/// How a call is signed, where the target's calls are signed: the right way, or one that must be refused.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Signing {
    /// As it should be, at the moment it is sent.
    #[default]
    Right,
    /// Not at all.
    Missing,
    /// By another secret.
    OtherSecret,
    /// For another body.
    OtherBody,
    /// With a timestamp that is so many seconds from now.
    Dated(i64),
    /// With this query, which an earlier call had.
    Again(String),
}

/// A signature as it was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed {
    /// The query: all parameters, `sign` among them.
    pub query: String,
    /// The command that signs the call anew, without the gateway and the body. None where the query as it was sent is the
    /// point.
    pub again: Option<Anew>,
}

/// What `polaris sign` must be told to sign a call anew.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Anew {
    /// The operation's name.
    pub api: String,
    /// The app.
    pub app_key: String,
    /// How it signs.
    pub method: Method,
}

/// Signs `call` now. None if it goes without a signature.
pub(super) fn sign(signer: &Signer, call: &Call) -> Option<Signed> {
    let other;
    let (signer, seconds, body) = match &call.signing {
        Signing::Missing => return None,
        Signing::Again(query) => return Some(Signed { query: query.clone(), again: None }),
        Signing::Right => (signer, 0, call.body.as_slice()),
        Signing::OtherSecret => {
            other = Signer { secret: Secret(gateway::nonce()), ..signer.clone() };
            (&other, 0, call.body.as_slice())
        }
        Signing::OtherBody => (signer, 0, br#"{"another":"body"}"#.as_slice()),
        Signing::Dated(seconds) => (signer, *seconds, call.body.as_slice()),
    };
    let api = call.path.trim_start_matches('/');
    let timestamp = now() + seconds * 1000;
    let signed = signer.parameters(api, timestamp, &gateway::nonce(), body);
    let can_be_signed = signed.is_ok();
    // `kop-sha1` takes a body apart, and some bodies are no JSON on purpose: nothing fits them. They are refused as such.
    let parameters = signed.or_else(|_| signer.parameters(api, timestamp, &gateway::nonce(), b"{}")).ok()?;
    let anew = || Anew { api: api.to_owned(), app_key: signer.app_key.clone(), method: signer.method };
    let again = (can_be_signed && call.signing == Signing::Right).then(anew);
    Some(Signed { query: parameters.to_query(), again })
}

/// In milliseconds since 1970 UTC.
fn now() -> i64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(now.as_millis()).unwrap_or(i64::MAX)
}
