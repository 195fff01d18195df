use std::{
    error::Error,
    sync::Arc,
    time::{Duration, Instant},
};

use contracts::runtime::{
    client::{Hidden, REPLY_LIMIT, http_client},
    signature::Signer,
};
use reqwest::{
    Client, Url,
    header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue},
};

use super::{Call, Exchange, Fault, Reply, Signed, room, signing};

/// So often a call is made again that came too often.
const WAITS: u32 = 10;
/// A server that wants more patience is not waited for.
const LONGEST_WAIT: Duration = Duration::from_secs(5);

/// The server under test: one side of it, over HTTP with connections that are kept.
#[derive(Debug)]
pub struct Target {
    http: Client,
    base: Arc<str>,
    token: Option<HeaderValue>,
    signer: Option<Signer>,
}

/// Why there is nothing to test.
#[derive(Debug, thiserror::Error)]
pub enum TargetError {
    /// The URL is not one of a side.
    #[error("the target should be an http address without credentials, query or fragment")]
    Address,
    /// The token cannot stand in a header.
    #[error("the token cannot stand in a header")]
    Token,
    /// The client cannot be set up.
    #[error("the client cannot be set up: {0}")]
    Setup(#[from] reqwest::Error),
    /// Nobody listens there.
    #[error("{url} cannot be reached: {fault}")]
    Unreachable {
        /// The base of the side.
        url: String,
        /// What happened.
        fault: Fault,
    },
    /// Somebody listens there, but not this side.
    #[error("{url} does not answer as the side {side}: {reason}")]
    Other {
        /// The base of the side.
        url: String,
        /// The name of the side.
        side: &'static str,
        /// What it answered.
        reason: String,
    },
}

impl Target {
    /// The target at `base`, the side's prefix included, e.g. `http://127.0.0.1:4010/weichuang`.
    ///
    /// # Errors
    /// When the address or the token cannot be used.
    pub fn new(base: &Url, token: Option<&Hidden>, timeout: Duration) -> Result<Self, TargetError> {
        let credentials = !base.username().is_empty() || base.password().is_some();
        if !["http", "https"].contains(&base.scheme()) || credentials || base.query().or(base.fragment()).is_some() {
            return Err(TargetError::Address);
        }
        let token = token.map(|Hidden(token)| HeaderValue::from_str(&format!("Bearer {token}")));
        let mut token = token.transpose().map_err(|_| TargetError::Token)?;
        if let Some(token) = &mut token {
            token.set_sensitive(true);
        }
        let http = http_client(base).connect_timeout(Duration::from_secs(3)).timeout(timeout).build()?;
        Ok(Self { http, base: base.as_str().trim_end_matches('/').into(), token, signer: None })
    }

    /// The same target, whose calls are signed, each at the moment it is sent.
    #[must_use]
    pub fn signed(self, signer: Option<Signer>) -> Self {
        Self { signer, ..self }
    }

    /// The side's base URL, without a slash at its end.
    #[must_use]
    pub fn base(&self) -> &str {
        &self.base
    }

    /// Whether calls carry a token.
    #[must_use]
    pub fn has_token(&self) -> bool {
        self.token.is_some()
    }

    /// Whether calls are signed.
    #[must_use]
    pub fn is_signed(&self) -> bool {
        self.signer.is_some()
    }

    /// The key of the app that signs them.
    #[must_use]
    pub fn app_key(&self) -> Option<&str> {
        self.signer.as_ref().map(|signer| signer.app_key.as_str())
    }

    /// Makes one call, again where the app has called too often, and reads the reply to its end. It never fails: that there is no reply is an outcome too.
    pub async fn call(&self, call: Call) -> Exchange {
        let mut waits = 0..WAITS;
        loop {
            let signed = self.signer.as_ref().and_then(|signer| signing::sign(signer, &call));
            let started = Instant::now();
            let outcome = self.exchange(&call, signed.as_ref()).await;
            let latency = started.elapsed();
            if let Some(wait) = self.told_to_wait(&outcome)
                && waits.next().is_some()
            {
                tokio::time::sleep(wait).await;
                continue;
            }
            let token = self.token.is_some() && call.authorized;
            return Exchange { call, base: self.base.clone(), token, signed, outcome, latency };
        }
    }

    /// An app may not call as often as a run can: how long it is told to wait.
    fn told_to_wait(&self, outcome: &Result<Reply, Fault>) -> Option<Duration> {
        let reply = outcome.as_ref().ok().filter(|reply| self.is_signed() && reply.status == 429)?;
        let wait = Duration::from_secs(reply.header("retry-after")?.parse().ok()?);
        (wait <= LONGEST_WAIT).then_some(wait)
    }

    async fn exchange(&self, call: &Call, signed: Option<&Signed>) -> Result<Reply, Fault> {
        let headers = self.headers(call);
        let query = signed.map(|signed| format!("?{}", signed.query)).unwrap_or_default();
        let request = self.http.request(call.method.clone(), format!("{}{}{query}", self.base, call.path));
        let sent = request.headers(headers).body(call.body.clone()).send().await;
        let mut response = sent.map_err(|error| fault(&error))?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let (mut body, mut held) = (Vec::new(), None);
        while let Some(chunk) = response.chunk().await.map_err(|error| fault(&error))? {
            let length = body.len() + chunk.len();
            if length > REPLY_LIMIT {
                return Err(Fault::TooLarge);
            }
            if length > room::SMALL && held.is_none() {
                held = Some(room::take(REPLY_LIMIT).await.ok_or(Fault::NoRoom)?);
            }
            body.extend_from_slice(&chunk);
        }
        let parsed = room::parsed(&body);
        if parsed > room::LARGEST {
            return Err(Fault::TooMany);
        }
        let own = held.as_ref().map_or(room::SMALL, |_| REPLY_LIMIT);
        if parsed > own {
            let more = room::take(parsed - own).await.ok_or(Fault::NoRoom)?;
            match &mut held {
                Some(held) => held.merge(more),
                None => held = Some(more),
            }
        }
        Ok(Reply::holding(status, headers, body, held))
    }

    /// The headers of a call.
    fn headers(&self, call: &Call) -> HeaderMap {
        let mut headers = HeaderMap::new();
        if let Some(value) = call.content_type.as_deref().and_then(|value| HeaderValue::from_str(value).ok()) {
            headers.insert(CONTENT_TYPE, value);
        }
        for (name, value) in &call.headers {
            if let (Ok(name), Ok(value)) = (HeaderName::try_from(name.as_str()), HeaderValue::from_str(value)) {
                headers.append(name, value);
            }
        }
        if let Some(token) = self.token.clone().filter(|_| call.authorized) {
            headers.insert(AUTHORIZATION, token);
        }
        headers
    }
}

/// What a transport error means, without the URL, which the report shows anyway.
fn fault(error: &reqwest::Error) -> Fault {
    if error.is_connect() {
        return Fault::Unreachable(cause(error));
    }
    if error.is_timeout() { Fault::TimedOut } else { Fault::Broken(cause(error)) }
}

/// The innermost cause, which says most.
fn cause(error: &dyn Error) -> String {
    let mut innermost = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string()
}
