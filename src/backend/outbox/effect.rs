use super::{Message, fault::Fault};
use crate::backend::{Backend, db::Session, deposits, error::Result, migration};

/// What Weichuang's answer changes here. A failed attempt changes nothing: the outcome is not known yet.
pub(super) async fn apply(
    session: &mut Session,
    backend: &Backend,
    message: &Message,
    result: Result<(), &Fault>,
) -> Result<()> {
    match (message, result) {
        (Message::Refund { refund_id, .. }, Ok(())) => deposits::carried_out(session, backend, *refund_id).await,
        (Message::Refund { refund_id, .. }, Err(Fault::Refused(reason))) => {
            deposits::refused(session, backend, *refund_id, &format!("微创拒绝退款：{reason}")).await
        }
        (Message::MigrationComplete { member_id }, Ok(())) => migration::completed(session, backend, *member_id).await,
        (Message::MigrationComplete { member_id }, Err(Fault::Refused(reason))) => {
            migration::refused(session, backend, *member_id, &format!("微创拒绝：{reason}")).await
        }
        (Message::Binding { .. } | Message::BindingSync { .. }, _)
        | (_, Err(Fault::Failed(_) | Fault::Away { .. })) => Ok(()),
    }
}
