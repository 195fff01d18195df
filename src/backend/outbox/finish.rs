use std::time::Duration;

use super::{effect, enqueue::real_now, fault::Fault, lease::Leased};
use crate::backend::{
    Backend, caller,
    db::{DbError, sql},
    error::{Error, Result},
};

/// How often the end of a row is written anew after another writer came first.
const TRIES: u32 = 5;

/// Ends an attempt: the row's end and what it changes here, in one transaction. Nothing happens if the lease was lost.
/// If the end cannot be written, the lease ends by itself, and Weichuang hears the same message again.
pub(super) async fn finish(backend: &Backend, row: &Leased, result: &Result<Option<String>, Fault>) -> Result<()> {
    let mut tries = 0;
    loop {
        match once(backend, row, result).await {
            Err(Error::Conflict(_) | Error::Db(DbError::Busy)) if tries < TRIES => {
                tries += 1;
                tokio::time::sleep(Duration::from_millis(20 << tries)).await;
            }
            end => return end,
        }
    }
}

async fn once(backend: &Backend, row: &Leased, result: &Result<Option<String>, Fault>) -> Result<()> {
    let retry = &backend.settings().retry;
    let (again, counts, delay) = match result {
        Err(Fault::Away { wait, .. }) => (true, 0, *wait),
        Err(Fault::Failed(_)) => (row.attempt < retry.attempts, 1, retry.delay(row.attempt)),
        Ok(_) | Err(Fault::Refused(_)) => (false, 1, Duration::ZERO),
    };
    let delay = i64::try_from(delay.as_millis()).unwrap_or_default();
    let state = match result {
        Ok(_) => "done",
        Err(_) if again => "pending",
        Err(_) => "parked",
    };
    let mut session = backend.db().transaction().await?;
    let statement = sql("UPDATE delivery SET lease_owner = NULL, state = ").bind(state);
    let statement = statement.push(", attempts = ").bind(row.attempt - 1 + counts);
    let statement = statement.push(", next_at = ").bind(again.then(|| real_now() + delay));
    let statement = statement.push(", done_at = ").bind(result.is_ok().then(|| backend.now()));
    let statement = statement.push(", outcome = ").bind(result.as_ref().ok().cloned().flatten());
    let statement = statement.push(", last_error = ").bind(result.as_ref().err().map(Fault::reason));
    let statement = statement.push(" WHERE state = 'delivering' AND id = ").bind(row.id);
    let statement = statement.push(" AND lease_owner = ").bind(backend.settings().instance.owner);
    if session.execute(statement.push(" AND attempts = ").bind(row.attempt)).await? == 0 {
        return Ok(());
    }
    if !again {
        session.execute(sql("DELETE FROM delivery_key WHERE delivery_id = ").bind(row.id)).await?;
    }
    if let Some(message) = &row.message {
        let acting = backend.acting_for(row.caller.clone());
        let effect = effect::apply(&mut session, &acting, message, result.as_ref().map(|_| ()));
        match row.trace {
            Some(trace) => caller::traced(trace, effect).await?,
            None => effect.await?,
        }
    }
    session.commit().await?;
    if let Err(fault) = result {
        let (id, attempt, refused) = (row.id, row.attempt, matches!(fault, Fault::Refused(_)));
        let cause = fault.cause();
        tracing::warn!(id, attempt, state, refused, cause, "a delivery to Weichuang has failed");
    }
    Ok(())
}
