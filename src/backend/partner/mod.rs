//! Weichuang as the backend calls it: apart from everything else, so that a slow Weichuang costs only who needs it.

/// When he is left alone.
mod circuit;

use std::{future::Future, time::Duration};

use contracts::{
    runtime::client::{Answer, CallError, Cause},
    weichuang::WeichuangClient,
};
use tokio::{sync::Semaphore, time::timeout};

use self::circuit::{Circuit, Held};
use super::outbox::{Fault, Reason};

/// How long a call waits for its turn.
const TURN: Duration = Duration::from_millis(500);

/// How much Weichuang may cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// So many calls to it at a time.
    pub concurrency: usize,
    /// How long a caller whose change it must be told of waits for that; then the delivery goes on without the caller.
    pub patience: Duration,
    /// For how long it is left alone when it does not answer.
    pub pause: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self { concurrency: 32, patience: Duration::from_secs(2), pause: Duration::from_secs(5) }
    }
}

/// Weichuang, who may hang.
#[derive(Debug)]
pub struct Partner {
    client: WeichuangClient,
    calls: Semaphore,
    circuit: Circuit,
    patience: Duration,
}

impl Partner {
    pub(super) fn new(client: WeichuangClient, limits: Limits) -> Self {
        let Limits { concurrency, patience, pause } = limits;
        Self { client, calls: Semaphore::new(concurrency), circuit: Circuit::new(pause), patience }
    }

    /// The client itself, without any limit: for other backends, and for tests.
    #[must_use]
    pub fn client(&self) -> &WeichuangClient {
        &self.client
    }

    /// So many calls could go now.
    pub(super) fn room(&self) -> usize {
        self.circuit.room(self.calls.available_permits())
    }

    /// How long a caller waits for a delivery.
    pub(super) fn patience(&self) -> Duration {
        self.patience
    }

    /// Makes a call that must succeed.
    pub(super) async fn tell<'a, T, F>(&'a self, call: impl FnOnce(&'a WeichuangClient) -> F) -> Result<T, Fault>
    where
        F: Future<Output = Result<Answer<T>, CallError>>,
    {
        Ok(self.call(call).await??)
    }

    /// Asks for what may not be there.
    pub(super) async fn find<'a, T, F>(
        &'a self,
        call: impl FnOnce(&'a WeichuangClient) -> F,
    ) -> Result<Option<T>, Fault>
    where
        F: Future<Output = Result<Answer<T>, CallError>>,
    {
        match self.call(call).await? {
            Ok(data) => Ok(Some(data)),
            Err(CallError::Refused { code: 404, .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Makes a call within the limits.
    async fn call<'a, T, F>(
        &'a self,
        call: impl FnOnce(&'a WeichuangClient) -> F,
    ) -> Result<Result<T, CallError>, Fault>
    where
        F: Future<Output = Result<Answer<T>, CallError>>,
    {
        let pass = self.circuit.enter()?;
        let Ok(Ok(_permit)) = timeout(TURN, self.calls.acquire()).await else { return Err(busy()) };
        match call(&self.client).await {
            Err(error) if is_silence(&error) => match pass.unanswered(&error.to_string()) {
                Some(wait) => Err(Fault::Away { reason: Reason::of(&error), wait }),
                None => Ok(Err(error)),
            },
            answer => {
                pass.answered();
                Ok(answer.map(|answer| answer.data))
            }
        }
    }
}

/// Whether Weichuang was not there, or did not answer in time.
fn is_silence(error: &CallError) -> bool {
    matches!(error, CallError::Unreachable { .. }) || error.cause() == Some(Cause::Late)
}

fn busy() -> Fault {
    let reason = Reason::new("微创繁忙，尚未发出", "too many calls to Weichuang are under way");
    Fault::Away { reason, wait: TURN }
}

impl From<Held> for Fault {
    fn from(Held { cause, wait }: Held) -> Self {
        let log = format!("Weichuang does not answer, and is left alone for now: {cause}");
        Fault::Away { reason: Reason::new("微创没有应答，暂缓发送", log), wait }
    }
}
