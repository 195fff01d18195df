use jiff::Timestamp;

use super::Message;
use crate::backend::{
    Backend, caller,
    db::{Bound, Session, sql},
    error::Result,
};

/// Real time, in milliseconds since 1970 UTC: leases and attempts go by it.
pub(super) fn real_now() -> i64 {
    Timestamp::now().as_millisecond()
}

/// Writes `message` into the outbox, in the caller's transaction and after the change that it tells: the change holds
/// what would let another writer slip in between. Returns the delivery to try once the transaction is committed.
///
/// # Errors
/// Those of the database.
pub async fn enqueue(session: &mut Session, backend: &Backend, message: Message) -> Result<i64> {
    let keys = message.keys();
    let newest = sql("SELECT MAX(delivery_id) AS newest FROM delivery_key WHERE subject IN ").list(keys.clone());
    let row = session.first(newest).await?;
    let newest = row.map(|row| row.get::<Option<i64>>("newest")).transpose()?.flatten();
    let id = backend.mint_after(newest.unwrap_or_default());
    let head_start = i64::try_from(backend.settings().retry.head_start.as_millis()).unwrap_or_default();
    let values: [Bound; 9] = [
        id.into(),
        message.kind().into(),
        message.subject(id).into(),
        message.payload().to_string().into(),
        "pending".into(),
        (real_now() + head_start).into(),
        backend.caller().app_key().into(),
        caller::trace().map(|trace| trace.to_string()).into(),
        backend.now().into(),
    ];
    let statement = "INSERT INTO delivery (id, kind, subject, payload, state, next_at, app, trace, created_at) VALUES ";
    session.execute(sql(statement).list(values)).await?;
    write_keys(session, id, keys).await?;
    Ok(id)
}

/// A parked row is pending again, due at once, with its old place in the order and its attempts counted anew. Returns
/// whether it was parked.
pub(crate) async fn requeue(session: &mut Session, id: i64) -> Result<bool> {
    let statement = sql("UPDATE delivery SET state = 'pending', attempts = 0, next_at = ").bind(real_now());
    if session.execute(statement.push(" WHERE state = 'parked' AND id = ").bind(id)).await? == 0 {
        return Ok(false);
    }
    let row = session.first(sql("SELECT kind, payload FROM delivery WHERE id = ").bind(id)).await?;
    let Some(row) = row else { return Ok(false) };
    if let Some(message) = Message::read(&row.get::<String>("kind")?, &row.get::<String>("payload")?) {
        write_keys(session, id, message.keys()).await?;
    }
    Ok(true)
}

/// Writes `message` as the row `id` of the time `at`, parked: it is not delivered before somebody asks for it.
pub(crate) async fn enqueue_parked(
    session: &mut Session,
    id: i64,
    at: i64,
    message: &Message,
    reason: &str,
) -> Result<()> {
    let values: [Bound; 7] = [
        id.into(),
        message.kind().into(),
        message.subject(id).into(),
        message.payload().to_string().into(),
        "parked".into(),
        reason.into(),
        at.into(),
    ];
    let statement = "INSERT INTO delivery (id, kind, subject, payload, state, last_error, created_at) VALUES ";
    session.execute(sql(statement).list(values)).await?;
    Ok(())
}

async fn write_keys(session: &mut Session, id: i64, keys: Vec<String>) -> Result<()> {
    for some in keys.chunks(100) {
        let mut statement = sql("INSERT INTO delivery_key (subject, delivery_id) VALUES ");
        for (index, key) in some.iter().enumerate() {
            let divider = if index == 0 { "" } else { ", " };
            statement = statement.push(divider).list([Bound::from(key), id.into()]);
        }
        session.execute(statement.push(" ON CONFLICT DO NOTHING")).await?;
    }
    Ok(())
}
