use std::time::Duration;

use contracts::runtime::signature::Secret;
use serde_json::json;

use super::{Operations, PatternError};
use crate::{
    backend::{
        Backend, Clock, Scope,
        audit::{self, Entry},
        db::{Bound, DbError, Session, sql},
        error::Error,
        merchants,
    },
    gateway::{SealError, SealingKey, random},
};

/// What an app calls with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credentials {
    /// Its key, which is no secret.
    pub app_key: String,
    /// Its secret, shown once.
    pub secret: Secret,
}

impl Credentials {
    /// A key and a secret by chance.
    #[must_use]
    pub fn random() -> Self {
        Self { app_key: random::hex::<8>(), secret: Secret(random::hex::<32>()) }
    }
}

/// What an app is to be.
#[derive(Debug, Clone)]
pub struct NewApp {
    /// What people call it.
    pub name: String,
    /// What it may call.
    pub operations: Operations,
    /// The merchants that it sees, by id, merchant code or share code; all, if there is no list.
    pub merchants: Option<Vec<String>>,
}

/// An app as a list shows it.
#[derive(Debug)]
pub struct Listed {
    /// Its key.
    pub app_key: String,
    /// Its name.
    pub name: String,
    /// What it may call.
    pub operations: String,
    /// The codes of the merchants that it sees; `None` for all.
    pub merchants: Option<Vec<String>>,
    /// Whether it may call at all.
    pub enabled: bool,
    /// How many secrets are valid now.
    pub secrets: usize,
}

