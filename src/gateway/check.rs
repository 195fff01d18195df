use std::sync::Arc;

use contracts::{
    polaris::OPERATIONS,
    runtime::signature::{Parameters, SignedText},
};

use super::{
    Rate, Refusal, Replay, SealingKey,
    apps::{App, Known},
    rate::Rates,
    replay::WINDOW,
};
use crate::backend::{Caller, Clock, Scope, db::Db, scope};

/// Whether callers must say who they are.
#[derive(Debug, Clone)]
pub enum Access {
    /// Anybody may call, and see everything.
    Open,
    /// Calls are signed.
    Signed(Gateway),
}

/// How one gateway differs from another.
#[derive(Debug, Clone)]
pub struct Options {
    /// What was accepted before.
    pub replay: Arc<Replay>,
    /// Real time, whatever the business time is.
    pub clock: Clock,
    /// A refusal of a signature shows what was signed here, the secret left out: for joint debugging alone, since it repeats
    /// what the caller has sent.
    pub debug_signatures: bool,
    /// How often an app may call; as often as it likes, if there is none.
    pub rate: Option<Rate>,
}

impl Default for Options {
    fn default() -> Self {
        let clock = Clock::real();
        Self { replay: Arc::new(Replay::starting(clock.now())), clock, debug_signatures: false, rate: None }
    }
}

/// The check of calls. Clones are the same gateway.
#[derive(Debug, Clone)]
pub struct Gateway(Arc<Parts>);

/// A call of a known app that is dated rightly.
#[derive(Debug)]
pub struct Announced {
    parameters: Parameters,
    app: Arc<App>,
    timestamp: i64,
}

/// A call whose signature holds.
#[derive(Debug)]
pub struct Signed(Announced);

#[derive(Debug)]
struct Parts {
    db: Db,
    apps: Known,
    options: Options,
    rates: Option<Rates>,
}

impl Gateway {
    /// A gateway for the apps of `db`, whose secrets are sealed under `key`.
    #[must_use]
    pub fn new(db: Db, key: SealingKey, options: Options) -> Self {
        Self(Arc::new(Parts { apps: Known::new(db.clone(), key), db, rates: options.rate.map(Rates::new), options }))
    }

    /// What the head of a call of `api` says, with this query.
    ///
    /// # Errors
    /// The step that failed: whoever has no app, or an old signature, need not send a body.
    pub async fn announced(&self, api: &str, query: &str) -> Result<Announced, Refusal> {
        let mut parameters = Parameters::parse(query)?;
        if parameters.get("api").is_some_and(|given| given != api) {
            return Err(Refusal::OtherApi);
        }
        parameters.set("api", api);
        let key = parameters.get("appKey").ok_or(Refusal::Unsigned("appKey"))?;
        parameters.get("sign").ok_or(Refusal::Unsigned("sign"))?;
        let timestamp = timestamp(&parameters).ok_or(Refusal::Unsigned("timestamp"))?;
        let app = self.0.apps.app(key).await?.ok_or(Refusal::UnknownApp)?;
        if !app.enabled {
            return Err(Refusal::DisabledApp);
        }
        self.timely(timestamp)?;
        Ok(Announced { parameters, app, timestamp })
    }

    /// The call that was announced, if it is signed with this body.
    ///
    /// # Errors
    /// The step that failed.
    pub async fn signed(&self, announced: Announced, body: &[u8]) -> Result<Signed, Refusal> {
        let Announced { parameters, mut app, timestamp } = announced;
        let (key, sign) = (parameters.get("appKey").unwrap_or_default(), parameters.get("sign").unwrap_or_default());
        // The body may have taken its time.
        let now = self.timely(timestamp)?;
        let text = SignedText::of(&parameters, body)?;
        if !holds(&app, &text, sign, now) {
            // A secret that was made just now is valid now.
            app = self.0.apps.latest(key).await?.filter(|app| app.enabled).ok_or(Refusal::UnknownApp)?;
            if !holds(&app, &text, sign, now) {
                return Err(Refusal::Mismatch(self.0.options.debug_signatures.then(|| text.to_string())));
            }
        }
        Ok(Signed(Announced { parameters, app, timestamp }))
    }

    /// Who calls.
    ///
    /// # Errors
    /// The step that failed. Replay and rate come after the signature, so that nobody but the app can use them up, and a
    /// replay uses up nothing; a call that came too often may come again as it is.
    pub async fn accept(&self, signed: Signed) -> Result<Caller, Refusal> {
        let Parts { db, options, rates, .. } = &*self.0;
        let Signed(Announced { parameters, app, timestamp }) = signed;
        let (api, sign) = (parameters.get("api").unwrap_or_default(), parameters.get("sign").unwrap_or_default());
        let now = options.clock.now();
        let claim = options.replay.claim(db, &app.key, sign, timestamp, now).await?;
        if let Some(wait) = rates.as_ref().and_then(|rates| rates.wait(&app.key)) {
            claim.give_up();
            return Err(Refusal::TooOften(wait));
        }
        let accepted = claim.accept(db, now).await;
        if let (Err(Refusal::Replayed | Refusal::BeforeStart), Some(rates)) = (&accepted, rates) {
            rates.give_back(&app.key);
        }
        accepted?;
        if !app.operations.allow(api) || !has_rule(&app.scope, api) {
            return Err(Refusal::NotAllowed);
        }
        Ok(Caller::app(&app.key, app.scope.clone()))
    }

    /// The time here, if that of the call is near it.
    fn timely(&self, timestamp: i64) -> Result<i64, Refusal> {
        let now = self.0.options.clock.now();
        if (timestamp - now).abs() > WINDOW {
            return Err(Refusal::Skew((timestamp - now) / 1000));
        }
        Ok(now)
    }
}

/// Whether it is one of the app's secrets. All are tried, so that the time tells nothing of which one it was.
fn holds(app: &App, text: &SignedText, sign: &str, now: i64) -> bool {
    app.secrets(now).fold(false, |holds, secret| text.is_signed(secret, sign) | holds)
}

/// A scope is worth what each operation makes of it: one without a rule is not for callers with a scope. A name that no
/// operation has is answered by the routes.
fn has_rule(scope: &Scope, api: &str) -> bool {
    let operation = OPERATIONS.iter().find(|operation| operation.path.trim_start_matches('/') == api);
    *scope == Scope::All || operation.is_none_or(|operation| scope::rule(operation.id).is_some())
}

/// 13 digits, as all milliseconds from 2001 to 2286 have.
fn timestamp(parameters: &Parameters) -> Option<i64> {
    let text = parameters.get("timestamp")?;
    (text.len() == 13 && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.parse().ok()).flatten()
}
