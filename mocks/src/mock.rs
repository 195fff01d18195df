use std::sync::Arc;

use crate::{Clock, Origin, Time, Weichuang, World};

/// The running mock: a world, its clock, and the way back to the start.
///
/// It is a value, never a global: a second world is a second mock. Polaris's side is the production code, which stands
/// outside this crate; faults, workspaces and the journal join Weichuang here as they come.
#[derive(Debug)]
pub struct Mock {
    world: World,
    clock: Clock,
    weichuang: Arc<Weichuang>,
}

impl Mock {
    /// Starts from `world`. `origin` is where the mock can be reached when the request does not tell.
    #[must_use]
    pub fn new(world: World, origin: Origin) -> Self {
        let clock = Clock::starting(world.clock.unwrap_or_else(Time::real));
        let weichuang = Arc::new(Weichuang::new(world.weichuang.clone(), clock.clone(), origin));
        Self { world, clock, weichuang }
    }

    /// Weichuang's side, for its handlers.
    #[must_use]
    pub fn weichuang(&self) -> &Arc<Weichuang> {
        &self.weichuang
    }

    /// The business clock.
    #[must_use]
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// What it started from.
    #[must_use]
    pub fn world(&self) -> &World {
        &self.world
    }

    /// Goes back to the world it started from, clock included.
    pub fn reset(&self) {
        self.clock.set(self.world.clock.unwrap_or_else(Time::real));
        self.weichuang.reset(self.world.weichuang.clone());
    }
}
