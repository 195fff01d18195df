use insta::internals::{Content, ContentPath, Redaction};
use reqwest::{RequestBuilder, header::HeaderMap};
use serde_json::Value;

/// A reply, read to its end.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: String,
}

impl Reply {
    /// The reply to `request`.
    pub async fn of(request: RequestBuilder) -> Self {
        let response = request.send().await.expect("an answer");
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let body = response.text().await.expect("a body to its end");
        Self { status, headers, body }
    }

    /// The value of a header, if it is there.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().expect("a header of text"))
    }

    /// The body, which says to be JSON and is.
    pub fn json(&self) -> Value {
        assert!(self.header("content-type").is_some_and(|kind| kind.starts_with("application/json")), "{self:?}");
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

/// Hides a trace id in a snapshot, once it is seen to be one.
pub fn trace_id() -> Redaction {
    insta::dynamic_redaction(|value: Content, _: ContentPath<'_>| {
        let id = value.as_str().expect("a trace id is a string");
        let digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        assert!(id.len() == 16 && id.bytes().all(digit), "{id}");
        "[trace id]"
    })
}
