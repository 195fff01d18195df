/// What both sides say of the same things.
mod agreement;
/// What the pages of the back offices have to show.
mod pages;
/// What holds within Polaris's side.
mod polaris;

use std::{collections::HashMap, sync::LazyLock};

use mocks::{
    Size, World,
    world::{
        Moment, User,
        polaris::{BatteryBinding, Deposit, Member, PolarisRecords, Rental, SwapOrder},
    },
};

/// The worlds that every rule is held against, with what they are called.
static WORLDS: LazyLock<Vec<(String, World)>> = LazyLock::new(|| {
    let default = ("the default world".to_owned(), World::default_world().unwrap());
    let built = (1..=4).map(|seed| (format!("seed {seed}"), World::build(seed, Size::Small).unwrap()));
    std::iter::once(default).chain(built).collect()
});

fn every_world(rule: impl Fn(&Sides<'_>)) {
    for (name, world) in WORLDS.iter() {
        println!("{name}");
        rule(&Sides::of(world));
    }
}

/// Both sides of a world, and what is asked of them again and again.
struct Sides<'a> {
    world: &'a World,
    polaris: &'a PolarisRecords,
    now: Moment,
    members: HashMap<&'a str, &'a Member>,
}

impl<'a> Sides<'a> {
    fn of(world: &'a World) -> Self {
        let members = world.polaris.members.iter().map(|member| (member.phone_no.as_str(), member)).collect();
        Self { world, polaris: &world.polaris, now: world.clock.unwrap().now, members }
    }

    fn users(&self) -> &[User] {
        self.world.weichuang.users.rows()
    }

    /// Users who have moved, with the members that they are now.
    fn moved(&self) -> impl Iterator<Item = (&'a User, &'a Member)> {
        let users = self.world.weichuang.users.rows().iter().filter(|user| user.migration.is_some());
        users.map(|user| (user, *self.members.get(user.phone_no.as_str()).expect("who has moved is a member")))
    }

    fn member(&self, phone: &str) -> &'a Member {
        self.members[phone]
    }

    /// Who has which battery now, by its code.
    fn batteries_in_use(&self) -> HashMap<&'a str, &'a BatteryBinding> {
        let current = self.polaris.bindings.iter().filter(|binding| binding.unbind_time.is_none());
        current.map(|binding| (binding.battery_code.as_str(), binding)).collect()
    }

    fn open_rentals(&self) -> impl Iterator<Item = &'a Rental> {
        self.polaris.rentals.iter().filter(|rental| rental.return_time.is_none())
    }

    fn overdue(&self) -> impl Iterator<Item = &'a Rental> {
        let now = self.now;
        self.open_rentals().filter(move |rental| rental.due_time < now)
    }

    fn deposits(&self, phone: &str) -> impl Iterator<Item = &'a Deposit> {
        self.polaris.deposits.iter().filter(move |deposit| deposit.phone_no.as_str() == phone)
    }

    /// A member's completed orders, the oldest first.
    fn completed(&self, phone: &str) -> Vec<&'a SwapOrder> {
        let orders = self.polaris.orders.iter();
        let mut orders: Vec<_> =
            orders.filter(|order| order.phone_no.as_str() == phone && order.order_state.code() == 1).collect();
        orders.sort_by_key(|order| order.start_time);
        orders
    }
}

fn text<T: ToString>(value: &Option<T>) -> Option<String> {
    value.as_ref().map(ToString::to_string)
}
