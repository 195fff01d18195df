use contracts::internal::{Migration, StartMigrationRequest};

use super::{
    ask,
    import::import,
    state::{self, COMPLETED, IMPORTING},
};
use crate::backend::{
    Backend,
    db::{DbError, sql},
    error::{Error, Result},
    outbox::{self, Fault},
};

/// How often a member is imported anew after another writer came first.
const TRIES: u32 = 3;
const UNKNOWN: &str = "微创没有该用户";
const GONE: Error = Error::NotFound("该手机号没有迁移记录");

/// 开始迁移用户
///
/// # Errors
/// [`Error::NotFound`] when Weichuang does not know the user, [`Error::Partner`] when it cannot be asked.
pub async fn start_migration(backend: &Backend, request: StartMigrationRequest) -> Result<Migration> {
    let phone = request.phone_no;
    let mut session = backend.db().transaction().await?;
    let migration = state::begin(&mut session, backend, &phone).await?.ok_or(GONE)?;
    session.commit().await?;
    match (migration.state.as_str(), migration.member_id) {
        (COMPLETED, _) => return Ok(migration.into()),
        (_, Some(member_id)) => tell_again(backend, member_id).await?,
        (_, None) => move_here(backend, &phone).await?,
    }
    let now = state::of_phone(&mut backend.db().session().await?, &phone).await?;
    now.map(Migration::from).ok_or(GONE)
}

/// Goes on with what a crash has interrupted before it was imported.
pub async fn resume(backend: &Backend) {
    let statement = sql("SELECT phone FROM migration WHERE state = ").bind(IMPORTING).push(" ORDER BY started_at");
    let phones = async { backend.db().session().await?.all(statement).await }.await;
    for row in phones.unwrap_or_default() {
        let Ok(phone_no) = row.get("phone") else { continue };
        if let Err(error) = start_migration(backend, StartMigrationRequest { phone_no }).await {
            tracing::warn!(%error, "a migration could not be resumed");
        }
    }
}

/// Asks Weichuang and imports what it knows.
async fn move_here(backend: &Backend, phone: &str) -> Result<()> {
    let known = match ask::ask(backend, phone).await {
        Ok(Some(known)) => known,
        Ok(None) => {
            fail(backend, phone, UNKNOWN).await?;
            return Err(Error::NotFound(UNKNOWN));
        }
        Err(Fault::Refused(reason)) => return fail(backend, phone, &format!("微创拒绝：{reason}")).await,
        Err(fault) => return Err(Error::Partner(fault.cause().to_owned())),
    };
    let mut tries = 0;
    loop {
        match import(backend, phone, &known).await {
            Ok(Some(delivery)) => {
                outbox::deliver_now(backend, &[delivery]).await;
                return Ok(());
            }
            Ok(None) => return Ok(()),
            Err(Error::Conflict(_) | Error::Db(DbError::Busy | DbError::Duplicate)) if tries < TRIES => tries += 1,
            // The battery is with somebody else here: trying again does not help before that has changed.
            Err(Error::Conflict(reason)) => return fail(backend, phone, &reason).await,
            Err(error) => return Err(error),
        }
    }
}

async fn fail(backend: &Backend, phone: &str, reason: &str) -> Result<()> {
    let mut session = backend.db().transaction().await?;
    state::failed(&mut session, backend, phone, reason).await?;
    Ok(session.commit().await?)
}

/// The member is here: Weichuang hears of it once more, if it has not, or has refused.
async fn tell_again(backend: &Backend, member_id: i64) -> Result<()> {
    let statement = sql("SELECT id FROM delivery WHERE kind = 'completeMigration' AND subject = ");
    let statement = statement.bind(member_id.to_string()).push(" AND state <> 'done' ORDER BY id DESC LIMIT 1");
    let mut session = backend.db().transaction().await?;
    let Some(row) = session.first(statement).await? else { return Ok(()) };
    let delivery = row.get("id")?;
    outbox::requeue(&mut session, delivery).await?;
    session.commit().await?;
    outbox::deliver_now(backend, &[delivery]).await;
    Ok(())
}
