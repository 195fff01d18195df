use std::{
    collections::HashSet,
    mem,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicI64, Ordering},
    },
};

use sha2::{Digest as _, Sha256};
use tokio::sync::OnceCell;

use super::Refusal;
use crate::backend::db::{Bound, Db, DbError, Engine, Session, sql};

/// A timestamp may be so far from the time here, in milliseconds.
pub(super) const WINDOW: i64 = 300_000;
/// An accepted signature is remembered until no clock of ours accepts its timestamp any more.
const REMEMBERED: i64 = 2 * WINDOW;
/// How often old ones are removed from the database.
const PURGE: i64 = 60_000;
/// A clock is not counted as ahead of ours until it is so by this much: no process starts within that time.
const AHEAD: i64 = 100;

/// The clocks of instances that share a database agree so far.
const APART: i64 = 1_000;
/// The row of `accepted_sign` that tells since when the table remembers.
const SINCE: &str = "app_key = '' AND sign = ''";

/// Sees to it that a signature is accepted once, across all instances that share a PostgreSQL: there, the database
/// remembers. SQLite has one process that faces callers, and one writer: there, this process remembers.
///
/// Either memory can be lost, by a restart or by a crash of PostgreSQL, which empties an unlogged table. So what was signed
/// before the memory began is refused. A call that is dated ahead would outlive the memory: those few are written down for
/// good, and a memory begins with them. On either engine, this process remembers what it has refused as a replay.
#[derive(Debug)]
pub struct Replay {
    started: i64,
    memory: Mutex<Memory>,
    /// The memory has what was written down.
    begun: OnceCell<()>,
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
        Self { started: now, memory: Mutex::new(memory), begun: OnceCell::new(), next_purge: AtomicI64::new(0) }
    }

    /// The first step: refuses a signature that this process knows to be used up, and keeps all others with the same one
    /// away from the steps that follow. It asks nobody but once, on SQLite, for what another process has written down.
    pub(super) async fn claim(
        &self,
        db: &Db,
        app_key: &str,
        sign: &str,
        timestamp: i64,
        now: i64,
    ) -> Result<Claim<'_>, Refusal> {
        let sign = sign.to_ascii_lowercase();
        let shared = db.engine() == Engine::Postgres;
        if !shared {
            if timestamp < self.started {
                return Err(Refusal::BeforeStart);
            }
            self.begun.get_or_try_init(|| self.begin(db, now)).await?;
        }
        let digest = digest(app_key, &sign);
        if !self.memory().accept(digest, now) {
            return Err(Refusal::Replayed);
        }
        Ok(Claim { replay: self, digest, call: Call { app_key: app_key.to_owned(), sign, timestamp }, shared })
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Has the database remember a call, where it must.
    async fn write(&self, db: &Db, call: &Call, shared: bool, now: i64) -> Result<(), Refusal> {
        let ahead = call.timestamp > now + AHEAD;
        if !shared && !ahead {
            return Ok(());
        }
        let mut session = if ahead { db.transaction().await? } else { db.session().await? };
        self.purge(&mut session, now).await?;
        if ahead && !call.write_down(&mut session).await? {
            return Err(Refusal::Replayed);
        }
        let known = if shared { call.remember(&mut session).await? } else { Known::New };
        match known {
            Known::New => Ok(session.commit().await?),
            Known::Before => Err(Refusal::Replayed),
            Known::Perhaps => Err(Refusal::BeforeStart),
            Known::Lost => {
                drop(session);
                begin_anew(db, now).await?;
                Err(Refusal::BeforeStart)
            }
        }
    }

    /// Begins the memory of this process with what another one has written down.
    async fn begin(&self, db: &Db, now: i64) -> Result<(), DbError> {
        let statement = sql("SELECT app_key, sign FROM accepted_ahead WHERE app_key <> ''");
        let rows = db.session().await?.all(statement).await?;
        let known = rows.iter().map(|row| Ok(digest(&row.get::<String>("app_key")?, &row.get::<String>("sign")?)));
        let known = known.collect::<Result<Vec<_>, DbError>>()?;
        let mut memory = self.memory();
        for call in known {
            memory.accept(call, now);
        }
        Ok(())
    }

    /// Removes what no clock accepts any more, now and then.
    async fn purge(&self, session: &mut Session, now: i64) -> Result<(), DbError> {
        let due = self.next_purge.load(Ordering::Relaxed);
        let next = now + PURGE;
        if due <= now && self.next_purge.compare_exchange(due, next, Ordering::Relaxed, Ordering::Relaxed).is_ok() {
            for table in ["accepted_sign", "accepted_ahead"] {
                let statement =
                    sql("DELETE FROM ").push(table).push(" WHERE app_key <> '' AND expires_at < ").bind(now);
                session.execute(statement).await?;
            }
        }
        Ok(())
    }
}

