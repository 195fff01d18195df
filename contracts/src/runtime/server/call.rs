use poem::{Body, Request, RequestBody, Result, error::ReadBodyError};
use poem_openapi::{
    ApiExtractor, ApiExtractorType, ExtractParamOptions,
    registry::{MetaMediaType, MetaRequest, Registry},
    types::Type,
};

use super::form::{Named, is_json, readable};
use crate::runtime::{Operation, Reading, Rule, TraceId, Validate, Violation, read, read_strictly, text};

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
    /// The body is no text in UTF-8: the rule that it breaks.
    NoText(Rule<'static>),
    /// The body is larger than [`BODY_LIMIT`].
    TooLarge,
    /// The body is no `application/json`.
    UnsupportedMediaType,
    /// The body is in another charset than UTF-8.
    Charset(Named),
    /// The body is compressed.
    Compressed(Named),
    /// The body could not be read to its end.
    Unreadable,
}

impl Rejection {
    /// The HTTP status that it is answered with.
    #[must_use]
    pub fn status(&self) -> u16 {
        match self {
            Rejection::Invalid(_) | Rejection::NoText(_) | Rejection::Unreadable => 400,
            Rejection::TooLarge => 413,
            Rejection::UnsupportedMediaType | Rejection::Charset(_) | Rejection::Compressed(_) => 415,
        }
    }

    /// The sentence that the caller gets.
    #[must_use]
    pub fn message(&self) -> String {
        match self {
            Rejection::Invalid(violations) => format!("请求参数不符合约定，共 {} 处", violations.len()),
            Rejection::NoText(rule) => format!("请求体{rule}"),
            Rejection::TooLarge => "请求体超过 1 MiB".to_owned(),
            Rejection::UnsupportedMediaType => "请求体须为 application/json".to_owned(),
            Rejection::Charset(name) => format!("请求体的字符集须为 UTF-8，不支持 {name}"),
            Rejection::Compressed(name) => format!("请求体不能压缩（Content-Encoding: {name}）"),
            Rejection::Unreadable => "请求体读取失败".to_owned(),
        }
    }

    /// Every violation, where there are any.
    #[must_use]
    pub fn into_violations(self) -> Vec<Violation> {
        match self {
            Rejection::Invalid(violations) => violations,
            Rejection::NoText(rule) => vec![Violation::new("", rule)],
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

/// The whole `body` of `request`, if it can be read here and is not too large.
///
/// # Errors
/// Those of [`readable`], [`Rejection::TooLarge`], [`Rejection::Unreadable`] when it ends too early, or
/// [`Rejection::NoText`].
pub async fn whole(request: &Request, body: Body) -> Result<impl AsRef<[u8]> + Into<Body> + use<>, Rejection> {
    readable(request.headers())?;
    let announced = request.header("content-length").and_then(|length| length.parse::<usize>().ok());
    let bytes = match announced {
        Some(length) if length > BODY_LIMIT => return Err(Rejection::TooLarge),
        // The server reads no more than was announced.
        Some(_) => body.into_bytes().await.map_err(|_| Rejection::Unreadable)?,
        None => match body.into_bytes_limit(BODY_LIMIT).await {
            Ok(bytes) => bytes,
            Err(ReadBodyError::PayloadTooLarge) => return Err(Rejection::TooLarge),
            Err(_) => return Err(Rejection::Unreadable),
        },
    };
    text(&bytes).map_err(Rejection::NoText)?;
    Ok(bytes)
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
