use std::{borrow::Cow, sync::Arc};

use poem::{
    Body, Response, Result, RouteMethod, endpoint::make_sync, error::NotFoundError, get, http::StatusCode,
    web::Redirect,
};
use utoipa_swagger_ui::{Config, Url};

use super::documents::Document;

/// The address without the slash leads to the one with it, since the page's own files are relative to that. All of it is
/// relative, so that it stands below any prefix of a proxy.
pub(super) fn redirect() -> RouteMethod {
    get(make_sync(|_| Redirect::see_other("docs/")))
}

/// Swagger UI with `documents` in one drop-down, from files that are compiled in: the `asset` of the path.
pub(super) fn swagger_ui(documents: &[Document]) -> RouteMethod {
    let config = Arc::new(config(documents));
    get(make_sync(move |request| asset(request.raw_path_param("asset").unwrap_or_default(), &config)))
}

fn config(documents: &[Document]) -> Config<'static> {
    Config::new(documents.iter().map(|document| Url::new(document.name, document.json_address)))
        .try_it_out_enabled(true)
        .persist_authorization(true)
        .display_request_duration(true)
        .display_operation_id(true)
        .show_extensions(true)
        .filter(true)
        .default_models_expand_depth(0)
        // No badge from a validator on the internet.
        .validator_url("none")
}

fn asset(path: &str, config: &Arc<Config<'static>>) -> Result<Response> {
    let file = utoipa_swagger_ui::serve(path, config.clone())
        .map_err(|error| poem::Error::from_string(error.to_string(), StatusCode::INTERNAL_SERVER_ERROR))?
        .ok_or(NotFoundError)?;
    let body: Body = match file.bytes {
        Cow::Borrowed(bytes) => bytes.into(),
        Cow::Owned(bytes) => bytes.into(),
    };
    Ok(Response::builder().content_type(file.content_type).body(body))
}
