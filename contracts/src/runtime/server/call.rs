use poem::{Body, Request, RequestBody, Result, error::ReadBodyError, http::HeaderMap};
use poem_openapi::{
    ApiExtractor, ApiExtractorType, ExtractParamOptions,
    registry::{MetaMediaType, MetaRequest, Registry},
    types::Type,
};

use crate::runtime::{Operation, Reading, TraceId, Validate, Violation, read, read_strictly};

/// A larger body is refused with 413: 1 MiB.
pub const BODY_LIMIT: usize = 1 << 20;

/// Request data that decides whether unknown fields are violations (`--strict`) or warnings.
#[derive(Debug, Clone, Copy, Default)]
pub struct Strict(pub bool);

/// A call of the operation `O` as it came in. Extracting it never fails: what is wrong with it is answered in the
/// form of its side, by [`super::kop::answer`] or [`super::flat::answer`].
pub struct Call<O: Operation> {
    pub(super) request: Result<Reading<O::Request>, Rejection>,
    pub(super) trace: TraceId,
}

/// Why a call did not reach its operation.
#[derive(Debug)]
pub enum Rejection {
    /// The body violates the contract.
    Invalid(Vec<Violation>),
    /// The body is larger than [`BODY_LIMIT`].
    TooLarge,
    /// The body is no `application/json`.
    UnsupportedMediaType,
    /// The body could not be read to its end.
    Unreadable,
}

impl Rejection {
    /// The HTTP status that it is answered with.
    #[must_use]
    pub fn status(&self) -> u16 {
        match self {
            Rejection::Invalid(_) | Rejection::Unreadable => 400,
            Rejection::TooLarge => 413,
            Rejection::UnsupportedMediaType => 415,
        }
    }

    /// The sentence that the caller gets.
    #[must_use]
    pub fn message(&self) -> String {
        match self {
            Rejection::Invalid(violations) => format!("请求参数不符合约定，共 {} 处", violations.len()),
            Rejection::TooLarge => "请求体超过 1 MiB".to_owned(),
            Rejection::UnsupportedMediaType => "请求体须为 application/json".to_owned(),
            Rejection::Unreadable => "请求体读取失败".to_owned(),
        }
    }

    /// Every violation, where there are any.
    #[must_use]
    pub fn into_violations(self) -> Vec<Violation> {
        match self {
            Rejection::Invalid(violations) => violations,
            _ => Vec::new(),
        }
    }
}

async fn receive<O: Operation>(request: &Request, body: &mut RequestBody) -> Result<Reading<O::Request>, Rejection> {
    if !is_json(request.headers()) {
        return Err(Rejection::UnsupportedMediaType);
    }
    let body = body.take().map_err(|_| Rejection::Unreadable)?;
    let bytes = whole(request, body).await?;
    let strict = request.data::<Strict>().is_some_and(|strict| strict.0);
    let read = if strict { read_strictly } else { read };
    let mut reading: Reading<O::Request> =
        read(bytes.as_ref(), O::document(), O::INFO.request).map_err(Rejection::Invalid)?;
    reading.value.trim();
    Ok(reading)
}

/// The whole `body` of `request`, if it is not too large.
///
/// # Errors
/// [`Rejection::TooLarge`], or [`Rejection::Unreadable`] when it ends too early.
pub async fn whole(request: &Request, body: Body) -> Result<impl AsRef<[u8]> + Into<Body> + use<>, Rejection> {
    let announced = request.header("content-length").and_then(|length| length.parse::<usize>().ok());
    match announced {
        Some(length) if length > BODY_LIMIT => Err(Rejection::TooLarge),
        // The server reads no more than was announced.
        Some(_) => body.into_bytes().await.map_err(|_| Rejection::Unreadable),
        None => match body.into_bytes_limit(BODY_LIMIT).await {
            Ok(bytes) => Ok(bytes),
            Err(ReadBodyError::PayloadTooLarge) => Err(Rejection::TooLarge),
            Err(_) => Err(Rejection::Unreadable),
        },
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let Some(value) = headers.get("content-type").and_then(|value| value.to_str().ok()) else { return false };
    let mut parts = value.split(';').map(str::trim);
    let essence = parts.next().unwrap_or_default();
    let utf8 = parts.filter_map(|parameter| parameter.split_once('=')).all(|(name, value)| {
        !name.eq_ignore_ascii_case("charset") || value.trim_matches('"').eq_ignore_ascii_case("utf-8")
    });
    essence.eq_ignore_ascii_case("application/json") && utf8
}

impl<'a, O: Operation<Request: Type>> ApiExtractor<'a> for Call<O> {
    const TYPES: &'static [ApiExtractorType] = &[ApiExtractorType::RequestObject];

    type ParamType = ();
    type ParamRawType = ();

    fn register(registry: &mut Registry) {
        O::Request::register(registry);
    }

    fn request_meta() -> Option<MetaRequest> {
        Some(MetaRequest {
            description: None,
            content: vec![MetaMediaType { content_type: "application/json", schema: O::Request::schema_ref() }],
            required: true,
        })
    }

    async fn from_request(request: &'a Request, body: &mut RequestBody, _: ExtractParamOptions<()>) -> Result<Self> {
        let trace = request.data::<TraceId>().copied().unwrap_or_else(|| TraceId(fastrand::u64(..)));
        Ok(Self { request: receive::<O>(request, body).await, trace })
    }
}
