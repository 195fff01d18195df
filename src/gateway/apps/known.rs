use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
    time::{Duration, Instant},
};

use contracts::runtime::signature::Secret;

use super::{Operations, store};
use crate::{
    backend::{
        Clock, Scope,
        db::{Db, DbError, sql},
    },
    gateway::SealingKey,
};

/// What the gateway knows of an app is at most so old: what a command changes, every instance does soon.
const FRESH: Duration = Duration::from_secs(1);

/// An app, as the gateway needs it.
#[derive(Debug)]
pub(in crate::gateway) struct App {
    pub(in crate::gateway) key: String,
    pub(in crate::gateway) operations: Operations,
    pub(in crate::gateway) scope: Scope,
    pub(in crate::gateway) enabled: bool,
    secrets: Vec<(Secret, Option<i64>)>,
}

impl App {
    /// The secrets that are valid at the time `now`.
    pub(in crate::gateway) fn secrets(&self, now: i64) -> impl Iterator<Item = &str> {
        let valid = move |until: &Option<i64>| until.is_none_or(|until| until > now);
        self.secrets.iter().filter(move |(_, until)| valid(until)).map(|(secret, _)| secret.0.as_str())
    }
}

/// All apps, read at once and kept for a moment: a call that is accepted costs no query, and those that are refused share
/// one at a time, however many they are.
#[derive(Debug)]
pub(in crate::gateway) struct Known {
    db: Db,
    key: SealingKey,
    apps: RwLock<Arc<Apps>>,
    /// One reads, the others wait for what it has read.
    reading: tokio::sync::Mutex<()>,
}

#[derive(Debug)]
struct Apps {
    by_key: HashMap<String, Arc<App>>,
    /// When they began to be read.
    read_at: Option<Instant>,
}

impl Known {
    pub(in crate::gateway) fn new(db: Db, key: SealingKey) -> Self {
        let apps = Apps { by_key: HashMap::new(), read_at: None };
        Self { db, key, apps: RwLock::new(Arc::new(apps)), reading: tokio::sync::Mutex::default() }
    }

    /// The app with this key. That there is none is never said from memory.
    ///
    /// # Errors
    /// Those of the database.
    pub(in crate::gateway) async fn app(&self, key: &str) -> Result<Option<Arc<App>>, DbError> {
        let apps = self.apps();
        if apps.read_at.is_some_and(|read_at| read_at.elapsed() < FRESH)
            && let Some(app) = apps.by_key.get(key)
        {
            return Ok(Some(app.clone()));
        }
        self.latest(key).await
    }

    /// The app with this key, as the database has it now.
    ///
    /// # Errors
    /// Those of the database.
    pub(in crate::gateway) async fn latest(&self, key: &str) -> Result<Option<Arc<App>>, DbError> {
        let asked = Instant::now();
        let _one = self.reading.lock().await;
        let apps = self.apps();
        let apps = if apps.read_at.is_some_and(|read_at| read_at >= asked) { apps } else { self.read().await? };
        Ok(apps.by_key.get(key).cloned())
    }

    fn apps(&self) -> Arc<Apps> {
        self.apps.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    async fn read(&self) -> Result<Arc<Apps>, DbError> {
        let read_at = Some(Instant::now());
        let mut session = self.db.session().await?;
        let mut merchants: HashMap<String, Vec<i64>> = HashMap::new();
        for row in session.all(sql("SELECT app_key, merchant_id FROM app_merchant")).await? {
            merchants.entry(row.get("app_key")?).or_default().push(row.get("merchant_id")?);
        }
        let mut secrets: HashMap<String, Vec<(Secret, Option<i64>)>> = HashMap::new();
        let valid = sql("SELECT app_key, sealed, expires_at FROM app_secret WHERE expires_at IS NULL OR expires_at > ");
        for row in session.all(valid.bind(Clock::real().now())).await? {
            let app_key: String = row.get("app_key")?;
            match self.key.unseal(&app_key, &row.get::<String>("sealed")?) {
                Ok(secret) => secrets.entry(app_key).or_default().push((Secret(secret), row.get("expires_at")?)),
                Err(error) => tracing::error!(%app_key, %error, "an app cannot call"),
            }
        }
        let mut by_key = HashMap::new();
        for row in session.all(sql("SELECT app_key, operations, sees_all, disabled_at FROM app")).await? {
            let key: String = row.get("app_key")?;
            let operations: String = row.get("operations")?;
            let Ok(operations) = operations.parse::<Operations>() else {
                tracing::error!(app_key = key, operations, "an app cannot call: no operation is called so any more");
                continue;
            };
            let app = App {
                operations,
                scope: store::scope(row.get("sees_all")?, merchants.remove(&key).unwrap_or_default()),
                enabled: row.get::<Option<i64>>("disabled_at")?.is_none(),
                secrets: secrets.remove(&key).unwrap_or_default(),
                key: key.clone(),
            };
            by_key.insert(key, Arc::new(app));
        }
        let apps = Arc::new(Apps { by_key, read_at });
        *self.apps.write().unwrap_or_else(PoisonError::into_inner) = apps.clone();
        Ok(apps)
    }
}
