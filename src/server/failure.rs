use contracts::runtime::{
    Failure, NoData, TraceId,
    server::{flat, kop},
};
use poem::{
    Response,
    error::ParsePathError,
    http::{
        HeaderValue, Method, StatusCode,
        header::{ALLOW, RETRY_AFTER, WWW_AUTHENTICATE},
    },
};

/// The form in which failures are written: it follows from the path alone, so that unknown paths have one too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// Weichuang's flat form.
    Flat,
    /// KOP's envelope: Polaris, the internal side, and everything else.
    Kop,
}

impl Form {
    /// The form of `path`.
    pub(super) fn of(path: &str) -> Self {
        match path.strip_prefix("/weichuang") {
            Some(rest) if rest.is_empty() || rest.starts_with('/') => Self::Flat,
            _ => Self::Kop,
        }
    }

    /// A failure with the sentence that belongs to `status`.
    pub(super) fn failure(self, status: StatusCode, trace: TraceId) -> Response {
        let msg = sentence(status);
        match self {
            Self::Flat => flat::failure_response(status, msg),
            Self::Kop => kop::failure_response(Failure::<NoData>::new(status.as_u16(), msg), trace),
        }
    }
}

/// The methods of a group of routes, attached to their errors: the router itself only knows that a method was wrong.
#[derive(Debug, Clone, Copy)]
pub(super) struct Allow(pub(super) &'static str);

/// The answer to a request that no operation answered.
pub(super) fn answer(error: poem::Error, method: &Method, form: Form, trace: TraceId) -> Response {
    if error.is_from_response() {
        return error.into_response();
    }
    let status = status(&error);
    let allow = error.data::<Allow>().filter(|_| status == StatusCode::METHOD_NOT_ALLOWED);
    let mut response = match allow {
        Some(_) if method == Method::OPTIONS => Response::builder().status(StatusCode::NO_CONTENT).finish(),
        _ => form.failure(status, trace),
    };
    if let Some(Allow(methods)) = allow {
        response.headers_mut().insert(ALLOW, HeaderValue::from_static(methods));
    }
    if status == StatusCode::SERVICE_UNAVAILABLE {
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("1"));
    }
    if status == StatusCode::UNAUTHORIZED {
        response.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    response
}

/// A path that cannot be decoded is an unknown one too.
fn status(error: &poem::Error) -> StatusCode {
    if error.is::<ParsePathError>() { StatusCode::NOT_FOUND } else { error.status() }
}

/// A short sentence that a page can show. Nothing of the request stands in it.
fn sentence(status: StatusCode) -> &'static str {
    match status {
        StatusCode::UNAUTHORIZED => "令牌缺失或不正确",
        StatusCode::NOT_FOUND => "没有这个接口",
        StatusCode::METHOD_NOT_ALLOWED => "请求方法不正确",
        status if status.is_client_error() => "请求无法处理",
        _ => "系统繁忙，请稍后再试",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_under_weichuang_have_the_flat_form() {
        for path in ["/weichuang", "/weichuang/", "/weichuang/battery/query", "/weichuang//"] {
            assert_eq!(Form::of(path), Form::Flat, "{path}");
        }
        for path in ["", "*", "/", "/weichuangs", "/kop/weichuang", "/WEICHUANG/tank/query"] {
            assert_eq!(Form::of(path), Form::Kop, "{path}");
        }
    }
}
