use super::{Outcome, serve};
use crate::{
    backend::{Backend, instance::Lease},
    settings::Settings,
};

/// A backend for a command that may run beside servers: its instance number is none of theirs.
pub(super) struct Beside {
    pub(super) backend: Backend,
    lease: Lease,
}

impl Beside {
    /// Opens the database of the settings.
    pub(super) async fn open(settings: &Settings) -> Result<Self, Box<dyn std::error::Error>> {
        let db = serve::open(settings).await?;
        serve::current(&db).await?;
        let lease = Lease::claim(&db, None).await?;
        Ok(Self { backend: serve::backend(db, settings, lease.instance())?, lease })
    }

    /// Gives the number back and closes the database.
    pub(super) async fn close(self) -> Outcome {
        self.lease.release().await?;
        self.backend.db().close().await;
        Ok(())
    }
}
