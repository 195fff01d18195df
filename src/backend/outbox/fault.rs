use contracts::runtime::client::CallError;

use crate::backend::error::Error;

/// At most so many characters of a reason are kept.
const REASON: usize = 400;

/// Why an attempt did not deliver.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Fault {
    /// Weichuang answered that it will not do it; nothing was done, and it will say the same again.
    Refused(String),
    /// It may have been done or not; the same message may be sent again.
    Failed(String),
}

impl Fault {
    /// The reason, for the row and for people.
    pub(crate) fn reason(&self) -> &str {
        match self {
            Fault::Refused(reason) | Fault::Failed(reason) => reason,
        }
    }
}

impl From<CallError> for Fault {
    fn from(error: CallError) -> Self {
        match error {
            // Not about the message, but about us or the moment.
            CallError::Refused { code: code @ (401 | 429), .. } => Fault::Failed(format!("微创暂不受理（{code}）")),
            CallError::Refused { code, msg, .. } => {
                let msg: String = msg.0.chars().filter(|char| *char != '\0').take(REASON).collect();
                Fault::Refused(if msg.trim().is_empty() { format!("结果 {code}") } else { msg })
            }
            CallError::Unreachable(_) => Fault::Failed("微创无法连接".to_owned()),
            CallError::InvalidReply { status, .. } => Fault::Failed(format!("微创的答复不合契约（HTTP {status}）")),
            CallError::OutcomeUnknown { reason, .. } => Fault::Failed(format!("结果未知（{reason}）")),
            CallError::Setup(_) => Fault::Failed("请求无法发出".to_owned()),
        }
    }
}

/// Ours, and therefore no word of Weichuang's.
impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        tracing::error!(%error, "a delivery could not be prepared");
        Fault::Failed("系统繁忙".to_owned())
    }
}
