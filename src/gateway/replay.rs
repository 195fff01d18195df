use std::{
    collections::HashSet,
    mem,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicI64, Ordering},
    },
};

use sha2::{Digest as _, Sha256};

use super::Refusal;
use crate::backend::db::{Bound, Db, DbError, Engine, sql};

/// A timestamp may be so far from the time here, in milliseconds.
pub(super) const WINDOW: i64 = 300_000;
/// An accepted signature is remembered until no clock of ours accepts its timestamp any more.
const REMEMBERED: i64 = 2 * WINDOW;
/// How often old ones are removed from the database.
const PURGE: i64 = 60_000;
/// A clock is not counted as ahead of ours until it is so by this much: no process starts within that time.
const AHEAD: i64 = 100;

/// Sees to it that a signature is accepted once, across all instances that share a PostgreSQL: there, the database
/// remembers. SQLite has one process that faces callers, and one writer: there, this process remembers, and refuses what was
/// signed before its start, which another one may have accepted. A call that is dated ahead would outlive a restart: those
/// few are remembered by the database too. This process remembers, on either engine, what it has refused.
#[derive(Debug)]
pub struct Replay {
    started: i64,
    memory: Mutex<Memory>,
    next_purge: AtomicI64,
}

/// What is used up, in two generations that each last as long as a signature must be remembered. Digests lie in the table
/// itself: hundreds of thousands of small texts that stay would cut the heap to pieces for everybody.
#[derive(Debug)]
struct Memory {
    recent: HashSet<Digest>,
    older: HashSet<Digest>,
    next_generation: i64,
}

type Digest = [u8; 32];

impl Replay {
    /// One that begins to remember at the time `now`.
    #[must_use]
    pub fn starting(now: i64) -> Self {
        let memory =
            Memory { recent: HashSet::new(), older: HashSet::new(), next_generation: now.saturating_add(REMEMBERED) };
        Self { started: now, memory: Mutex::new(memory), next_purge: AtomicI64::new(0) }
    }

    /// The first step, which asks nobody: refuses a signature that this process knows to be used up, and keeps all others
    /// with the same one away from the steps that follow.
    pub(super) fn claim(
        &self,
        db: &Db,
        app_key: &str,
        sign: &str,
        timestamp: i64,
        now: i64,
    ) -> Result<Claim<'_>, Refusal> {
        let sign = sign.to_ascii_lowercase();
        let shared = db.engine() == Engine::Postgres;
        if !shared && timestamp < self.started {
            return Err(Refusal::BeforeStart);
        }
        let call = digest(app_key, &sign);
        if !self.memory().accept(call, now) {
            return Err(Refusal::Replayed);
        }
        Ok(Claim { replay: self, call, sign, timestamp, shared })
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// False if it is there already.
    async fn insert(&self, db: &Db, app_key: &str, sign: String, timestamp: i64, now: i64) -> Result<bool, DbError> {
        let mut session = db.session().await?;
        let due = self.next_purge.load(Ordering::Relaxed);
        let next = now + PURGE;
        if due <= now && self.next_purge.compare_exchange(due, next, Ordering::Relaxed, Ordering::Relaxed).is_ok() {
            session.execute(sql("DELETE FROM accepted_sign WHERE expires_at < ").bind(now)).await?;
        }
        let values: [Bound; 3] = [app_key.into(), sign.into(), (timestamp + REMEMBERED).into()];
        let statement = sql("INSERT INTO accepted_sign (app_key, sign, expires_at) VALUES ").list(values);
        Ok(session.execute(statement.push(" ON CONFLICT DO NOTHING")).await? == 1)
    }
}

/// A signature that holds, on its way to be accepted.
#[derive(Debug)]
pub(super) struct Claim<'a> {
    replay: &'a Replay,
    call: Digest,
    sign: String,
    timestamp: i64,
    shared: bool,
}

impl Claim<'_> {
    /// Accepts the signature, once. A replay is remembered, so that it asks the database but once.
    pub(super) async fn accept(self, db: &Db, app_key: &str, now: i64) -> Result<(), Refusal> {
        let Self { replay, call, sign, timestamp, shared } = self;
        if !shared && timestamp <= now + AHEAD {
            return Ok(());
        }
        match replay.insert(db, app_key, sign, timestamp, now).await {
            Ok(true) if shared => replay.memory().forget(&call),
            Ok(true) => {}
            Ok(false) => return Err(Refusal::Replayed),
            Err(error) => {
                replay.memory().forget(&call);
                return Err(error.into());
            }
        }
        Ok(())
    }

    /// Leaves the signature as it was: it may come again.
    pub(super) fn give_up(self) {
        self.replay.memory().forget(&self.call);
    }
}

/// A key has no space in it.
fn digest(app_key: &str, sign: &str) -> Digest {
    Sha256::new().chain_update(app_key).chain_update(" ").chain_update(sign).finalize().into()
}

impl Memory {
    /// False if it was accepted before.
    fn accept(&mut self, call: Digest, now: i64) -> bool {
        if now >= self.next_generation {
            self.older = mem::take(&mut self.recent);
            self.next_generation = now.saturating_add(REMEMBERED);
        }
        !self.older.contains(&call) && self.recent.insert(call)
    }

    fn forget(&mut self, call: &Digest) {
        self.recent.remove(call);
        self.older.remove(call);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn memory_forgets_what_no_timestamp_could_bring_back() {
        let db = Db::in_memory().await.expect("a database");
        let replay = Replay::starting(0);
        let accept =
            async |sign: &str, now: i64| replay.claim(&db, "app", sign, now, now)?.accept(&db, "app", now).await;
        assert!(accept("a1", 0).await.is_ok());
        assert!(matches!(accept("A1", WINDOW).await, Err(Refusal::Replayed)));
        assert!(accept("b2", REMEMBERED - 1).await.is_ok());
        // The next generation begins.
        assert!(accept("c3", REMEMBERED).await.is_ok());
        assert!(matches!(accept("b2", REMEMBERED + WINDOW).await, Err(Refusal::Replayed)));
        assert!(accept("d4", 2 * REMEMBERED).await.is_ok());
        let memory = replay.memory.lock().expect("the memory");
        assert_eq!((memory.recent.len(), memory.older.len()), (1, 1), "a1 and b2 are gone");
    }
}
