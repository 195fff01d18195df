//! The mock from outside: the contract's operations by their trait, the control API by its routes.
#![expect(clippy::unwrap_used, reason = "a test may fail where it stands")]

/// §1.2.1, §1.2.2 and the sync: batteries and vehicles.
mod bindings;
/// `/_mock`.
mod control;
/// §1.1.1 and the pictures.
mod tanks;
/// §1.2.3 to §1.2.7: users, their deposit, package and migration.
mod users;
/// What holds in the default world and in built ones.
mod worlds;

use std::sync::Arc;

use mocks::{Mock, Origin, Time, World};

/// The default world, with its clock frozen.
fn mock() -> Arc<Mock> {
    let mut world = World::default_world().unwrap();
    world.clock = world.clock.map(|time| Time { frozen: true, ..time });
    Arc::new(Mock::new(world, Origin::new("http://127.0.0.1:4010")))
}