/// A call whose signature holds.
#[derive(Debug)]
struct Call {
    app_key: String,
    sign: String,
    timestamp: i64,
}

impl Call {
    fn row(&self) -> [Bound; 3] {
        [self.app_key.as_str().into(), self.sign.as_str().into(), (self.timestamp + REMEMBERED).into()]
    }

    /// False if it is there already.
    async fn write_down(&self, session: &mut Session) -> Result<bool, DbError> {
        let statement = sql("INSERT INTO accepted_ahead (app_key, sign, expires_at) VALUES ").list(self.row());
        Ok(session.execute(statement.push(" ON CONFLICT DO NOTHING")).await? == 1)
    }

    /// Has the database remember it.
    async fn remember(&self, session: &mut Session) -> Result<Known, DbError> {
        let [app_key, sign, expires_at] = self.row();
        let statement = sql("INSERT INTO accepted_sign (app_key, sign, expires_at) SELECT ").bind(app_key);
        let statement = statement.push(", ").bind(sign).push(", CAST(").bind(expires_at).push(" AS BIGINT)");
        let statement = statement.push(" FROM accepted_sign WHERE ").push(SINCE).push(" AND expires_at <= ");
        let statement = statement.bind(self.timestamp).push(" ON CONFLICT DO NOTHING");
        if session.execute(statement).await? == 1 {
            return Ok(Known::New);
        }
        let statement = sql("SELECT expires_at FROM accepted_sign WHERE ").push(SINCE);
        Ok(match session.first(statement).await?.map(|row| row.get::<i64>("expires_at")).transpose()? {
            Some(since) if since <= self.timestamp => Known::Before,
            Some(_) => Known::Perhaps,
            None => Known::Lost,
        })
    }
}

/// What the database knows of a call.
enum Known {
    /// It is new.
    New,
    /// It was accepted before.
    Before,
    /// It is from before the table was last empty.
    Perhaps,
    /// The table was emptied, and nobody has noticed yet.
    Lost,
}

/// The table was emptied: it remembers from now on, and what was dated ahead.
async fn begin_anew(db: &Db, now: i64) -> Result<(), DbError> {
    tracing::warn!("the database has lost its accepted signatures in a crash: calls signed before now are refused");
    let mut session = db.transaction().await?;
    let known = "INSERT INTO accepted_sign (app_key, sign, expires_at) SELECT app_key, sign, expires_at FROM \
                 accepted_ahead ON CONFLICT DO NOTHING";
    session.execute(sql(known)).await?;
    let since = sql("INSERT INTO accepted_sign (app_key, sign, expires_at) VALUES ('', '', ").bind(now + APART);
    session.execute(since.push(") ON CONFLICT DO NOTHING")).await?;
    session.commit().await
}

/// A signature that holds, on its way to be accepted.
#[derive(Debug)]
pub(super) struct Claim<'a> {
    replay: &'a Replay,
    digest: Digest,
    call: Call,
    shared: bool,
}

impl Claim<'_> {
    /// Accepts the signature, once. A replay is remembered, so that it asks the database but once.
    pub(super) async fn accept(self, db: &Db, now: i64) -> Result<(), Refusal> {
        let Self { replay, digest, call, shared } = self;
        let written = replay.write(db, &call, shared, now).await;
        let used_up = match &written {
            // Where instances share the database, it remembers.
            Ok(()) => !shared,
            Err(refusal) => matches!(refusal, Refusal::Replayed),
        };
        if !used_up {
            replay.memory().forget(&digest);
        }
        written
    }

    /// Leaves the signature as it was: it may come again.
    pub(super) fn give_up(self) {
        self.replay.memory().forget(&self.digest);
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
    use crate::backend::migrations;

    #[tokio::test]
    async fn memory_forgets_what_no_timestamp_could_bring_back() {
        let db = Db::in_memory().await.expect("a database");
        migrations::run(&db).await.expect("the schema");
        let replay = Replay::starting(0);
        let accept =
            async |sign: &str, now: i64| replay.claim(&db, "app", sign, now, now).await?.accept(&db, now).await;
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
