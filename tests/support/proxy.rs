use std::sync::Arc;

use poem::{
    EndpointExt, Request, Response,
    endpoint::make,
    http::{StatusCode, header},
};
use polaris::server::{self, Running};
use reqwest::{Client, redirect};

/// A reverse proxy below whose `/polaris/` a server stands, as nginx does it with
/// `location /polaris/ { proxy_pass http://SERVER/; }`.
pub struct Proxy {
    running: Running,
}

/// How it answers.
struct Forwarding {
    target: String,
    tells: bool,
    http: Client,
}

impl Proxy {
    /// In front of the server at `target`. If it `tells`, then where it was asked itself, in `X-Forwarded-` headers.
    pub async fn start(target: &str, tells: bool) -> Self {
        let http = Client::builder().redirect(redirect::Policy::none()).no_proxy().build().expect("a client");
        let forwarding = Arc::new(Forwarding { target: target.to_owned(), tells, http });
        let bound = server::bind("127.0.0.1", 0).await.expect("a free port");
        let endpoint = make(move |request| {
            let forwarding = forwarding.clone();
            async move { Ok::<_, poem::Error>(forwarding.answer(request).await) }
        });
        Self { running: bound.serve(endpoint.map_to_response()).expect("a proxy") }
    }

    /// Where the server begins, without a slash at its end.
    pub fn url(&self) -> String {
        format!("{}/polaris", self.running.url())
    }
}

impl Forwarding {
    async fn answer(&self, mut request: Request) -> Response {
        let target = request.uri().path_and_query().map(ToString::to_string).unwrap_or_default();
        let Some(path) = target.strip_prefix("/polaris/") else {
            return Response::builder().status(StatusCode::NOT_FOUND).body("nothing here");
        };
        let mut headers = request.headers().clone();
        let host = headers.remove(header::HOST).expect("a host");
        headers.remove(header::CONNECTION);
        if self.tells {
            headers.insert("x-forwarded-host", host);
            headers.insert("x-forwarded-proto", "http".parse().expect("a value"));
            headers.insert("x-forwarded-prefix", "/polaris".parse().expect("a value"));
        }
        let body = request.take_body().into_bytes().await.expect("a body");
        let call = self.http.request(request.method().clone(), format!("{}/{path}", self.target));
        let answer = call.headers(headers).body(body.to_vec()).send().await.expect("an answer");
        let (status, headers) = (answer.status(), answer.headers().clone());
        let mut response = Response::builder().status(status).body(answer.bytes().await.expect("a body").to_vec());
        response.headers_mut().extend(headers);
        response.headers_mut().remove(header::TRANSFER_ENCODING);
        response
    }
}
