use std::{future::Future, pin::Pin};

use poem::{Response, http::StatusCode};
use serde_json::Value;

use super::error::{ControlError, json};

/// What is answered when something of it could be had: in the end, or why not.
pub type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T, String>> + Send + 'a>>;

/// Polaris's side, which stands beside the mock of Weichuang: the production code on a database of its own. It is not of
/// this crate; the control API reaches it through this.
pub trait PolarisSide: Send + Sync {
    /// Goes back to the world that it started from.
    fn reset(&self) -> Answer<'_, ()>;

    /// The names of its collections.
    fn collections(&self) -> &'static [&'static str];

    /// The rows of one of them, each a JSON object, by the value of its key if `key` is given.
    fn rows<'a>(&'a self, collection: &'a str, key: Option<&'a str>) -> Answer<'a, Vec<Value>>;
}

impl dyn PolarisSide {
    /// One of its collections.
    pub(super) async fn collection(&self, collection: &str) -> Result<Response, ControlError> {
        self.known(collection)?;
        Ok(json(StatusCode::OK, &self.rows(collection, None).await.map_err(ControlError::failed)?))
    }

    /// One row of one of its collections.
    pub(super) async fn entity(&self, collection: &str, key: &str) -> Result<Response, ControlError> {
        self.known(collection)?;
        let rows = self.rows(collection, Some(key)).await.map_err(ControlError::failed)?;
        rows.first().map(|row| json(StatusCode::OK, row)).ok_or_else(super::state::unknown_entity)
    }

    /// All of it.
    pub(super) async fn state(&self) -> Result<Value, ControlError> {
        let mut state = serde_json::Map::new();
        for collection in self.collections() {
            let rows = self.rows(collection, None).await.map_err(ControlError::failed)?;
            state.insert((*collection).to_owned(), rows.into());
        }
        Ok(state.into())
    }

    fn known(&self, collection: &str) -> Result<(), ControlError> {
        if self.collections().contains(&collection) {
            return Ok(());
        }
        let names = self.collections().join(", ");
        Err(ControlError::unknown(format!("the collections of polaris are {names}")))
    }
}
