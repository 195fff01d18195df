use poem::http::{HeaderMap, HeaderName, HeaderValue, header::CONTENT_TYPE};
use polaris::verify::{Envelope, checks::WARNINGS_HEADER};
use reqwest::Method;
use serde_json::Value;

/// A call that reached the damaged server.
#[derive(Debug, Clone)]
pub struct Asked {
    pub method: Method,
    /// Path and query.
    pub uri: String,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
    /// The body, if it is JSON.
    pub json: Option<Value>,
}

/// What it is answered.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Asked {
    /// The same call with another body.
    pub fn with(&self, json: Value) -> Self {
        Self { body: json.to_string().into_bytes(), json: Some(json), ..self.clone() }
    }

    /// Whether it is sent as the contract wants it.
    pub fn is_json(&self) -> bool {
        let content_type = self.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        self.method == Method::POST && content_type.is_some_and(|value| value.starts_with("application/json"))
    }
}

impl Answer {
    /// The body, if it is JSON.
    pub fn json(&self) -> Option<Value> {
        serde_json::from_slice(&self.body).ok()
    }

    /// Changes the body, if it is JSON.
    pub fn edit(&mut self, change: impl FnOnce(&mut Value)) {
        if let Some(mut body) = self.json() {
            change(&mut body);
            self.body = body.to_string().into_bytes();
        }
    }

    /// Answers something else.
    pub fn replace(&mut self, status: u16, body: &Value) {
        self.status = status;
        self.body = body.to_string().into_bytes();
    }

    /// The code: `result` or `code`, else the status.
    pub fn code(&self, envelope: Envelope) -> u16 {
        let said = self.json().and_then(|body| u16::try_from(body[envelope.code_field()].as_u64()?).ok());
        said.unwrap_or(self.status)
    }

    pub fn is_success(&self, envelope: Envelope) -> bool {
        self.status == 200 && self.code(envelope) == 200
    }

    /// Sets a header; none takes it away.
    pub fn header(&mut self, name: &'static str, value: Option<&str>) {
        let name = HeaderName::from_static(name);
        match value {
            Some(value) => drop(self.headers.insert(name, HeaderValue::from_str(value).expect("a header"))),
            None => drop(self.headers.remove(name)),
        }
    }

    /// Whether a caller could tell them apart.
    pub fn differs(&self, other: &Self) -> bool {
        let headers =
            |answer: &Self| [CONTENT_TYPE.as_str(), WARNINGS_HEADER].map(|name| answer.headers.get(name).cloned());
        let body = |answer: &Self| answer.json().map(without_trace);
        let bodies = match (body(self), body(other)) {
            (None, None) => self.body != other.body,
            (one, other) => one != other,
        };
        self.status != other.status || headers(self) != headers(other) || bodies
    }
}

/// Every failure has a trace id of its own.
fn without_trace(mut body: Value) -> Value {
    body.as_object_mut().map(|fields| fields.remove("traceId"));
    body
}
