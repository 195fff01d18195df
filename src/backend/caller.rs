use std::{future::Future, sync::Arc};

use contracts::runtime::TraceId;

use super::Scope;

tokio::task_local! {
    static CALLER: Caller;
    static TRACE: TraceId;
}

/// Carries out `call` as the exchange `trace`: what it changes is in the audit log under this id.
pub async fn traced<T>(trace: TraceId, call: impl Future<Output = T>) -> T {
    TRACE.scope(trace, call).await
}

/// The exchange that the current task answers; none for a command, or a worker.
pub(super) fn trace() -> Option<TraceId> {
    TRACE.try_with(|trace| *trace).ok()
}

/// Who calls, and what they may see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    app: Option<Arc<str>>,
    scope: Scope,
}

impl Caller {
    /// Our own systems and commands, who may do everything.
    #[must_use]
    pub fn ourselves() -> Self {
        Self { app: None, scope: Scope::All }
    }

    /// An app.
    #[must_use]
    pub fn app(key: &str, scope: Scope) -> Self {
        Self { app: Some(key.into()), scope }
    }

    /// The key of the app; none for ourselves.
    #[must_use]
    pub fn app_key(&self) -> Option<&str> {
        self.app.as_deref()
    }

    /// What it may see.
    #[must_use]
    pub fn scope(&self) -> &Scope {
        &self.scope
    }

    /// Whose call the current task answers, if somebody has said so. The generated traits have no place for it: the gateway
    /// sets it with [`Caller::calling`], and only `api.rs` asks.
    pub(super) fn current() -> Option<Self> {
        CALLER.try_with(Self::clone).ok()
    }

    /// Carries out `call` as this caller's.
    pub async fn calling<T>(self, call: impl Future<Output = T>) -> T {
        CALLER.scope(self, call).await
    }
}
