use std::sync::Arc;

use mocks::{Mock, Origin, World};
use polaris::server::{self, PolarisSide, Running, router};
use reqwest::{Client, Method, RequestBuilder, header::CONTENT_TYPE};
use serde_json::Value;

pub use reqwest::Body;

use super::Reply;

/// A `polaris mock` of the test's own, with the built-in world, on a free port.
pub struct App {
    running: Running,
    http: Client,
}

impl App {
    pub async fn start() -> Self {
        Self::start_with(router::Settings::default()).await
    }

    pub async fn start_with(settings: router::Settings) -> Self {
        Self::start_in(World::default_world().expect("the built-in world"), settings).await
    }

    /// A mock of another world.
    pub async fn start_in(world: World, settings: router::Settings) -> Self {
        let bound = server::bind("127.0.0.1", 0).await.expect("a free port");
        let mock = Arc::new(Mock::new(world, Origin::new(&bound.url())));
        let polaris = PolarisSide::start(&mock, &bound.url(), &settings).await.expect("our side");
        let running = bound.serve(router::mock(&mock, &polaris, settings)).expect("a server");
        Self { running, http: client() }
    }

    pub fn url(&self, path: &str) -> String {
        self.running.url() + path
    }

    pub fn authority(&self) -> String {
        self.running.address().to_string()
    }

    pub async fn stop(self) {
        self.running.stop().await;
    }

    /// A request that the test completes itself.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, self.url(path))
    }

    /// Calls an operation.
    pub async fn post(&self, path: &str, body: &Value) -> Reply {
        self.post_bytes(path, body.to_string()).await
    }

    /// Calls an operation with a body that may be no JSON at all.
    pub async fn post_bytes(&self, path: &str, body: impl Into<Body>) -> Reply {
        Reply::of(self.request(Method::POST, path).header(CONTENT_TYPE, "application/json").body(body)).await
    }

    pub async fn get(&self, path: &str) -> Reply {
        Reply::of(self.request(Method::GET, path)).await
    }

    /// All that the mock knows.
    pub async fn state(&self) -> Value {
        self.get("/_mock/state").await.json()
    }
}

fn client() -> Client {
    // Redirects are looked at, not followed.
    Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().build().expect("a client")
}
