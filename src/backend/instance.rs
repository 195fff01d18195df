//! Which process has which number. Ids are minted under it, so no two processes on one database may have the same one: a
//! process leases a number, renews the lease while it lives, and gives the number back when it ends. Of a process that
//! has crashed, the lease ends by itself; whoever notices first takes over what it had under way.
//!
//! Leases go by the database's own clock: those of several machines need not agree. Where a long transaction has kept
//! everybody from renewing, nobody is taken for dead: whoever notices waits for a heartbeat first.

use std::time::{Duration, Instant};

use tokio::{
    task::JoinHandle,
    time::{MissedTickBehavior, interval_at, sleep},
};

use super::{
    db::{Db, DbError, Row, Session, sql},
    ids::Ids,
    outbox,
};

/// How long a lease lasts without being renewed.
const LEASE: Duration = Duration::from_secs(10);
/// How often a lease is renewed: a stall of several of these is no crash.
const HEARTBEAT: Duration = Duration::from_secs(2);
/// How often a number that is taken is looked at again.
const POLL: Duration = Duration::from_millis(100);

/// A process among those that share a database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Instance {
    /// Ids are minted under this number, from 0 to 15.
    pub number: i64,
    /// By chance, and never the same again: tells one process from the next one with its number.
    pub owner: i64,
}

impl Instance {
    /// An instance that has `number` without a lease: for a database that no other process uses.
    #[must_use]
    pub fn of_number(number: i64) -> Self {
        Self { number, owner: fastrand::i64(1..) }
    }
}

impl Default for Instance {
    fn default() -> Self {
        Self::of_number(0)
    }
}

/// The lease of a number, renewed until it is released, lost or dropped.
#[derive(Debug)]
pub struct Lease {
    db: Db,
    instance: Instance,
    keeper: JoinHandle<()>,
}

/// Why there is no lease.
#[derive(Debug, thiserror::Error)]
pub enum ClaimError {
    /// The process that has the number lives.
    #[error(
        "instance number {0} is in use by another process on this database: give each its own server.instance, or \
         leave it unset"
    )]
    InUse(i64),
    /// The processes that have the numbers live.
    #[error("all {} instance numbers are in use on this database", Ids::INSTANCES)]
    NoneFree,
    /// The database failed.
    #[error(transparent)]
    Db(#[from] DbError),
}

impl Lease {
    /// Leases `number` or, if there is none, the highest free one. If it is taken, waits until the lease has ended (for
    /// ten seconds at most) or is renewed, which tells that its process lives.
    ///
    /// # Errors
    /// See [`ClaimError`].
    pub async fn claim(db: &Db, number: Option<i64>) -> Result<Self, ClaimError> {
        let wanted: Vec<_> = number.map_or_else(|| (0..Ids::INSTANCES).rev().collect(), |number| vec![number]);
        let mut seen: Option<Vec<Held>> = None;
        let started = Instant::now();
        loop {
            let held = match attempt(db, &wanted, started.elapsed() > HEARTBEAT).await? {
                Ok(instance) => return Ok(Self::kept(db.clone(), instance)),
                Err(held) => held,
            };
            let Some(before) = &seen else {
                tracing::info!(?number, "the instance number is taken: waiting to see whether its process lives");
                seen = Some(held);
                continue;
            };
            if held.len() == wanted.len() && held.iter().all(|lease| !before.contains(lease)) {
                return Err(number.map_or(ClaimError::NoneFree, ClaimError::InUse));
            }
            sleep(POLL).await;
        }
    }

    fn kept(db: Db, instance: Instance) -> Self {
        let keeper = tokio::spawn(keep(db.clone(), instance));
        Self { db, instance, keeper }
    }

    /// Whose lease it is.
    #[must_use]
    pub fn instance(&self) -> Instance {
        self.instance
    }

    /// Completes when the lease is lost: this process was taken for dead, its number may be somebody else's, and it
    /// should stop.
    pub async fn lost(&mut self) {
        // That it has panicked says the same: nobody renews the lease.
        let _ = (&mut self.keeper).await;
    }

