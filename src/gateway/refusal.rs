use contracts::runtime::{Failure, NoData, Violation, signature::Unsignable};

use crate::backend::db::DbError;

/// Why the gateway refuses a call: each names the step that failed.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// A parameter of the signature is missing, or is none.
    #[error("the parameter {0} is missing or malformed")]
    Unsigned(&'static str),
    /// The signature cannot be checked.
    #[error("the signature cannot be checked: {0}")]
    Unsignable(#[from] Unsignable),
    /// `/kop/NAME` is called with another `api`.
    #[error("api names another operation than the path")]
    OtherApi,
    /// No app has this key.
    #[error("unknown app")]
    UnknownApp,
    /// The app may not call any more.
    #[error("the app is disabled")]
    DisabledApp,
    /// The timestamp is too far from the time here: so many seconds, positive if the caller's clock is ahead.
    #[error("clock skew: {0} s")]
    Skew(i64),
    /// The call was signed before this process started.
    #[error("signed before the server's start")]
    BeforeStart,
    /// The signature was accepted before.
    #[error("replay")]
    Replayed,
    /// The signature is another; with what was signed here, where that may be shown.
    #[error("mismatch")]
    Mismatch(Option<String>),
    /// The app may not call this operation.
    #[error("the app may not call this operation")]
    NotAllowed,
    /// The app calls too often; in so many seconds it may again.
    #[error("rate limit")]
    TooOften(u64),
    /// The check itself failed.
    #[error(transparent)]
    Db(#[from] DbError),
}

impl Refusal {
    /// What the server has signed, where that may be shown.
    pub(super) fn signed_text(&self) -> Option<&str> {
        match self {
            Self::Mismatch(text) => text.as_deref(),
            _ => None,
        }
    }

    /// In how many seconds the call may be made again.
    pub(super) fn retry_after(&self) -> Option<u64> {
        match self {
            Self::TooOften(seconds) => Some(*seconds),
            Self::Db(_) => Some(1),
            _ => None,
        }
    }

    /// The step, as metrics name it.
    pub(super) fn step(&self) -> &'static str {
        match self {
            Self::Unsigned(_) => "unsigned",
            Self::Unsignable(_) | Self::OtherApi => "malformed",
            Self::UnknownApp => "unknown-app",
            Self::DisabledApp => "disabled-app",
            Self::Skew(_) => "skew",
            Self::BeforeStart | Self::Replayed => "replay",
            Self::Mismatch(_) => "mismatch",
            Self::NotAllowed => "not-allowed",
            Self::TooOften(_) => "rate",
            Self::Db(_) => "failed",
        }
    }

    fn code(&self) -> u16 {
        match self {
            Self::Unsignable(Unsignable::Body(_)) => 400,
            Self::NotAllowed => 403,
            Self::TooOften(_) => 429,
            Self::Db(_) => 503,
            _ => 401,
        }
    }

    fn sentence(&self) -> String {
        match self {
            Self::Unsigned(name) => format!("签名校验失败：缺少参数 {name}，或格式不正确"),
            Self::Unsignable(Unsignable::Body(_)) => "请求体须为 JSON 对象，字段不能重复".to_owned(),
            Self::Unsignable(Unsignable::RepeatedParameter) => "签名校验失败：查询参数重复".to_owned(),
            Self::Unsignable(Unsignable::MissingParameter(name)) => format!("签名校验失败：缺少参数 {name}"),
            Self::Unsignable(Unsignable::Nonce) => "签名校验失败：nonce 须为 16 到 64 个可见 ASCII 字符".to_owned(),
            Self::Unsignable(Unsignable::UnknownMethod) => {
                "签名校验失败：signMethod 须为 kop-sha1 或 hmac-sha256".to_owned()
            }
            Self::Unsignable(Unsignable::Contradiction(name)) => {
                format!("签名校验失败：请求体中的 {name} 与查询参数不一致")
            }
            Self::OtherApi => "签名校验失败：api 与路径中的接口名不一致".to_owned(),
            Self::UnknownApp => "签名校验失败：appKey 不存在".to_owned(),
            Self::DisabledApp => "签名校验失败：应用已停用".to_owned(),
            Self::Skew(seconds) => {
                let direction = if *seconds > 0 { "快" } else { "慢" };
                format!("签名校验失败：timestamp 比服务器{direction} {} 秒，超过 300 秒", seconds.abs())
            }
            Self::BeforeStart => "签名校验失败：timestamp 早于服务启动，请以当前时间重新签名".to_owned(),
            Self::Replayed => "签名校验失败：该签名已使用过".to_owned(),
            Self::Mismatch(_) => "签名校验失败：sign 不匹配".to_owned(),
            Self::NotAllowed => "应用无权调用该接口".to_owned(),
            Self::TooOften(_) => "调用过于频繁，请稍后再试".to_owned(),
            Self::Db(_) => "系统繁忙，请稍后再试".to_owned(),
        }
    }
}

impl From<&Refusal> for Failure<NoData> {
    fn from(refusal: &Refusal) -> Self {
        let mut failure = Self::new(refusal.code(), refusal.sentence());
        if let Refusal::Unsignable(Unsignable::Body(rule)) = refusal {
            failure.violations.push(Violation::new("", *rule));
        }
        failure
    }
}
