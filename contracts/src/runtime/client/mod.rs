//! One call of a generated client, from request to classified result.

/// What the transport says of it.
mod cause;
/// Why a call has no answer.
mod error;
/// When a call goes through a proxy.
mod proxy;
/// The two forms of reply, and how a reply is told apart.
mod reply;

use std::{
    fmt,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use reqwest::{
    Url,
    header::{AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE, HeaderValue},
};

use super::{Operation, Rule, Violation, signature::Signer};

pub use cause::Cause;
pub use error::CallError;
pub use proxy::http_client;
pub(crate) use reply::{FlatForm, Form, KopForm};

/// A larger reply is not read to its end: 16 MiB.
pub const REPLY_LIMIT: usize = 16 << 20;

/// How a peer is called.
#[derive(Debug, Clone)]
pub struct Options {
    /// The base of the side, prefix included, e.g. `http://127.0.0.1:4010/weichuang`.
    pub base: Url,
    /// Sent as `Authorization: Bearer`.
    pub token: Option<Hidden>,
    /// Signs every call, as KOP wants it: the parameters stand in the query.
    pub signer: Option<Signer>,
    /// How long a connection may take.
    pub connect_timeout: Duration,
    /// How long a whole call may take.
    pub timeout: Duration,
    /// Never call through a proxy, wherever the base is.
    pub direct: bool,
    /// Refuse a reply that violates the contract, instead of reporting it beside the data.
    pub strict: bool,
}

impl Options {
    /// Calls to `base` with the usual time-outs: 3 s to connect, 10 s for a call.
    #[must_use]
    pub fn new(base: Url) -> Self {
        let seconds = Duration::from_secs;
        Self {
            base,
            token: None,
            signer: None,
            connect_timeout: seconds(3),
            timeout: seconds(10),
            direct: false,
            strict: false,
        }
    }
}

/// A text that `Debug` does not show: a token, or a sentence of a peer that may name a person.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Hidden(pub String);

impl fmt::Debug for Hidden {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("(hidden)")
    }
}

/// A successful reply.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer<T> {
    /// The data.
    pub data: T,
    /// Where the reply violates the contract without being unreadable; always empty for a strict client.
    pub violations: Vec<Violation>,
}

/// Makes calls. Clones share one pool of connections.
#[derive(Debug, Clone)]
pub struct Caller {
    http: reqwest::Client,
    base: String,
    proxied: bool,
    authorization: Option<HeaderValue>,
    signer: Option<Signer>,
    strict: bool,
}

impl Caller {
    /// A caller with its own pool of connections.
    ///
    /// # Errors
    /// [`CallError::Setup`] when the base is no plain `http` or `https` address, the token is no header value, or TLS
    /// cannot be set up.
    pub fn new(options: &Options) -> Result<Self, CallError> {
        let Options { base, token, signer, connect_timeout, timeout, direct, strict } = options;
        let credentials = !base.username().is_empty() || base.password().is_some();
        if !["http", "https"].contains(&base.scheme()) || credentials || base.query().or(base.fragment()).is_some() {
            return Err(CallError::setup("the base should be an http address without credentials, query or fragment"));
        }
        let mut http = http_client(base).connect_timeout(*connect_timeout).timeout(*timeout);
        if *direct {
            http = http.no_proxy();
        }
        let http = http.build().map_err(CallError::setup)?;
        let authorization = token.as_ref().map(|Hidden(token)| {
            let mut value = HeaderValue::from_str(&format!("Bearer {token}")).map_err(CallError::setup)?;
            value.set_sensitive(true);
            Ok(value)
        });
        let (authorization, signer, strict) = (authorization.transpose()?, signer.clone(), *strict);
        let (proxied, base) = (!direct && proxy::is_proxied(base), base.as_str().trim_end_matches('/').to_owned());
        Ok(Self { http, base, proxied, authorization, signer, strict })
    }

    /// The query of a call, where calls are signed.
    fn query(&self, path: &str, body: &[u8]) -> Result<String, CallError> {
        let Some(signer) = &self.signer else { return Ok(String::new()) };
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_err(CallError::setup)?.as_millis();
        let now = i64::try_from(now).map_err(CallError::setup)?;
        let nonce = format!("{:032x}", fastrand::u128(..));
        let parameters = signer.parameters(path.trim_start_matches('/'), now, &nonce, body);
        Ok(format!("?{}", parameters.map_err(CallError::setup)?.to_query()))
    }

    /// Calls the operation `O`, whose replies have the form `F`. Why there is no answer is logged; that the peer refuses is
    /// an answer.
    pub(crate) async fn call<O: Operation, F: Form>(&self, request: &O::Request) -> Result<Answer<O::Data>, CallError> {
        let answer = self.exchange::<O, F>(request).await;
        if let Err(error) = &answer
            && !matches!(error, CallError::Refused { .. })
        {
            tracing::warn!(operation = O::INFO.id, cause = %cause::Chain(error), "a call has no answer");
        }
        answer
    }

    async fn exchange<O: Operation, F: Form>(&self, request: &O::Request) -> Result<Answer<O::Data>, CallError> {
        let body = serde_json::to_vec(request).map_err(CallError::setup)?;
        let url = format!("{}{}{}", self.base, O::INFO.path, self.query(O::INFO.path, &body)?);
        let mut call = self.http.post(url).body(body);
        call = call.header(CONTENT_TYPE, "application/json");
        if let Some(authorization) = &self.authorization {
            call = call.header(AUTHORIZATION, authorization.clone());
        }
        let failed = |error| CallError::from_transport(error, self.proxied);
        let mut response = call.send().await.map_err(failed)?;
        let status = response.status();
        let encoding = response.headers().get(CONTENT_ENCODING).cloned();
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(failed)? {
            if body.len() + chunk.len() > REPLY_LIMIT {
                let violations = vec![Violation::new("", Rule::Other("size"))];
                return Err(CallError::InvalidReply { status: status.as_u16(), violations });
            }
            body.extend_from_slice(&chunk);
        }
        let answer = reply::tell_apart::<O, F>(status, encoding.as_ref(), &body)?;
        if let Some(first) = answer.violations.first() {
            if self.strict {
                return Err(CallError::InvalidReply { status: status.as_u16(), violations: answer.violations });
            }
            let (operation, count) = (O::INFO.id, answer.violations.len());
            tracing::warn!(operation, count, %first, "a reply violates the contract");
        }
        Ok(answer)
    }
}
