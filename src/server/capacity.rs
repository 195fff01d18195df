use std::sync::Arc;

use poem::{Error, Request, Result, http::StatusCode};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::{
    Limits,
    bodies::{Bodies, Received},
};

/// What a server has for its calls: room for bodies that nobody has vouched for, and places for those who are answered.
/// Clones are the same.
#[derive(Debug, Clone)]
pub struct Capacity {
    bodies: Bodies,
    places: Arc<Semaphore>,
}

/// A place among those who are answered, until it is dropped.
#[derive(Debug)]
pub struct Place(#[expect(dead_code, reason = "it is given back when it is dropped")] OwnedSemaphorePermit);

impl Capacity {
    /// As much as these limits say.
    #[must_use]
    pub fn of(limits: &Limits) -> Self {
        Self { bodies: Bodies::new(limits.unsigned), places: Arc::new(Semaphore::new(limits.concurrency)) }
    }

    /// Waits for the whole body of `request`, which needs no place meanwhile. What it returns is kept until it is known who
    /// calls.
    ///
    /// # Errors
    /// 503, where there is no room for it any more.
    pub async fn receive(&self, request: &mut Request) -> Result<Received> {
        self.bodies.receive(request).await.map_err(|_| overload())
    }

    /// A place. A queue would only make everybody wait.
    ///
    /// # Errors
    /// 503, where there is none.
    pub fn place(&self) -> Result<Place> {
        self.places.clone().try_acquire_owned().map(Place).map_err(|_| overload())
    }
}

fn overload() -> Error {
    Error::from_status(StatusCode::SERVICE_UNAVAILABLE)
}
