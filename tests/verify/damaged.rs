use std::sync::Arc;

use poem::{Endpoint, Request, Response, endpoint::make, http::StatusCode};
use polaris::server::{self, Running};
use reqwest::{Client, Method};
use serde_json::Value;

/// What was asked of a damaged server.
pub struct Asked {
    pub method: String,
    pub path: String,
    /// The body, if it is JSON.
    pub body: Option<Value>,
}

/// What the healthy server answered.
pub struct Answer {
    pub status: u16,
    pub content_type: Option<String>,
    pub warnings: Option<String>,
    pub body: Vec<u8>,
}

impl Asked {
    /// A field of the request.
    pub fn field(&self, name: &str) -> &Value {
        self.body.as_ref().map_or(&Value::Null, |body| &body[name])
    }

    pub fn is(&self, path: &str) -> bool {
        self.path == path
    }
}

impl Answer {
    /// Changes the body, which is JSON.
    pub fn change(&mut self, change: impl FnOnce(&mut Value)) {
        let mut body = serde_json::from_slice(&self.body).expect("JSON");
        change(&mut body);
        self.body = body.to_string().into_bytes();
    }

    /// Answers something else.
    pub fn replace(&mut self, status: u16, body: &Value) {
        self.status = status;
        self.body = body.to_string().into_bytes();
    }
}

/// A server in front of a healthy one that forwards every call and damages the answers.
pub struct Damaged {
    running: Running,
    prefix: String,
}

impl Damaged {
    /// In front of the side at `healthy`, its prefix included.
    pub async fn new(healthy: &str, damage: impl Fn(&Asked, &mut Answer) + Send + Sync + 'static) -> Self {
        let prefix = healthy.splitn(4, '/').nth(3).map(|path| format!("/{path}")).unwrap_or_default();
        let upstream = healthy.strip_suffix(&prefix).expect("a prefix").to_owned();
        let bound = server::bind("127.0.0.1", 0).await.expect("a free port");
        let running = bound.serve(forward(upstream, prefix.clone(), Arc::new(damage))).expect("a server");
        Self { running, prefix }
    }

    /// The base of the side.
    pub fn url(&self) -> String {
        self.running.url() + &self.prefix
    }
}

type Damage = dyn Fn(&Asked, &mut Answer) + Send + Sync;

fn forward(upstream: String, prefix: String, damage: Arc<Damage>) -> impl Endpoint<Output = Response> {
    let http = Client::builder().no_proxy().build().expect("a client");
    make(move |mut request: Request| {
        let (http, damage) = (http.clone(), damage.clone());
        let url = format!("{upstream}{}", request.uri());
        let path = request.uri().path().strip_prefix(&prefix).unwrap_or_default().to_owned();
        async move {
            let body = request.take_body().into_vec().await.expect("a body");
            let asked = Asked { method: request.method().to_string(), path, body: serde_json::from_slice(&body).ok() };
            let method: Method = asked.method.parse().expect("a method");
            let mut call = http.request(method, url).body(body);
            for name in ["content-type", "authorization"] {
                if let Some(value) = request.header(name) {
                    call = call.header(name, value);
                }
            }
            let reply = call.send().await.expect("the healthy server answers");
            let header = |name: &str| reply.headers().get(name).map(|value| value.to_str().expect("text").to_owned());
            let mut answer = Answer {
                status: reply.status().as_u16(),
                content_type: header("content-type"),
                warnings: header("x-contract-warnings"),
                body: Vec::new(),
            };
            answer.body = reply.bytes().await.expect("a body").to_vec();
            damage(&asked, &mut answer);
            let mut response = Response::builder().status(StatusCode::from_u16(answer.status).expect("a status"));
            if let Some(content_type) = answer.content_type {
                response = response.content_type(&content_type);
            }
            if let Some(warnings) = answer.warnings {
                response = response.header("x-contract-warnings", warnings);
            }
            response.body(answer.body)
        }
    })
}
