//! The control API, `/_mock`: look into the world and change it, go back to the start, set the clock, draw pictures.
//!
//! It belongs to the mock, not to the contract: code first, documented with utoipa. Faults, workspaces, the journal
//! and the console become modules beside these.

/// `/clock`
mod clock;
/// The OpenAPI document.
mod document;
/// Changing one entity.
mod edit;
/// What went wrong, in one form.
mod error;
/// `/images`
mod images;
/// Polaris's side, as the control API reaches it.
mod polaris;
/// `/reset`
mod reset;
/// `/state`
mod state;

use std::sync::Arc;

use poem::{Endpoint, EndpointExt, Response, Route, get, post};

pub use self::{
    clock::ClockChange,
    document::document,
    error::ControlFailure,
    polaris::{Answer, PolarisSide},
    state::{Binding, Migrated, State, WeichuangState},
};
use crate::Mock;

/// The pictures, to be nested at `/_mock/images`: anybody may see them.
pub fn pictures() -> impl Endpoint<Output = Response> + 'static {
    Route::new().at("/:kind/:file", get(images::get_image)).catch_all_error(error::answer).map_to_response()
}

/// The other routes of the control API, to be nested at `/_mock`.
pub fn routes(mock: Arc<Mock>, polaris: Arc<dyn PolarisSide>) -> impl Endpoint<Output = Response> + 'static {
    Route::new()
        .at("/state", get(state::get_state))
        .at("/state/:side/:collection", get(state::get_collection))
        .at("/state/:side/:collection/:key", get(state::get_entity).put(edit::put_entity).patch(edit::patch_entity))
        .at("/reset", post(reset::post_reset))
        .at("/clock", get(clock::get_clock).put(clock::put_clock))
        .data(mock)
        .data(polaris)
        .catch_all_error(error::answer)
        .map_to_response()
}
