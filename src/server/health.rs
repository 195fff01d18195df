use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use poem::{IntoResponse, RouteMethod, endpoint::make, endpoint::make_sync, get, http::StatusCode, web::Json};
use serde_json::json;

use crate::backend::{Backend, migrations};

/// Whether the server is about to stop. Clones are the same.
#[derive(Debug, Clone, Default)]
pub struct Draining(Arc<AtomicBool>);

impl Draining {
    /// From now on nobody should send new calls.
    pub fn begin(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    fn has_begun(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// `/healthz`: the process answers.
pub(super) fn alive() -> RouteMethod {
    get(make_sync(|_| Json(json!({"status": "ok"}))))
}

/// `/readyz`: the server is not about to stop, the database answers, and its schema is this binary's.
pub(super) fn ready(backend: Backend, draining: Draining) -> RouteMethod {
    get(make(move |_| {
        let (backend, draining) = (backend.clone(), draining.clone());
        async move {
            if draining.has_begun() {
                return Ok(Json(json!({"status": "draining"})).with_status(StatusCode::SERVICE_UNAVAILABLE));
            }
            let (status, text) = match migrations::state(backend.db()).await {
                Ok(migrations::State::Current) => (StatusCode::OK, "ready"),
                Ok(_) => (StatusCode::SERVICE_UNAVAILABLE, "the schema is another"),
                Err(error) => {
                    tracing::warn!(%error, "not ready");
                    (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer")
                }
            };
            Ok::<_, poem::Error>(Json(json!({"status": text})).with_status(status))
        }
    }))
}
