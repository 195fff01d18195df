use std::{collections::BTreeSet, future::Future, sync::Arc};

tokio::task_local! {
    static CALLER: Caller;
}

/// Who calls, and what they may see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    app: Option<Arc<str>>,
    scope: Scope,
}

/// What a caller may see and change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// Everything.
    All,
    /// These merchants, by their ids, and what belongs to them. What belongs to no merchant is outside.
    Merchants(Arc<BTreeSet<i64>>),
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

    /// Whose call the current task answers. The generated traits have no place for it: the gateway sets it with
    /// [`Caller::calling`], and only `api.rs` asks.
    pub(super) fn current() -> Self {
        CALLER.try_with(Self::clone).unwrap_or_else(|_| Self::ourselves())
    }

    /// Carries out `call` as this caller's.
    pub async fn calling<T>(self, call: impl Future<Output = T>) -> T {
        CALLER.scope(self, call).await
    }
}

impl Scope {
    /// These merchants and nothing else.
    pub fn merchants(ids: impl IntoIterator<Item = i64>) -> Self {
        Self::Merchants(Arc::new(ids.into_iter().collect()))
    }
}
