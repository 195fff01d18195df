use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use poem::{IntoResponse, RouteMethod, endpoint::make, endpoint::make_sync, get, http::StatusCode, web::Json};
use serde_json::json;
use tokio::sync::Mutex;

use crate::backend::{Backend, db::DbError, migrations};

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

/// `/readyz`: the server is not about to stop, the database answers, its schema is this binary's, and it can be written.
pub(super) fn ready(backend: Backend, draining: Draining) -> RouteMethod {
    let trial = Arc::new(Mutex::new(()));
    get(make(move |_| {
        let (backend, draining, trial) = (backend.clone(), draining.clone(), trial.clone());
        async move {
            if draining.has_begun() {
                return Ok(Json(json!({"status": "draining"})).with_status(StatusCode::SERVICE_UNAVAILABLE));
            }
            let (status, text) = match state(&backend, &trial).await {
                Ok(()) => (StatusCode::OK, "ready"),
                Err(reason) => (StatusCode::SERVICE_UNAVAILABLE, reason),
            };
            Ok::<_, poem::Error>(Json(json!({"status": text})).with_status(status))
        }
    }))
}

/// What fails. Nobody had to sign to ask: the cause is for the log.
async fn state(backend: &Backend, trial: &Mutex<()>) -> Result<(), &'static str> {
    const NO_WRITE: &str = "the database cannot be written";
    let failed = |what: &'static str| {
        move |error: DbError| {
            tracing::warn!(%error, "not ready: {what}");
            if matches!(error, DbError::Lost(_)) { "the database file was deleted or replaced" } else { what }
        }
    };
    let db = backend.db();
    match migrations::state(db).await.map_err(failed("the database does not answer"))? {
        migrations::State::Current => {}
        _ => return Err("the schema is another"),
    }
    if db.write_failed() {
        // One asker tries; the others need not wait for what he will find.
        let _one = trial.try_lock().map_err(|_| NO_WRITE)?;
        migrations::try_write(db).await.map_err(failed(NO_WRITE))?;
        tracing::info!("the database can be written again");
    }
    Ok(())
}