    /// Gives the number back, and whatever deliveries are still under way.
    ///
    /// # Errors
    /// Those of the database; then the lease ends by itself.
    pub async fn release(self) -> Result<(), DbError> {
        self.keeper.abort();
        let mut session = self.db.transaction().await?;
        let statement = sql("DELETE FROM instance WHERE owner = ").bind(self.instance.owner);
        session.execute(statement).await?;
        outbox::release(&mut session, &[self.instance.owner]).await?;
        session.commit().await
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.keeper.abort();
    }
}

/// A lease as it stands in the database.
#[derive(Debug, PartialEq, Eq)]
struct Held {
    number: i64,
    owner: i64,
    until: i64,
}

/// Leases the first free number of `wanted`, or tells who has them. A lease that has ended still counts, unless `reaping`.
async fn attempt(db: &Db, wanted: &[i64], reaping: bool) -> Result<Result<Instance, Vec<Held>>, DbError> {
    let mut session = db.transaction().await?;
    if reaping {
        reap(&mut session).await?;
    }
    let rows = session.all(sql("SELECT number, owner, lease_until FROM instance")).await?;
    let mut held = rows.iter().map(Held::read).collect::<Result<Vec<_>, _>>()?;
    held.retain(|lease| wanted.contains(&lease.number));
    for number in wanted.iter().filter(|number| held.iter().all(|lease| lease.number != **number)) {
        let instance = Instance::of_number(*number);
        let statement = sql("INSERT INTO instance (number, owner, lease_until) VALUES (").bind(instance.number);
        let statement = statement.push(", ").bind(instance.owner).push(", ").push(&lease_end(&session));
        let statement = statement.push(") ON CONFLICT DO NOTHING");
        if session.execute(statement).await? == 1 {
            session.commit().await?;
            return Ok(Ok(instance));
        }
        // Somebody else was faster: the next one.
    }
    session.commit().await?;
    Ok(Err(held))
}

/// Renews the lease until it is lost, and looks after what others have left.
async fn keep(db: Db, instance: Instance) {
    let mut heartbeat = interval_at((Instant::now() + HEARTBEAT).into(), HEARTBEAT);
    heartbeat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        heartbeat.tick().await;
        match renew(&db, instance).await {
            Ok(true) => {}
            Ok(false) => return,
            Err(error) => tracing::warn!(%error, "the lease of the instance number could not be renewed"),
        }
    }
}

/// Whether the lease is still there. Who comes late leaves the others a heartbeat too.
async fn renew(db: &Db, instance: Instance) -> Result<bool, DbError> {
    let mut session = db.transaction().await?;
    let statement = sql("UPDATE instance SET lease_until = ").push(&lease_end(&session));
    let renewal = statement.push(" WHERE number = ").bind(instance.number).push(" AND owner = ").bind(instance.owner);
    let timely = renewal.clone().push(" AND lease_until > ").push(session.clock());
    if session.execute(timely).await? == 1 {
        reap(&mut session).await?;
    } else if session.execute(renewal).await? == 0 {
        return Ok(false);
    }
    session.commit().await?;
    Ok(true)
}

/// Removes the leases that were not renewed, and frees the deliveries that their processes had under way.
async fn reap(session: &mut Session) -> Result<(), DbError> {
    let statement = sql("DELETE FROM instance WHERE lease_until <= ").push(session.clock()).push(" RETURNING owner");
    let gone = session.all(statement).await?;
    let owners = gone.iter().map(|row| row.get("owner")).collect::<Result<Vec<i64>, _>>()?;
    if !owners.is_empty() {
        outbox::release(session, &owners).await?;
    }
    Ok(())
}

/// When a lease that begins now ends, by the database's clock.
fn lease_end(session: &Session) -> String {
    format!("{} + {}", session.clock(), LEASE.as_millis())
}

impl Held {
    fn read(row: &Row) -> Result<Self, DbError> {
        Ok(Self { number: row.get("number")?, owner: row.get("owner")?, until: row.get("lease_until")? })
    }
}
