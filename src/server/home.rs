use poem::{Endpoint, endpoint::make_sync, web::Html};

/// The page at `/`: where everything is, and a call to try.
pub(super) fn page() -> impl Endpoint + 'static {
    make_sync(|_| Html(include_str!("home.html")))
}
