use poem::{IntoResponse, RouteMethod, endpoint::make, endpoint::make_sync, get, http::StatusCode, web::Json};
use serde_json::json;

use crate::backend::{Backend, migrations};

/// `/healthz`: the process answers.
pub(super) fn alive() -> RouteMethod {
    get(make_sync(|_| Json(json!({"status": "ok"}))))
}

/// `/readyz`: the database answers, and its schema is this binary's.
pub(super) fn ready(backend: Backend) -> RouteMethod {
    get(make(move |_| {
        let backend = backend.clone();
        async move {
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
