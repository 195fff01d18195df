//! The production implementation of our side of the interface: `openapi/polaris.yaml` and `openapi/internal.yaml`, on
//! SQLite or PostgreSQL.
//!
//! A folder for each domain; SQL stands beside it. An operation is a function of its domain; [`api`] lists them all.
//! The domain knows no HTTP (see [`error`]) and no engine (see [`db`]).

/// The operations, as the generated traits want them: the table of contents.
mod api;
/// Tanks, batteries, vehicles, rentals, and who has what.
pub mod assets;
/// The log of what was changed.
pub mod audit;
/// Who calls, and what they may see.
mod caller;
/// Where the time comes from.
mod clock;
/// One of two engines behind one face.
pub mod db;
/// Deposits and their refunds.
pub mod deposits;
/// Errors of the domain.
pub mod error;
/// Ids that tell their time.
pub mod ids;
/// Which process has which number.
pub mod instance;
/// Data in, in bulk.
pub mod intake;
/// Members and their states.
pub mod members;
/// Merchants and their codes.
pub mod merchants;
/// Users who move from Weichuang to us.
pub mod migration;
/// The schema, in numbered steps.
pub mod migrations;
/// 分 and 元.
pub mod money;
/// Swap orders.
pub mod orders;
/// What Weichuang must be told, and how it is delivered.
pub mod outbox;
/// Packages: gifts and monthly orders.
pub mod packages;
/// Pages of lists.
pub mod page;
/// Weichuang, within limits.
pub mod partner;
/// Where pictures are.
mod pictures;
/// Access reviews.
pub mod reviews;
/// What a caller may see and change.
pub mod scope;
/// Times: Asia/Shanghai outside, milliseconds inside.
pub mod time;

use std::sync::Arc;

use contracts::weichuang::WeichuangClient;

pub use caller::{Caller, traced};
pub use clock::Clock;
use db::Db;
use ids::Ids;
use instance::Instance;
use partner::Partner;
pub use pictures::{Pictures, Shown};
pub use scope::Scope;

/// A backend: a value, never a global; a second world is a second backend. Clones are the same backend.
///
/// It acts for a [`Caller`]: for ourselves, unless [`Backend::acting_for`] says otherwise.
#[derive(Debug, Clone)]
pub struct Backend {
    parts: Arc<Parts>,
    caller: Caller,
}

#[derive(Debug)]
struct Parts {
    db: Db,
    clock: Clock,
    ids: Ids,
    weichuang: Partner,
    /// What its callers did not wait for.
    background: outbox::Background,
    settings: Settings,
}

/// How one backend differs from another.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// The `state` with which 1.2.1 unbinds (provisional).
    pub unbind_state: i32,
    /// How much Weichuang may cost.
    pub partner: partner::Limits,
    /// How deliveries are repeated.
    pub retry: outbox::Retry,
    /// Which of the processes on its database this is.
    pub instance: Instance,
    /// Where the pictures of assets are.
    pub pictures: Pictures,
}

impl Backend {
    /// A backend on `db`, whose schema is current.
    #[must_use]
    pub fn new(db: Db, clock: Clock, weichuang: WeichuangClient, settings: Settings) -> Self {
        let ids = Ids::of_instance(settings.instance.number);
        let weichuang = Partner::new(weichuang, settings.partner);
        let parts = Parts { db, clock, ids, weichuang, background: outbox::Background::default(), settings };
        Self { parts: Arc::new(parts), caller: Caller::ourselves() }
    }

    /// The same backend, acting for `caller`.
    #[must_use]
    pub fn acting_for(&self, caller: Caller) -> Self {
        Self { parts: self.parts.clone(), caller }
    }

    /// Whom it acts for.
    #[must_use]
    pub fn caller(&self) -> &Caller {
        &self.caller
    }

    /// What it may see and change.
    #[must_use]
    pub fn scope(&self) -> &Scope {
        self.caller.scope()
    }

    /// The database.
    #[must_use]
    pub fn db(&self) -> &Db {
        &self.parts.db
    }

    /// Business time, in milliseconds since 1970 UTC.
    #[must_use]
    pub fn now(&self) -> i64 {
        self.parts.clock.now()
    }

    /// A new id.
    #[must_use]
    pub fn mint(&self) -> i64 {
        self.parts.ids.mint(self.now())
    }

    /// A new id that is greater than `other`, whichever instance minted that.
    #[must_use]
    pub fn mint_after(&self, other: i64) -> i64 {
        self.parts.ids.mint_after(self.now(), other)
    }

    /// Weichuang.
    #[must_use]
    pub fn weichuang(&self) -> &Partner {
        &self.parts.weichuang
    }

    /// What its callers did not wait for.
    fn background(&self) -> &outbox::Background {
        &self.parts.background
    }

    /// How it differs from another.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.parts.settings
    }
}
