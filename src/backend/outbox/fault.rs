use std::time::Duration;

use contracts::runtime::client::{CallError, Cause};

use crate::backend::error::Error;

/// At most so many characters of a reason are kept.
const REASON: usize = 400;

/// Why an attempt did not deliver.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Fault {
    /// Weichuang answered that it will not do it; nothing was done, and it will say the same again.
    Refused(String),
    /// It may have been done or not; the same message may be sent again.
    Failed(Reason),
    /// The same, while Weichuang answers nobody: it says nothing about the message, and does not count.
    Away {
        /// What is known.
        reason: Reason,
        /// When to try again, at the earliest.
        wait: Duration,
    },
}

/// What is known of a failure.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Reason {
    /// For the row, and whoever looks at it: a short Chinese sentence.
    row: String,
    /// For the log, in English.
    log: String,
}

impl Reason {
    pub(crate) fn new(row: impl Into<String>, log: impl Into<String>) -> Self {
        Self { row: row.into(), log: log.into() }
    }

    /// What `error`, which is no refusal, tells.
    pub(crate) fn of(error: &CallError) -> Self {
        let row = match (error, error.cause()) {
            // Not about the message, but about us or the moment.
            (CallError::Refused { code, .. }, _) => format!("微创暂不受理（{code}）"),
            (CallError::Unreachable { cause, proxy, .. }, _) => {
                format!("微创无法连接（{}{}）", if *proxy { "代理：" } else { "" }, sentence(*cause))
            }
            (CallError::InvalidReply { status, violations }, _) => {
                let what = violations.first().map(|first| format!("：{} {}", first.pointer, first.message));
                format!("微创的答复不合契约（HTTP {status}）{}", what.unwrap_or_default().replacen("： ", "：", 1))
            }
            (CallError::OutcomeUnknown { .. }, Some(Cause::Late)) => "结果未知（没有及时答复）".to_owned(),
            (CallError::OutcomeUnknown { .. }, Some(_)) => "结果未知（连接中断）".to_owned(),
            (CallError::OutcomeUnknown { reason, .. }, None) => format!("结果未知（{reason}）"),
            (CallError::Setup(_), _) => "请求无法发出".to_owned(),
        };
        Self::new(row.chars().take(REASON).collect::<String>(), error.to_string())
    }
}

fn sentence(cause: Cause) -> &'static str {
    match cause {
        Cause::Refused => "连接被拒绝",
        Cause::UnknownHost => "域名无法解析",
        Cause::NoRoute => "网络不可达",
        Cause::Late => "连接超时",
        Cause::UntrustedCertificate => "证书不受信任",
        Cause::ExpiredCertificate => "证书已过期或尚未生效",
        Cause::AnothersCertificate => "证书与域名不符",
        Cause::Tls => "TLS 握手失败",
        Cause::NoTls => "对方不使用 TLS",
        Cause::Broken => "连接中断",
        Cause::Other => "连接失败",
    }
}

impl Fault {
    /// The reason, for the row and for people.
    pub(crate) fn reason(&self) -> &str {
        match self {
            Fault::Refused(reason) => reason,
            Fault::Failed(reason) | Fault::Away { reason, .. } => &reason.row,
        }
    }

    /// The cause, for the log. A refusal is a sentence of Weichuang's and may name a person: it stays in the row.
    pub(crate) fn cause(&self) -> &str {
        match self {
            Fault::Refused(_) => "refused",
            Fault::Failed(reason) | Fault::Away { reason, .. } => &reason.log,
        }
    }
}

impl From<CallError> for Fault {
    fn from(error: CallError) -> Self {
        match error {
            CallError::Refused { code, msg, .. } if ![401, 429].contains(&code) => {
                let msg: String = msg.0.chars().filter(|char| *char != '\0').take(REASON).collect();
                Fault::Refused(if msg.trim().is_empty() { format!("结果 {code}") } else { msg })
            }
            error => Fault::Failed(Reason::of(&error)),
        }
    }
}

/// Ours, and therefore no word of Weichuang's.
impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        tracing::error!(%error, "a delivery could not be prepared");
        Fault::Failed(Reason::new("系统繁忙", error.to_string()))
    }
}