/// Why an app was not changed.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// There is no such app.
    #[error("there is no app {0}")]
    Unknown(String),
    /// Nothing has this id or code.
    #[error("there is no merchant {0}")]
    UnknownMerchant(String),
    /// A scope of no merchant sees nothing.
    #[error("an app should see at least one merchant")]
    NoMerchant,
    /// See [`PatternError`].
    #[error(transparent)]
    Pattern(#[from] PatternError),
    /// See [`SealError`].
    #[error(transparent)]
    Seal(#[from] SealError),
    /// The database failed.
    #[error(transparent)]
    Db(#[from] DbError),
    /// Something else failed.
    #[error(transparent)]
    Other(#[from] Error),
}

/// Makes an app with a key and a secret by chance.
///
/// # Errors
/// See [`AppError`].
pub async fn create(backend: &Backend, key: &SealingKey, new: &NewApp) -> Result<Credentials, AppError> {
    let credentials = Credentials::random();
    register(backend, key, &credentials, new).await?;
    Ok(credentials)
}

/// Makes an app with these credentials.
///
/// # Errors
/// See [`AppError`].
pub async fn register(
    backend: &Backend,
    key: &SealingKey,
    credentials: &Credentials,
    new: &NewApp,
) -> Result<(), AppError> {
    let mut session = backend.db().transaction().await?;
    let merchants = match &new.merchants {
        Some(named) => Some(ids(&mut session, named).await?),
        None => None,
    };
    let now = Clock::real().now();
    let values: [Bound; 5] = [
        credentials.app_key.as_str().into(),
        new.name.as_str().into(),
        new.operations.to_string().into(),
        merchants.is_none().into(),
        now.into(),
    ];
    let statement = "INSERT INTO app (app_key, name, operations, sees_all, created_at) VALUES ";
    session.execute(sql(statement).list(values)).await?;
    let rows = merchants.iter().flatten().map(|id| [credentials.app_key.as_str().into(), (*id).into()]).collect();
    session.insert("app_merchant", "app_key, merchant_id", rows).await?;
    add_secret(&mut session, key, credentials, now).await?;
    let after = json!({"name": new.name, "operations": new.operations.to_string(), "merchants": merchants});
    record(&mut session, backend, "appCreate", &credentials.app_key, after).await?;
    Ok(session.commit().await?)
}

/// Gives an app a new secret. The one before is valid for `grace` longer, any other ends now.
///
/// # Errors
/// See [`AppError`].
pub async fn rotate(
    backend: &Backend,
    key: &SealingKey,
    app_key: &str,
    grace: Duration,
) -> Result<Credentials, AppError> {
    let mut session = backend.db().transaction().await?;
    locked(&mut session, app_key).await?;
    let now = Clock::real().now();
    let until = now.saturating_add(i64::try_from(grace.as_millis()).unwrap_or(i64::MAX));
    let older = sql("DELETE FROM app_secret WHERE expires_at IS NOT NULL AND app_key = ").bind(app_key);
    session.execute(older).await?;
    let before = sql("UPDATE app_secret SET expires_at = ").bind(until).push(" WHERE app_key = ").bind(app_key);
    session.execute(before).await?;
    let credentials = Credentials { app_key: app_key.to_owned(), secret: Credentials::random().secret };
    add_secret(&mut session, key, &credentials, now).await?;
    record(&mut session, backend, "appRotate", app_key, json!({"graceSeconds": grace.as_secs()})).await?;
    session.commit().await?;
    Ok(credentials)
}

/// Takes an app's right to call.
///
/// # Errors
/// See [`AppError`].
pub async fn disable(backend: &Backend, app_key: &str) -> Result<(), AppError> {
    let mut session = backend.db().transaction().await?;
    locked(&mut session, app_key).await?;
    let statement = sql("UPDATE app SET disabled_at = ").bind(Clock::real().now());
    session.execute(statement.push(" WHERE disabled_at IS NULL AND app_key = ").bind(app_key)).await?;
    record(&mut session, backend, "appDisable", app_key, json!({"enabled": false})).await?;
    Ok(session.commit().await?)
}

/// All apps, in the order in which they were made.
///
/// # Errors
/// Those of the database.
pub async fn list(session: &mut Session) -> Result<Vec<Listed>, DbError> {
    let merchants = "SELECT app_key, merchant_code FROM app_merchant JOIN merchant ON merchant.id = merchant_id \
                     ORDER BY merchant_code";
    let merchants = session.all(sql(merchants)).await?;
    let valid = sql("SELECT app_key FROM app_secret WHERE expires_at IS NULL OR expires_at > ");
    let valid = session.all(valid.bind(Clock::real().now())).await?;
    let statement = "SELECT app_key, name, operations, sees_all, disabled_at FROM app ORDER BY created_at, app_key";
    let mut apps = Vec::new();
    for row in session.all(sql(statement)).await? {
        let app_key: String = row.get("app_key")?;
        let mut codes = Vec::new();
        for row in &merchants {
            if row.get::<String>("app_key")? == app_key {
                codes.push(row.get("merchant_code")?);
            }
        }
        let sees_all = row.get::<i64>("sees_all")? != 0;
        apps.push(Listed {
            name: row.get("name")?,
            operations: row.get("operations")?,
            merchants: (!sees_all).then_some(codes),
            enabled: row.get::<Option<i64>>("disabled_at")?.is_none(),
            secrets: valid.iter().filter(|row| row.get::<String>("app_key").is_ok_and(|key| key == app_key)).count(),
            app_key,
        });
    }
    Ok(apps)
}

/// What an app sees.
pub(super) fn scope(sees_all: i64, merchants: Vec<i64>) -> Scope {
    if sees_all != 0 { Scope::All } else { Scope::merchants(merchants) }
}

/// The ids of merchants that are named by id, merchant code or share code.
async fn ids(session: &mut Session, named: &[String]) -> Result<Vec<i64>, AppError> {
    let mut ids = Vec::new();
    for name in named {
        let mut found = merchants::ids_of_codes(session, &[name]).await?;
        if let (true, Ok(id)) = (found.is_empty(), name.parse()) {
            found.extend(merchants::by_id(session, id).await?.map(|merchant| merchant.id));
        }
        if found.is_empty() {
            return Err(AppError::UnknownMerchant(name.clone()));
        }
        ids.extend(found);
    }
    ids.sort_unstable();
    ids.dedup();
    if ids.is_empty() { Err(AppError::NoMerchant) } else { Ok(ids) }
}

/// Finds the app, which nobody else changes until the commit.
async fn locked(session: &mut Session, app_key: &str) -> Result<(), AppError> {
    let statement = sql("SELECT app_key FROM app WHERE app_key = ").bind(app_key).push(session.locking());
    let found = session.first(statement).await?;
    found.map(drop).ok_or_else(|| AppError::Unknown(app_key.to_owned()))
}

async fn add_secret(
    session: &mut Session,
    key: &SealingKey,
    credentials: &Credentials,
    now: i64,
) -> Result<(), AppError> {
    let sealed = key.seal(&credentials.app_key, &credentials.secret.0)?;
    let values: [Bound; 3] = [sealed.into(), credentials.app_key.as_str().into(), now.into()];
    session.execute(sql("INSERT INTO app_secret (sealed, app_key, created_at) VALUES ").list(values)).await?;
    Ok(())
}

async fn record(
    session: &mut Session,
    backend: &Backend,
    operation: &'static str,
    app_key: &str,
    after: serde_json::Value,
) -> Result<(), AppError> {
    let entry = Entry { operation, entity: format!("app {app_key}"), after, ..Entry::default() };
    Ok(audit::record(session, backend, entry).await?)
}
